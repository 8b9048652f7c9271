/** The rules that keep a few raters from filling a Dataset: their settings, and which examples they let in. Pure. */

import { z } from "zod";
import type { Role } from "../../prisma/generated/enums.ts";
import { finish, type Steps } from "./breathe.ts";
import type { Guards, LeftOutReason } from "./views.ts";

/** Setting `guards` and Dataset.guards; what each means stands at `Guards` in views/trust.ts. */
export const guardsSchema = z.object({
  raterShare: z.number().gt(0).max(1),
  raterFloor: z.int().min(0).max(1_000_000),
  perDay: z.int().min(1).max(1_000_000),
  loneWeight: z.number().gt(0).max(1),
  burstPerHour: z.int().min(1).max(1_000_000),
  newcomerShare: z.number().min(0).lt(1),
  newcomerFloor: z.int().min(0).max(1_000_000),
  clusterMost: z.int().min(1).max(1_000_000),
}) satisfies z.ZodType<Guards>;

export const DEFAULT_GUARDS: Guards = {
  raterShare: 0.01,
  raterFloor: 50,
  perDay: 100,
  loneWeight: 0.5,
  burstPerHour: 60,
  newcomerShare: 0.005,
  newcomerFloor: 500,
  clusterMost: 100,
};

export interface GuardedRater {
  role: Role;
  confirmed: boolean;
}

/** An example as far as the guards look at it. */
export interface Guarded {
  /** Of its content: decides who comes first among equals, and nobody can choose it without changing what is taught. */
  hash: string;
  /** Whose judgement it rests on. */
  raterIds: readonly string[];
  promptId: string;
  /** Equal for near-duplicate prompts. */
  cluster: number;
  /** When it was judged, in ms. */
  at: number;
}

type Refusal = Extract<LeftOutReason, "RATER_SHARE" | "RATER_DAY" | "BURST" | "NEWCOMER" | "CLUSTER">;
export type Verdict = { refused: Refusal } | { refused: null; raterIds: string[] };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Which examples go in, and on whose word. Admins are bound by none of it but `clusterMost`: they may upload what they like anyway. Annotators
 * work through a queue that checks them, so bursts and days are no sign, and few of them must be able to fill a Dataset: each may have twice an
 * equal share among the appointed where that is more than `raterShare`.
 * @param raters of every id that the examples name
 * @returns in the order of the examples
 */
export const applyGuards = (
  examples: readonly Guarded[],
  raters: ReadonlyMap<string, GuardedRater>,
  guards: Guards,
): Verdict[] => finish(guarding(examples, raters, guards));

/** The same in steps: of a hundred thousand examples it takes seconds. */
export function* guarding(
  examples: readonly Guarded[],
  raters: ReadonlyMap<string, GuardedRater>,
  guards: Guards,
): Steps<Verdict[]> {
  const verdicts: Verdict[] = examples.map(({ raterIds }) => ({ refused: null, raterIds: [...raterIds] }));
  const flagged = flaggedPrompts(examples, raters, guards);
  yield;
  for (const [i, { promptId, raterIds }] of examples.entries()) {
    const reasons = raterIds.map((id) => flagged.get(id)?.get(promptId) ?? null);
    const left = raterIds.filter((_, r) => reasons[r] === null);
    verdicts[i] = left.length > 0 ? { refused: null, raterIds: left } : { refused: reasons[0] ?? "BURST" };
  }
  yield;
  const confirmed = (id: string) => raters.get(id)?.confirmed ?? false;
  const open = verdicts.flatMap((verdict, i) => (verdict.refused === null ? [{ i, ids: verdict.raterIds }] : []));
  const byHash = (a: { i: number }, b: { i: number }) => (examples[a.i]!.hash < examples[b.i]!.hash ? -1 : 1);
  const vouched = open.filter(({ ids }) => ids.some(confirmed));
  // What more people agree on comes first.
  vouched.sort((a, b) => b.ids.filter(confirmed).length - a.ids.filter(confirmed).length || byHash(a, b));
  yield;
  const appointed = new Set(vouched.flatMap(({ ids }) => ids.filter((id) => raters.get(id)?.role !== "USER"))).size;
  const share: Record<Role, number> = {
    ADMIN: 1,
    ANNOTATOR: Math.max(guards.raterShare, 2 / Math.max(1, appointed)),
    USER: guards.raterShare,
  };
  const most = (id: string, size: number) => {
    const role = raters.get(id)?.role ?? "USER";
    return role === "ADMIN" ? Number.POSITIVE_INFINITY : Math.max(guards.raterFloor, share[role] * size);
  };
  const fill = (size: number) => admit(vouched, examples, (id) => most(id, size), confirmed, guards.clusterMost);
  // The greatest size that, taken for the size of the Dataset, is reached: then no share of it is exceeded.
  let [low, high] = [0, vouched.length];
  while (low < high) {
    yield;
    const middle = Math.ceil((low + high) / 2);
    if (fill(middle).admitted >= middle) low = middle;
    else high = middle - 1;
  }
  yield;
  const first = fill(low);
  const strangers = inTurns(open.filter(({ ids }) => !ids.some(confirmed)).sort(byHash), ({ ids }) => ids[0]!);
  yield;
  const room = newcomersAmong(first.admitted, guards);
  const second = admit(
    strangers,
    examples,
    (id) => most(id, first.admitted),
    () => true,
    guards.clusterMost,
    first.clusters,
    room,
  );
  for (const { i, refused } of [...first.refusals, ...second.refusals]) verdicts[i] = { refused };
  return verdicts;
}

/** How many examples unconfirmed raters may have together beside those of confirmed ones. */
const newcomersAmong = (confirmed: number, { newcomerShare, newcomerFloor }: Guards): number =>
  Math.max(Math.floor((newcomerShare * confirmed) / (1 - newcomerShare)), newcomerFloor - confirmed);

interface Candidate {
  i: number;
  ids: readonly string[];
}

/** Lets candidates in, in their order, while their raters, their cluster and the whole have room. An example counts 1/k for each of its k raters. */
function admit(
  candidates: readonly Candidate[],
  examples: readonly Guarded[],
  most: (raterId: string) => number,
  counts: (raterId: string) => boolean,
  clusterMost: number,
  clustersBefore: ReadonlyMap<number, number> = new Map(),
  room = Number.POSITIVE_INFINITY,
): { admitted: number; clusters: Map<number, number>; refusals: { i: number; refused: Refusal }[] } {
  const clusters = new Map(clustersBefore);
  const loads = new Map<string, number>();
  const refusals: { i: number; refused: Refusal }[] = [];
  let admitted = 0;
  for (const { i, ids } of candidates) {
    const { cluster } = examples[i]!;
    const bearers = ids.filter(counts);
    const part = 1 / bearers.length;
    const inCluster = clusters.get(cluster) ?? 0;
    const full = bearers.some((id) => (loads.get(id) ?? 0) + part > most(id) + 1e-9);
    const refused = full ? "RATER_SHARE" : inCluster >= clusterMost ? "CLUSTER" : admitted >= room ? "NEWCOMER" : null;
    if (refused) {
      refusals.push({ i, refused });
      continue;
    }
    for (const id of bearers) loads.set(id, (loads.get(id) ?? 0) + part);
    clusters.set(cluster, inCluster + 1);
    admitted++;
  }
  return { admitted, clusters, refusals };
}

/** Everybody's first, then everybody's second, and so on: who gives more does not crowd out the others. */
function inTurns<Item>(items: readonly Item[], owner: (item: Item) => string): Item[] {
  const turns = new Map<string, number>();
  return items
    .map((item) => {
      const turn = turns.get(owner(item)) ?? 0;
      turns.set(owner(item), turn + 1);
      return { item, turn };
    })
    .sort((a, b) => a.turn - b.turn)
    .map(({ item }) => item);
}

/** Per rater who came by themselves, the prompts they judged in a burst or beyond a day's worth. Prompts and not thumbs count: a prompt is one act. */
function flaggedPrompts(
  examples: readonly Guarded[],
  raters: ReadonlyMap<string, GuardedRater>,
  { perDay, burstPerHour }: Guards,
): Map<string, Map<string, Refusal>> {
  const acts = new Map<string, Map<string, number>>();
  for (const { raterIds, promptId, at } of examples) {
    for (const id of raterIds) {
      if (raters.get(id)?.role !== "USER") continue;
      const prompts = acts.get(id) ?? new Map<string, number>();
      acts.set(id, prompts.set(promptId, Math.min(at, prompts.get(promptId) ?? at)));
    }
  }
  return new Map(
    [...acts].map(([id, prompts]) => {
      const order = [...prompts].sort(([a, atA], [b, atB]) => atA - atB || (a < b ? -1 : 1));
      const flags = new Map<string, Refusal>();
      const days = new Map<number, number>();
      for (const [promptId, at] of order) {
        const day = Math.floor(at / DAY_MS);
        days.set(day, (days.get(day) ?? 0) + 1);
        if (days.get(day)! > perDay) flags.set(promptId, "RATER_DAY");
      }
      for (let first = 0, last = 0, done = 0; last < order.length; last++) {
        while (order[last]![1] - order[first]![1] >= HOUR_MS) first++;
        if (last - first + 1 <= burstPerHour) continue;
        for (let i = Math.max(first, done); i <= last; i++) flags.set(order[i]![0], "BURST");
        done = last + 1;
      }
      return [id, flags];
    }),
  );
}
