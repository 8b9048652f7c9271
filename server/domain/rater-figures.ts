/** What is shown of each rater besides accuracy, worked out from their rankings: pure. Kept as RaterTrust.figures. */

import { z } from "zod";
import { betaEstimate } from "./agreement/beta.ts";
import { agreementWith, earlierShare } from "./gold.ts";
import { type GivenRanking, sharedTasks } from "./rankings-read.ts";
import type { Estimate } from "./views.ts";

/** A figure with its interval, where there is one. */
export const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable();

/** RaterTrust.figures. A row that was made by a quarantine alone holds none yet. */
export const raterFiguresSchema = z
  .object({
    confirmed: z.boolean(),
    gold: z.object({ seen: z.number(), right: z.number() }),
    repeats: z.object({ seen: z.number(), same: z.number() }),
    firstPlace: estimateSchema,
    agreement: estimateSchema,
    medianSeconds: z.number().nullable(),
    burst: z.number(),
  })
  .catch({
    ...{ confirmed: false, gold: { seen: 0, right: 0 }, repeats: { seen: 0, same: 0 } },
    ...{ firstPlace: null, agreement: null, medianSeconds: null, burst: 0 },
  });

export interface RankingFigures {
  firstPlace: Estimate | null;
  agreement: Estimate | null;
  medianSeconds: number | null;
}

/** Of every rater who ranked anything. */
export function rankingFigures(given: readonly GivenRanking[]): Map<string, RankingFigures> {
  const earlier = new Map<string, Share>();
  const alike = new Map<string, Share>();
  const seconds = new Map<string, number[]>();
  for (const { raterId, shown, ranks, durationMs } of given) {
    add(earlier, raterId, earlierShare(shown, ranks), ranks.length);
    seconds.set(raterId, [...(seconds.get(raterId) ?? []), durationMs / 1000]);
  }
  for (const task of sharedTasks(given)) {
    for (const one of task)
      for (const other of task)
        if (one !== other) add(alike, one.raterId, agreementWith(one.ranks, other.ranks), one.ranks.length);
  }
  return new Map(
    [...seconds].map(([raterId, all]) => [
      raterId,
      { firstPlace: share(earlier.get(raterId)), agreement: share(alike.get(raterId)), medianSeconds: median(all) },
    ]),
  );
}

interface Share {
  sum: number;
  count: number;
}

/** Of K replies in an order K − 1 preferences are independent. */
function add(shares: Map<string, Share>, raterId: string, value: number | null, replies: number): void {
  if (value === null) return;
  const known = shares.get(raterId) ?? { sum: 0, count: 0 };
  shares.set(raterId, { sum: known.sum + value * (replies - 1), count: known.count + replies - 1 });
}

/** With Jeffreys' interval; the value is the share itself. */
function share(of: Share | undefined): Estimate | null {
  if (!of || of.count === 0) return null;
  const { low, high } = betaEstimate(of.sum + 0.5, of.count - of.sum + 0.5);
  const value = of.sum / of.count;
  return { value, low: Math.min(low, value), high: Math.max(high, value) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
