/** What of the queue an annotator may be given: the conditions in SQL, once, for lending, counting and explaining. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { SHOWABLE } from "./comparison-open.ts";
import type { NO_TASK_REASONS } from "./views.ts";

/** What annotating needs: the database, and time and chance, which tests hold in their hands. */
export interface AnnotationServices {
  db: Db;
  now: () => Date;
  /** In [0, 1). */
  random: () => number;
}

/**
 * Lets one caller at a time lend or fill places until its transaction ends: two annotators who ask at once would each see the last
 * place free. Annotators ask every few seconds at most and the lock is held for milliseconds, so one lock for all is enough.
 */
export async function lockQueue(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('hone.annotation'))::text`;
}

/** Comparisons with their prompt's conversation and its owner, as the conditions below name them. */
export const QUEUE = Prisma.sql`"Comparison" comparison
  JOIN "Message" prompt ON prompt."id" = comparison."promptId"
  JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
  JOIN "User" owner ON owner."id" = conversation."userId"`;

/** Tasks that make pairs; known ones (gold) are given to everybody besides. */
export const ORDINARY = Prisma.sql`comparison."reason" <> 'CHAT' AND comparison."gold" IS NULL AND ${SHOWABLE}`;

/** Raters whose word counts: neither disabled nor quarantined. */
export const COUNTING = Prisma.sql`(rater."disabledAt" IS NULL AND NOT EXISTS (
  SELECT 1 FROM "RaterTrust" trust WHERE trust."raterId" = rater."id" AND trust."quarantinedAt" IS NOT NULL))`;

/** Rankings of a Comparison that count towards the number it wants. */
export const RANKINGS = Prisma.sql`(SELECT count(*)::int FROM "Ranking" ranking JOIN "User" rater ON rater."id" = ranking."raterId"
  WHERE ranking."comparisonId" = comparison."id" AND ranking."round" = 0 AND ranking."withdrawnAt" IS NULL AND ${COUNTING})`;

/** Places that others hold: a lease that has not run out counts as the ranking it will become. */
const lentToOthers = (raterId: string, now: Date) => Prisma.sql`(SELECT count(*)::int FROM "Assignment" lease
  WHERE lease."comparisonId" = comparison."id" AND lease."round" = 0 AND lease."state" = 'LEASED'
    AND lease."expiresAt" > ${now} AND lease."raterId" <> ${raterId}::uuid)`;

/** Nobody judges their own conversation or their own text. */
const ownBy = (rater: Prisma.Sql) => Prisma.sql`(owner."id" = ${rater} OR EXISTS (
  SELECT 1 FROM "ComparisonCandidate" candidate JOIN "Edit" edit ON edit."editedId" = candidate."messageId"
  WHERE candidate."comparisonId" = comparison."id" AND edit."authorId" = ${rater}))`;

const doneBy = (rater: Prisma.Sql, round = 0) => Prisma.sql`EXISTS (SELECT 1 FROM "Assignment" done
  WHERE done."comparisonId" = comparison."id" AND done."raterId" = ${rater} AND done."round" = ${round}
    AND done."state" IN ('SUBMITTED', 'SKIPPED'))`;

const me = (raterId: string) => Prisma.sql`${raterId}::uuid`;

const available = (raterId: string, now: Date) => Prisma.sql`${ORDINARY} AND comparison."status" = 'OPEN'
  AND NOT ${ownBy(me(raterId))} AND NOT ${doneBy(me(raterId))}
  AND ${RANKINGS} + ${lentToOthers(raterId, now)} < comparison."wanted"`;

interface Found {
  id: string;
  round: 0 | 1;
}

const first = async (rows: Promise<{ id: string }[]>, round: 0 | 1): Promise<Found | null> => {
  const [row] = await rows;
  return row ? { id: row.id, round } : null;
};

/** The ordinary task that comes first for this annotator. */
export function findOrdinary(tx: Tx, raterId: string, now: Date): Promise<Found | null> {
  const rows = tx.$queryRaw<{ id: string }[]>`
    SELECT comparison."id" FROM ${QUEUE} WHERE ${available(raterId, now)}
    ORDER BY comparison."priority" DESC, comparison."createdAt", comparison."id" LIMIT 1`;
  return first(rows, 0);
}

/** How many ordinary tasks this annotator could be given now. */
export async function countAvailable(db: Db | Tx, raterId: string, now: Date): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM ${QUEUE} WHERE ${available(raterId, now)}`;
  return row?.count ?? 0;
}

/** A known task this annotator has not had. Each meets them in another order, so that word of mouth is of little use. */
export function findGold(tx: Tx, raterId: string): Promise<Found | null> {
  const rows = tx.$queryRaw<{ id: string }[]>`
    SELECT comparison."id" FROM ${QUEUE}
    WHERE comparison."gold" IS NOT NULL AND comparison."status" = 'OPEN' AND ${SHOWABLE}
      AND NOT ${ownBy(me(raterId))} AND NOT ${doneBy(me(raterId))}
    ORDER BY md5(comparison."id"::text || ${raterId}) LIMIT 1`;
  return first(rows, 0);
}

/** Tasks that must lie between a task and its repeat, so that it is judged and not remembered. */
export const REPEAT_GAP = 10;

/** The task that this annotator did longest ago and has not been asked again: a known one, or an ordinary one. */
export function findRepeat(tx: Tx, raterId: string, { gold }: { gold: boolean }): Promise<Found | null> {
  const kind = gold ? Prisma.sql`comparison."gold" IS NOT NULL` : Prisma.sql`comparison."gold" IS NULL`;
  const rows = tx.$queryRaw<{ id: string }[]>`
    SELECT comparison."id" FROM ${QUEUE} JOIN "Ranking" mine ON mine."comparisonId" = comparison."id"
    WHERE mine."raterId" = ${raterId}::uuid AND mine."round" = 0 AND mine."withdrawnAt" IS NULL
      AND comparison."reason" <> 'CHAT' AND comparison."status" IN ('OPEN', 'DONE') AND ${kind} AND ${SHOWABLE}
      AND NOT ${doneBy(me(raterId), 1)}
      AND mine."createdAt" <= (
        SELECT later."createdAt" FROM "Ranking" later JOIN "Comparison" about ON about."id" = later."comparisonId"
        WHERE later."raterId" = ${raterId}::uuid AND later."withdrawnAt" IS NULL AND about."reason" <> 'CHAT'
        ORDER BY later."createdAt" DESC OFFSET ${REPEAT_GAP} LIMIT 1)
    ORDER BY mine."createdAt", comparison."id" LIMIT 1`;
  return first(rows, 1);
}

/** Whether one more ranking of the Comparison by this rater would not be one too many. */
export async function hasPlace(tx: Tx, comparisonId: string, raterId: string, now: Date): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ free: boolean }[]>`
    SELECT ${RANKINGS} + ${lentToOthers(raterId, now)} < comparison."wanted" AS "free"
    FROM "Comparison" comparison WHERE comparison."id" = ${comparisonId}::uuid`;
  return row?.free ?? false;
}

/** Why there is nothing to do: the most hopeful of the reasons that hold. */
export async function whyNothing(tx: Tx, raterId: string): Promise<(typeof NO_TASK_REASONS)[number]> {
  const waits = (status: "OPEN" | "DRAFTING", rest: Prisma.Sql) => Prisma.sql`EXISTS (SELECT 1 FROM ${QUEUE}
    WHERE comparison."status" = ${status}::"ComparisonStatus" AND ${ORDINARY} AND ${rest})`;
  const own = ownBy(me(raterId));
  const done = doneBy(me(raterId));
  const [found] = await tx.$queryRaw<{ why: (typeof NO_TASK_REASONS)[number] }[]>`
    SELECT CASE WHEN ${waits("OPEN", Prisma.sql`NOT ${own} AND NOT ${done}`)} THEN 'ALL_LENT'
      WHEN ${waits("DRAFTING", Prisma.sql`NOT ${own}`)} THEN 'DRAFTING'
      WHEN ${waits("OPEN", Prisma.sql`NOT ${own}`)} THEN 'DONE_BY_YOU'
      WHEN ${waits("OPEN", own)} OR ${waits("DRAFTING", own)} THEN 'YOURS' ELSE 'EMPTY' END AS "why"`;
  return found?.why ?? "EMPTY";
}

/** People who may be given tasks. */
const ANNOTATORS = Prisma.sql`"User" rater WHERE rater."role" IN ('ANNOTATOR', 'ADMIN') AND rater."erasedAt" IS NULL AND ${COUNTING}`;

/** Whether a Comparison has anybody to rank it at all: its conversation's owner may not. */
export const SOMEBODY_ELSE_ANNOTATES = Prisma.sql`EXISTS (SELECT 1 FROM ${ANNOTATORS} AND rater."id" <> owner."id")`;

/**
 * How many people may be given tasks, and how many open tasks can never get all the rankings they want from them. Nobody has had a
 * task that is still being drafted, so there only its conversation's owner is left out.
 */
export async function staffing(db: Db): Promise<{ annotators: number; stuck: number }> {
  const rater = Prisma.sql`rater."id"`;
  const [row] = await db.$queryRaw<{ annotators: number; stuck: number }[]>`
    WITH annotator AS (SELECT rater."id" FROM ${ANNOTATORS}), everybody AS (SELECT count(*)::int AS "count" FROM annotator)
    SELECT (SELECT "count" FROM everybody) AS "annotators",
      (SELECT count(*)::int FROM ${QUEUE} WHERE comparison."status" = 'OPEN' AND ${ORDINARY}
        AND ${RANKINGS} + (SELECT count(*) FROM annotator rater WHERE NOT ${ownBy(rater)} AND NOT ${doneBy(rater)})
          < comparison."wanted")
      + (SELECT count(*)::int FROM ${QUEUE} LEFT JOIN annotator rater ON rater."id" = owner."id"
        WHERE comparison."status" = 'DRAFTING' AND ${ORDINARY}
        AND (SELECT "count" FROM everybody) - (rater."id" IS NOT NULL)::int < comparison."wanted") AS "stuck"`;
  return row ?? { annotators: 0, stuck: 0 };
}
