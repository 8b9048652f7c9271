/** What a Canary knows so far: the running evidence of each metric, and how far it has read. */

import { z } from "zod";
import type { Canary } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../db.ts";
import { noProportions, twoProportionsSchema } from "../sequential/two-proportions.ts";

export const canaryStateSchema = z.object({
  /** Id of a reply: those up to it have been read, but for ones that were not committed or not finished then. */
  repliesAfter: z.uuid(),
  /** Id of a JudgementEvent, likewise. */
  judgementsAfter: z.string().regex(/^\d{1,18}$/),
  /** Replies of the arm after this one are of the present stage. */
  stageFloor: z.uuid(),
  thumbs: twoProportionsSchema,
  regenerate: twoProportionsSchema,
  errors: twoProportionsSchema,
  /** Good is a reply that is not slow; see `slowness`. */
  latency: twoProportionsSchema.extend({
    /** The control's newest figures, milliseconds per token. */
    recent: z.array(z.number()),
    /** Slow is more than this, while a block is open. */
    bar: z.number().nullable(),
  }),
  sideBySide: z.object({
    wins: z.int().min(0),
    losses: z.int().min(0),
    ties: z.int().min(0),
    /** The most evidence there ever was that the arm loses, as a natural logarithm. */
    peakWorse: z.number(),
  }),
});
export type CanaryState = z.output<typeof canaryStateSchema>;

export const stateOf = ({ state }: Pick<Canary, "state">): CanaryState => canaryStateSchema.parse(state);

/** Nothing is known yet. What counts is what comes after the arm: its id is younger than every reply before it. */
export async function firstState(tx: Tx, armId: string): Promise<CanaryState> {
  const newest = await tx.judgementEvent.findFirst({ orderBy: { id: "desc" }, select: { id: true } });
  return {
    ...{ repliesAfter: armId, stageFloor: armId, judgementsAfter: String(newest?.id ?? 0) },
    ...{ thumbs: noProportions(), regenerate: noProportions(), errors: noProportions() },
    latency: { ...noProportions(), recent: [], bar: null },
    sideBySide: { wins: 0, losses: 0, ties: 0, peakWorse: 0 },
  };
}

/** Id of the newest reply of an arm, or of the arm itself where it has said nothing. Ids are by time (UUID version 7). */
export async function newestReplyOf(tx: Tx, deploymentId: string): Promise<string> {
  const newest = await tx.message.findFirst({ where: { deploymentId }, orderBy: { id: "desc" }, select: { id: true } });
  return newest?.id ?? deploymentId;
}
