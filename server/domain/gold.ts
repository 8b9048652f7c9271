/** How annotators are checked: tasks whose order is known (gold), tasks they did before (repeats), and where replies stood. Pure. */

import { z } from "zod";
import type { Ranked } from "./views.ts";

/** Comparison.gold: the known order. */
export const goldSchema = z
  .array(z.object({ messageId: z.uuid(), rank: z.int().min(1) }))
  .min(2)
  .refine((ranks) => new Set(ranks.map(({ rank }) => rank)).size > 1, "the order prefers nothing to anything");

const rankOf = (ranks: readonly Ranked[]) => new Map(ranks.map(({ messageId, rank }) => [messageId, rank]));

/** Calls `visit` for every two replies that `ranks` tells apart. */
function preferences(ranks: readonly Ranked[], visit: (betterId: string, worseId: string) => void): void {
  for (const better of ranks) {
    for (const worse of ranks) if (better.rank < worse.rank) visit(better.messageId, worse.messageId);
  }
}

/**
 * Share of the preferences in `known` that `given` has the same way round, 0 to 1; a tie in `given` is half right, as a guess
 * would be. Chance gives ½ however many replies there are. Null where `known` prefers nothing.
 */
export function agreementWith(given: readonly Ranked[], known: readonly Ranked[]): number | null {
  const ranks = rankOf(given);
  let total = 0;
  let same = 0;
  preferences(known, (betterId, worseId) => {
    const [better, worse] = [ranks.get(betterId), ranks.get(worseId)];
    if (better === undefined || worse === undefined) return;
    total += 1;
    same += better < worse ? 1 : better === worse ? 0.5 : 0;
  });
  return total === 0 ? null : same / total;
}

/**
 * Share of a ranking's preferences that went to the reply shown earlier, for position bias: ½ where the place does not matter,
 * however many replies there are. Null where nothing was preferred.
 */
export function earlierShare(shown: readonly string[], ranks: readonly Ranked[]): number | null {
  let total = 0;
  let earlier = 0;
  preferences(ranks, (betterId, worseId) => {
    total += 1;
    if (shown.indexOf(betterId) < shown.indexOf(worseId)) earlier += 1;
  });
  return total === 0 ? null : earlier / total;
}

/**
 * Whether the next task is to be a check. Tasks are counted in blocks of ⌊1/share⌋, and each block holds one check at a place
 * that nobody can foresee: at least `share` of the tasks, however few there are.
 * @param before tasks so far
 * @param recent the last of them, newest first: whether each was a check; at least a block of them where there are as many
 */
export function isCheckDue(share: number, before: number, recent: readonly boolean[], random: () => number): boolean {
  if (share <= 0) return false;
  const block = Math.max(1, Math.floor(1 / share));
  const place = before % block;
  if (recent.slice(0, place).includes(true)) return false;
  return random() * (block - place) < 1;
}

/** How many tasks back `isCheckDue` looks at most. */
export const lookBack = (share: number): number => (share <= 0 ? 0 : Math.max(1, Math.floor(1 / share)) - 1);

/** A rater's checks: how many there were, and the sum of what each got right, 0 to 1 apiece. */
export interface RaterChecks {
  gold: { seen: number; right: number };
  repeats: { seen: number; same: number };
}

/** Checks below which nothing is concluded about a rater. */
export const LEAST_CHECKS = 10;

/** Share of the checks that a rater got right; null while there are too few to tell. */
export function checkedAccuracy({ gold, repeats }: RaterChecks): number | null {
  const seen = gold.seen + repeats.seen;
  return seen < LEAST_CHECKS ? null : (gold.right + repeats.same) / seen;
}

/** Fisher–Yates; every order is equally likely. */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
