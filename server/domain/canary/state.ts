/** What is known so far of an arm that is watched: the running evidence of each metric, and how far was read. */

import { z } from "zod";
import type { Canary } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../db.ts";
import { noProportions, twoProportionsSchema } from "../sequential/two-proportions.ts";
import { paceSchema, timedSchema } from "./pace.ts";

/** Older than every id that is by time. */
const EVER = "00000000-0000-7000-8000-000000000000";

const evidenceSchema = z.object({
  /** Id of a reply: those up to it have been read, but for ones that were not committed or not finished then. */
  repliesAfter: z.uuid(),
  /** Id of a JudgementEvent, likewise. */
  judgementsAfter: z.string().regex(/^\d{1,18}$/),
  /** Only conversations that began after this reply count: those before were drawn by other shares. */
  drawnAfter: z.uuid().default(EVER),
  thumbs: twoProportionsSchema,
  regenerate: twoProportionsSchema,
  errors: twoProportionsSchema,
  /** Good is a reply that is not slow; see `absorbLatency`. */
  latency: twoProportionsSchema.extend({
    /** The control's newest replies. */
    recent: z.array(timedSchema),
    /** The control's pace by which slow is known, while a block is open. */
    pace: paceSchema.nullable(),
  }),
  sideBySide: z.object({
    wins: z.int().min(0),
    losses: z.int().min(0),
    ties: z.int().min(0),
    /** The most evidence there ever was that the arm loses, as a natural logarithm. */
    peakWorse: z.number(),
  }),
});
/** The evidence about an arm, whoever watches it. */
export type Evidence = z.output<typeof evidenceSchema>;

export const canaryStateSchema = evidenceSchema.extend({
  /** Replies of the arm after this one are of the present stage. */
  stageFloor: z.uuid(),
});
type CanaryState = z.output<typeof canaryStateSchema>;

export const stateOf = ({ state }: Pick<Canary, "state">): CanaryState => canaryStateSchema.parse(state);

interface Arms {
  deploymentId: string;
  controlId: string;
}

/** Ids of replies from then on are greater. Ids are by time (UUID version 7), but for that of the release that came with the database. */
export const sinceRelease = (deploymentId: string): string => (deploymentId[14] === "7" ? deploymentId : EVER);

/** Only conversations that began after this count: both arms were there. */
export function floorOf({ deploymentId, controlId }: Arms): string {
  const [arm, control] = [sinceRelease(deploymentId), sinceRelease(controlId)];
  return arm > control ? arm : control;
}

/** Nothing is known yet. */
export async function noEvidence(tx: Tx, arms: Arms): Promise<Evidence> {
  const newest = await tx.judgementEvent.findFirst({ orderBy: { id: "desc" }, select: { id: true } });
  return {
    ...{ repliesAfter: floorOf(arms), drawnAfter: floorOf(arms), judgementsAfter: String(newest?.id ?? 0) },
    ...{ thumbs: noProportions(), regenerate: noProportions(), errors: noProportions() },
    latency: { ...noProportions(), recent: [], pace: null },
    sideBySide: { wins: 0, losses: 0, ties: 0, peakWorse: 0 },
  };
}

/** Id of the newest reply of either arm, or that of the younger one where neither has said anything. Ids are by time (UUID version 7). */
export async function newestReplyOf(tx: Tx, arms: Arms): Promise<string> {
  const of = (deploymentId: string) =>
    tx.message.findFirst({ where: { deploymentId }, orderBy: { id: "desc" }, select: { id: true } });
  const newest = [await of(arms.deploymentId), await of(arms.controlId)].flatMap((reply) => (reply ? [reply.id] : []));
  return [floorOf(arms), ...newest].reduce((a, b) => (a > b ? a : b));
}
