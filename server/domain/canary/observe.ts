/**
 * Reads what conversations say of a watched arm since it was last looked at. One conversation says one thing per metric, and only conversations
 * that began with the arm count: those from before were not drawn between it and the control. Every read goes a little further back than
 * the last one ended, since rows can become visible after younger ones; what was stored before is not stored again.
 */

import { Prisma } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../db.ts";
import type { Observation } from "./evidence.ts";
import { type Evidence, floorOf } from "./state.ts";

interface Arms {
  deploymentId: string;
  controlId: string;
}
type Cursors = Pick<Evidence, "repliesAfter" | "judgementsAfter">;
/** Speakers, and after which id a conversation must have begun. */
interface Drawn extends Arms {
  floor: string;
}

/** Rows read at a time. */
const BATCH = 2_000;
/** A transaction that makes a reply does not take longer. */
const REPLY_LAG_MS = 15_000;
/** Judgements that may become visible after younger ones. */
const JUDGEMENT_LAG = 200n;

/** New observations in the order in which they came, and how far was read. `more`: there is more to read at once. */
export async function observeArm(
  tx: Tx,
  arms: Arms,
  { drawnAfter, ...cursors }: Cursors & Pick<Evidence, "drawnAfter">,
): Promise<{ observations: Observation[]; cursors: Cursors; more: boolean }> {
  const began = floorOf(arms);
  const drawn = { ...arms, floor: drawnAfter > began ? drawnAfter : began };
  const replies = await readReplies(tx, arms, cursors.repliesAfter);
  const ofReplies = await observeReplies(tx, drawn, replies.conversationIds);
  const judgements = await readJudgements(tx, drawn, BigInt(cursors.judgementsAfter));
  return {
    observations: [...ofReplies, ...judgements.observations],
    cursors: { repliesAfter: replies.after, judgementsAfter: String(judgements.after) },
    more: replies.more || judgements.more,
  };
}

/** Conversations with new replies of either arm. The cursor stays before the first reply that is not finished. */
async function readReplies(tx: Tx, { deploymentId, controlId }: Arms, after: string) {
  const from = earlier(after, REPLY_LAG_MS);
  const of = (id: string) => Prisma.sql`(SELECT "id", "conversationId", "status" FROM "Message"
    WHERE "deploymentId" = ${id}::uuid AND "id" > ${from}::uuid ORDER BY "id" LIMIT ${BATCH})`;
  const rows = await tx.$queryRaw<{ id: string; conversationId: string; finished: boolean }[]>`
    SELECT "id", "conversationId", "status" NOT IN ('PENDING', 'STREAMING') AS "finished"
    FROM (${of(deploymentId)} UNION ALL ${of(controlId)}) reply ORDER BY "id" LIMIT ${BATCH}`;
  const unfinished = rows.findIndex(({ finished }) => !finished);
  const read = unfinished === -1 ? rows : rows.slice(0, unfinished);
  const last = read.at(-1)?.id;
  return {
    conversationIds: [...new Set(rows.map(({ conversationId }) => conversationId))],
    after: last && last > after ? last : after,
    // A batch that ended no further than the last one would be read for ever.
    more: rows.length === BATCH && last !== undefined && last > after,
  };
}

/** When it was made, in ms: the first 48 bits of a UUID of version 7. */
const madeAt = (id: string): number => Number.parseInt(id.replace("-", "").slice(0, 12), 16);

/** The same id as if it had been made some time before. */
function earlier(id: string, ms: number): string {
  const hex = (madeAt(id) - ms).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** Spoken by an arm and shown to whom it was for. */
export const shown = (message: string) =>
  Prisma.raw(`${message}."deploymentId" IS NOT NULL AND NOT ${message}."forComparison"`);

/** Not one of several drafts that were begun together: those are judged beside each other. */
export const alone = (message: string) =>
  Prisma.raw(`${message}."requestKey" LIKE 'reply:%' AND NOT EXISTS (SELECT 1 FROM "Message" twin
    WHERE twin."conversationId" = ${message}."conversationId" AND twin."requestKey" = 'draft1:' || substr(${message}."requestKey", 7))`);

/** The conversation had heard nothing up to this id. */
export const began = (conversationId: string, floor: string) => Prisma.sql`NOT EXISTS (SELECT 1 FROM "Message" old
    WHERE old."conversationId" = ${Prisma.raw(conversationId)} AND ${shown("old")} AND old."id" <= ${floor}::uuid)`;

/** Of somebody whose judgements are not put aside. */
export const trusted = (given: string) =>
  Prisma.raw(`NOT EXISTS (SELECT 1 FROM "RaterTrust" trust
    WHERE trust."raterId" = ${given}."raterId" AND trust."quarantinedAt" IS NOT NULL)`);

/**
 * Common table expressions `heard`, the first reply of each conversation that one of the Deployments spoke, and `said`: whether it failed, how
 * long it took, and, once anything followed it, whether its reader asked for another one instead of going on.
 * @param told rows with the "id" of a conversation each
 * @param floor only conversations that began after this id
 */
export const firstReplies = (
  told: Prisma.Sql,
  { speakers, floor }: { speakers: string[]; floor: string },
) => Prisma.sql`
    heard AS MATERIALIZED (
      SELECT conversation."id" AS "conversationId", conversation."source", first.*, next."parentId" AS "nextParentId"
      FROM ${told} AS told("id") JOIN "Conversation" conversation ON conversation."id" = told."id"
      JOIN LATERAL (SELECT reply."id" AS "replyId", reply."deploymentId", reply."parentId", reply."status", reply."errorCode",
          extract(epoch FROM reply."finishedAt" - reply."createdAt") * 1000 AS "ms", reply."completionTokens" AS "tokens"
        FROM "Message" reply WHERE reply."conversationId" = told."id" AND ${shown("reply")} AND ${alone("reply")}
        ORDER BY reply."id" LIMIT 1) first ON true
      LEFT JOIN LATERAL (SELECT later."parentId" FROM "Message" later
        WHERE later."conversationId" = told."id" AND ${shown("later")} AND later."id" > first."replyId"
        ORDER BY later."id" LIMIT 1) next ON true
      WHERE first."deploymentId" = ANY(${speakers}::uuid[]) AND ${began("told.id", floor)}
    ), said AS (
      SELECT "conversationId", 'errors' AS "metric",
        ("status" = 'COMPLETE' OR "status" = 'INTERRUPTED' AND "errorCode" IS NULL)::int::float8 AS "value"
      FROM heard WHERE "status" NOT IN ('PENDING', 'STREAMING')
      UNION ALL
      SELECT "conversationId", 'latency', "ms"::float8 FROM heard WHERE "status" = 'COMPLETE' AND "tokens" > 0
      UNION ALL
      SELECT "conversationId", 'regenerate', ("nextParentId" <> "parentId")::int::float8
      FROM heard WHERE "nextParentId" IS NOT NULL AND "source" = 'CHAT'
    )`;

async function observeReplies(
  tx: Tx,
  { deploymentId, controlId, floor }: Drawn,
  conversationIds: readonly string[],
): Promise<Observation[]> {
  if (conversationIds.length === 0) return [];
  const conversations = Prisma.sql`unnest(${[...conversationIds]}::uuid[])`;
  const speakers = [deploymentId, controlId];
  const rows = await tx.$queryRaw<Row[]>`
    WITH ${firstReplies(conversations, { speakers, floor })}, added AS (
      INSERT INTO "ArmObservation" ("deploymentId", "metric", "conversationId", "onArm", "value")
      SELECT ${deploymentId}::uuid, said."metric", said."conversationId", heard."deploymentId" = ${deploymentId}::uuid, said."value"
      FROM said JOIN heard USING ("conversationId")
      ON CONFLICT DO NOTHING RETURNING *
    )
    SELECT added."metric", added."onArm", added."value", heard."tokens", heard."replyId" FROM added JOIN heard USING ("conversationId")
    ORDER BY heard."replyId", added."metric"`;
  return rows.map(told);
}

type Row = Omit<Observation, "at"> & { replyId: string };
const told = ({ replyId, ...observation }: Row): Observation => ({ ...observation, at: madeAt(replyId) });

/** The first thumb of each conversation, and the first choice between drafts of both arms that were begun together; not of whoever is quarantined. */
async function readJudgements(tx: Tx, { deploymentId, controlId, floor }: Drawn, after: bigint) {
  const from = after > JUDGEMENT_LAG ? after - JUDGEMENT_LAG : 0n;
  const [bounds] = await tx.$queryRaw<{ last: bigint | null; count: bigint }[]>`
    SELECT max("id") AS "last", count(*) AS "count" FROM
      (SELECT "id" FROM "JudgementEvent" WHERE "id" > ${from} ORDER BY "id" LIMIT ${BATCH}) read`;
  const last = bounds?.last ?? after;
  const rows = await tx.$queryRaw<Row[]>`
    WITH given AS MATERIALIZED (
      SELECT * FROM "JudgementEvent" WHERE "id" > ${from} AND "id" <= ${last} AND "judgement" IS NOT NULL
        AND ${trusted('"JudgementEvent"')}
    ), thumbs AS (
      SELECT DISTINCT ON (reply."conversationId") given."id", reply."id" AS "replyId", reply."conversationId", 'thumbs' AS "metric",
        reply."deploymentId" = ${deploymentId}::uuid AS "onArm", (given."judgement"->>'value' = '1')::int::float8 AS "value"
      FROM given JOIN "Message" reply ON reply."id" = given."subjectId"
      WHERE given."kind" = 'FEEDBACK' AND reply."deploymentId" IN (${deploymentId}::uuid, ${controlId}::uuid)
        AND ${shown("reply")} AND ${alone("reply")} AND ${began('reply."conversationId"', floor)}
      ORDER BY reply."conversationId", given."id"
    ), choices AS (
      SELECT DISTINCT ON (prompt."conversationId") given."id", prompt."id" AS "replyId", prompt."conversationId", 'sideBySide' AS "metric", true AS "onArm",
        CASE given."judgement"->>'choice' WHEN 'TIE' THEN 0.5 ELSE drafts."wins"::float8 END AS "value"
      FROM given JOIN "Message" prompt ON prompt."id" = given."promptId"
      JOIN LATERAL (SELECT count(*) AS "all",
          count(*) FILTER (WHERE reply."deploymentId" = ${deploymentId}::uuid) AS "ofArm",
          count(*) FILTER (WHERE reply."deploymentId" = ${controlId}::uuid) AS "ofControl",
          count(*) FILTER (WHERE reply."deploymentId" = ${deploymentId}::uuid AND entry."rank" = 1) AS "wins",
          count(DISTINCT substr(reply."requestKey", strpos(reply."requestKey", ':'))) AS "requests"
        FROM "RankingEntry" entry JOIN "Message" reply ON reply."id" = entry."messageId"
        WHERE entry."rankingId" = given."subjectId") drafts ON true
      WHERE given."kind" = 'CHOICE' AND given."judgement"->>'choice' IN ('PICK', 'TIE')
        AND drafts."ofArm" > 0 AND drafts."ofArm" = drafts."ofControl" AND drafts."all" = 2 * drafts."ofArm" AND drafts."requests" = 1
      ORDER BY prompt."conversationId", given."id"
    ), said AS (SELECT * FROM thumbs UNION ALL SELECT * FROM choices), added AS (
      INSERT INTO "ArmObservation" ("deploymentId", "metric", "conversationId", "onArm", "value")
      SELECT ${deploymentId}::uuid, "metric", "conversationId", "onArm", "value" FROM said
      ON CONFLICT DO NOTHING RETURNING *
    )
    SELECT added."metric", added."onArm", added."value", said."replyId" FROM added JOIN said USING ("conversationId", "metric")
    ORDER BY said."id"`;
  return {
    observations: rows.map(told),
    after: last > after ? last : after,
    more: bounds?.count === BigInt(BATCH) && last > after,
  };
}
