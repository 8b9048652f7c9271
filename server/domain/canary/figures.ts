/**
 * Live figures of an arm, of its newest replies, so that they cost the same however long it has been live. Ids go as an array into the
 * tables they are looked up in: joined to a list, PostgreSQL reads those tables through.
 */

import { Prisma } from "../../../prisma/generated/client.ts";
import type { Db, Tx } from "../../db.ts";
import type { ArmFigures } from "../views/deployment.ts";
import type { Estimate } from "../views/trust.ts";
import { wilson } from "../wilson.ts";

/** The window: replies, newest first. */
const NEWEST = 2_000;

interface Counts {
  replies: number;
  conversations: number;
  up: number;
  down: number;
  judged: number;
  whole: number;
  regenerated: number;
  failed: number;
  tokens: number | null;
  tokensDeviation: number | null;
  firstTokenMs: number[] | null;
  replyMs: number[] | null;
}

export async function armFigures(db: Db | Tx, deploymentId: string): Promise<ArmFigures> {
  const [counts] = await db.$queryRaw<Counts[]>`
    WITH spoken AS MATERIALIZED (
      SELECT "id", "conversationId", "parentId", "status", "errorCode", "completionTokens",
        extract(epoch FROM "finishedAt" - "createdAt")::float8 * 1000 AS "replyMs",
        extract(epoch FROM "firstTokenAt" - "createdAt")::float8 * 1000 AS "firstTokenMs"
      FROM "Message" WHERE "deploymentId" = ${deploymentId}::uuid AND NOT "forComparison" AND "status" NOT IN ('PENDING', 'STREAMING')
      ORDER BY "id" DESC LIMIT ${NEWEST}
    ), thumbs AS (
      SELECT count(*) FILTER (WHERE thumb."value" > 0) AS "up", count(*) FILTER (WHERE thumb."value" < 0) AS "down",
        count(DISTINCT thumb."messageId") AS "judged"
      FROM "Feedback" thumb WHERE thumb."messageId" = ANY(ARRAY(SELECT "id" FROM spoken))
    )
    SELECT count(*)::int AS "replies", count(DISTINCT "conversationId")::int AS "conversations",
      max(thumbs."up")::int AS "up", max(thumbs."down")::int AS "down", max(thumbs."judged")::int AS "judged",
      count(*) FILTER (WHERE "status" = 'COMPLETE')::int AS "whole",
      count(*) FILTER (WHERE EXISTS (SELECT 1 FROM "Message" again WHERE again."parentId" = spoken."parentId" AND again."id" > spoken."id"
        AND again."deploymentId" IS NOT NULL AND NOT again."forComparison" AND again."requestKey" LIKE 'reply:%'))::int AS "regenerated",
      count(*) FILTER (WHERE "status" = 'FAILED' OR "status" = 'INTERRUPTED' AND "errorCode" IS NOT NULL)::int AS "failed",
      (avg("completionTokens") FILTER (WHERE "status" = 'COMPLETE'))::float8 AS "tokens",
      (stddev_samp("completionTokens") FILTER (WHERE "status" = 'COMPLETE'))::float8 AS "tokensDeviation",
      percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY "firstTokenMs") AS "firstTokenMs",
      percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY "replyMs") FILTER (WHERE "status" = 'COMPLETE') AS "replyMs"
    FROM spoken CROSS JOIN thumbs`;
  const { replies, conversations, up, down, judged, whole, regenerated, failed, ...rest } = counts!;
  const spread = (rest.tokensDeviation ?? 0) / Math.sqrt(Math.max(1, whole));
  return {
    ...{ replies, conversations, up: up ?? 0, down: down ?? 0 },
    thumbsUp: share(up ?? 0, (up ?? 0) + (down ?? 0)),
    judged: replies === 0 ? null : (judged ?? 0) / replies,
    regenerated: share(regenerated, replies),
    sideBySide: await sideBySide(db, deploymentId),
    failed: share(failed, replies),
    tokens:
      rest.tokens === null
        ? null
        : { value: rest.tokens, low: rest.tokens - Z_95 * spread, high: rest.tokens + Z_95 * spread },
    firstTokenMs: percentiles(rest.firstTokenMs),
    replyMs: percentiles(rest.replyMs),
  };
}

const Z_95 = 1.959964;

function share(count: number, of: number): Estimate | null {
  if (of === 0) return null;
  const { share: value, low, high } = wilson(count, of);
  return { value, low, high };
}

const percentiles = (values: number[] | null) =>
  values?.[0] == null || values[1] == null ? null : { p50: values[0], p95: values[1] };

/** Comparisons in the window. */
const NEWEST_CHOICES = 1_000;

/** What people chose where a draft of the arm stood beside one of the arm that was the default when they were begun together. Ties count half. */
async function sideBySide(db: Db | Tx, deploymentId: string): Promise<ArmFigures["sideBySide"]> {
  const [row] = await db.$queryRaw<{ comparisons: number; points: number }[]>(Prisma.sql`
    WITH own AS MATERIALIZED (
      SELECT reply."id" FROM "Message" reply WHERE reply."deploymentId" = ${deploymentId}::uuid AND NOT reply."forComparison"
      ORDER BY reply."id" DESC LIMIT ${NEWEST}
    ), chosen AS (
      SELECT DISTINCT ranking."id" FROM "RankingEntry" entry
      JOIN "Ranking" ranking ON ranking."id" = entry."rankingId" JOIN "Comparison" comparison ON comparison."id" = ranking."comparisonId"
      WHERE entry."messageId" = ANY(ARRAY(SELECT "id" FROM own))
        AND comparison."reason" = 'CHAT' AND ranking."withdrawnAt" IS NULL LIMIT ${NEWEST_CHOICES}
    ), counted AS (
      SELECT count(*) FILTER (WHERE reply."deploymentId" = ${deploymentId}::uuid) AS "own",
        count(*) FILTER (WHERE reply."deploymentId" <> ${deploymentId}::uuid AND other."slot" = 'default') AS "others", count(*) AS "all",
        count(*) FILTER (WHERE entry."rank" = 1) AS "best",
        count(*) FILTER (WHERE entry."rank" = 1 AND reply."deploymentId" = ${deploymentId}::uuid) AS "ownBest",
        count(DISTINCT substr(reply."requestKey", strpos(reply."requestKey", ':'))) AS "requests"
      FROM "RankingEntry" entry JOIN "Message" reply ON reply."id" = entry."messageId"
      JOIN "Deployment" other ON other."id" = reply."deploymentId"
      WHERE entry."rankingId" = ANY(ARRAY(SELECT "id" FROM chosen)) GROUP BY entry."rankingId"
    )
    SELECT count(*)::int AS "comparisons", coalesce(sum("ownBest"::float8 / "best"), 0) AS "points" FROM counted
    WHERE "own" = "others" AND "all" = 2 * "own" AND "requests" = 1 AND "best" > 0`);
  const { comparisons, points } = row!;
  const estimate = share(points, comparisons);
  return estimate && { ...estimate, comparisons };
}
