/**
 * What was said of a release that has been replaced, kept so that the one after it can be measured against it. Each new word about the new
 * release is set beside one of these, and once they are used up the comparison is over: no word is used twice.
 */

import { z } from "zod";
import { Prisma } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../db.ts";
import { absorb, type Observation } from "./evidence.ts";
import { alone, began, firstReplies, shown, trusted } from "./observe.ts";
import { type Evidence, sinceRelease } from "./state.ts";

/**
 * What can be compared with the past. How long a reply takes rests on what else the machine does at that hour, and drafts side by side of both
 * there are none.
 */
const KEPT_METRICS = ["thumbs", "regenerate", "errors"] as const;
type KeptMetric = (typeof KEPT_METRICS)[number];

const words = z.array(z.number());
/** Values of observations, oldest first. */
export const keptSchema = z.object({ thumbs: words, regenerate: words, errors: words });
export type Kept = z.output<typeof keptSchema>;

/** Words of a metric, and replies among which they are looked for. */
const MOST_WORDS = 500;
const NEWEST = 5_000;

/** The newest words about a release, one per conversation and metric. */
export async function readKept(tx: Tx, deploymentId: string): Promise<Kept> {
  const floor = sinceRelease(deploymentId);
  const newest = Prisma.sql`(SELECT "id", "conversationId", "parentId" FROM "Message" newest
    WHERE "deploymentId" = ${deploymentId}::uuid AND ${shown("newest")} AND ${alone("newest")} ORDER BY "id" DESC LIMIT ${NEWEST})`;
  const told = Prisma.sql`(SELECT DISTINCT "conversationId" FROM ${newest} reply)`;
  const ofReplies = await tx.$queryRaw<{ metric: string; value: number }[]>`
    WITH ${firstReplies(told, { speakers: [deploymentId], floor })}
    SELECT said."metric", said."value" FROM said JOIN heard USING ("conversationId") WHERE said."metric" <> 'latency'
    ORDER BY heard."replyId"`;
  const thumbs = await tx.$queryRaw<{ metric: string; value: number }[]>`
    SELECT 'thumbs' AS "metric", "value" FROM (
      SELECT DISTINCT ON (reply."conversationId") given."id", (given."judgement"->>'value' = '1')::int::float8 AS "value"
      FROM ${newest} reply JOIN "JudgementEvent" given ON given."promptId" = reply."parentId" AND given."subjectId" = reply."id"
      WHERE given."kind" = 'FEEDBACK' AND given."judgement" IS NOT NULL AND ${trusted("given")} AND ${began('reply."conversationId"', floor)}
      ORDER BY reply."conversationId", given."id") first ORDER BY "id"`;
  const said = [...ofReplies, ...thumbs];
  const of = (metric: KeptMetric) =>
    said.flatMap((word) => (word.metric === metric ? [word.value] : [])).slice(-MOST_WORDS);
  return { thumbs: of("thumbs"), regenerate: of("regenerate"), errors: of("errors") };
}

/** Words about a new release that are too young to count, oldest first. */
export const waitingSchema = z.array(z.object({ metric: z.enum(KEPT_METRICS), value: z.number(), at: z.number() }));
type Waiting = z.output<typeof waitingSchema>;

/** Whoever is displeased says so sooner than whoever is not: by then nearly everybody has said what they say. */
const RIPE_MS = 60 * 60_000;

/**
 * Holds words back until the reply they are about is an hour old; otherwise the first words about a release would be those of its displeased,
 * beside kept ones of everybody. Of a failure everybody hears at once. Pure.
 * @returns what counts now, and what is still held back
 */
export function ripened(
  waiting: Waiting,
  observations: readonly Observation[],
  now: number,
): { ripe: Observation[]; waiting: Waiting } {
  const words = observations.flatMap(({ metric, onArm, value, at = 0 }) => {
    const kept = KEPT_METRICS.find((one) => one === metric);
    return kept && onArm ? [{ metric: kept, value, at }] : [];
  });
  const all = [...waiting, ...words].sort((a, b) => a.at - b.at);
  const isRipe = ({ metric, at }: Waiting[number]) => metric === "errors" || now - at >= RIPE_MS;
  return {
    ripe: all.filter(isRipe).map((word) => ({ ...word, onArm: true })),
    // No more than these could ever be set beside kept ones.
    waiting: all.filter((word) => !isRipe(word)).slice(0, 2 * MOST_WORDS),
  };
}

export const isUsedUp = (kept: Kept): boolean => KEPT_METRICS.every((metric) => kept[metric].length === 0);

/** Sets each new word about the arm beside one that was kept; those without one say nothing. Pure. */
export function absorbBesideKept<State extends Evidence & { kept: Kept }>(
  state: State,
  observations: readonly Observation[],
): State {
  return observations.reduce((state, observation) => {
    const metric = KEPT_METRICS.find((metric) => metric === observation.metric);
    const [word, ...rest] = metric ? state.kept[metric] : [];
    if (!metric || !observation.onArm || word === undefined) return state;
    const beside = absorb(absorb(state, { metric, onArm: false, value: word }), observation);
    return { ...beside, kept: { ...state.kept, [metric]: rest } };
  }, state);
}
