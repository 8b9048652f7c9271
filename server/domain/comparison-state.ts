/** Where a Comparison stands: open while it wants rankings, done when it has them, closed when it may not be asked any more. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { QUEUE, RANKINGS } from "./annotation-queue.ts";
import { LEAST_CANDIDATES } from "./comparison-candidates.ts";
import { SHOWABLE } from "./comparison-open.ts";

/** A prompt has one open task at a time; the partial unique index would refuse a second. */
export const NO_OTHER_OPEN = Prisma.sql`NOT EXISTS (SELECT 1 FROM "Comparison" other WHERE other."promptId" = comparison."promptId"
  AND other."id" <> comparison."id" AND other."status" IN ('DRAFTING', 'OPEN') AND other."reason" <> 'CHAT' AND other."gold" IS NULL)`;

/** Brings an ordinary Comparison's state in line with the rankings it has. The queue must be locked. */
export async function settleComparison(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Comparison" comparison SET "status" = 'DONE', "closedAt" = ${now}
    WHERE comparison."id" = ${id}::uuid AND comparison."status" = 'OPEN' AND comparison."gold" IS NULL
      AND ${RANKINGS} >= comparison."wanted"`;
  await tx.$executeRaw`
    UPDATE "Comparison" comparison SET "status" = 'OPEN', "closedAt" = NULL
    WHERE comparison."id" = ${id}::uuid AND comparison."status" = 'DONE' AND comparison."gold" IS NULL
      AND comparison."reason" <> 'CHAT' AND ${RANKINGS} < comparison."wanted" AND ${NO_OTHER_OPEN}`;
}

/** How long after it was done a Comparison is opened again for want of rankings. */
const DAYS = 90;

/**
 * Opens again what was done with the help of raters who count no more or are gone, ends what is done now that others count again, and
 * closes what may not be shown any more.
 */
export async function reviseComparisons(db: Db, now: Date): Promise<void> {
  const since = new Date(now.getTime() - DAYS * 24 * 3600_000);
  await db.$executeRaw`
    UPDATE "Comparison" comparison SET "status" = 'OPEN', "closedAt" = NULL
    WHERE comparison."status" = 'DONE' AND comparison."closedAt" > ${since} AND comparison."gold" IS NULL
      AND comparison."reason" <> 'CHAT' AND ${RANKINGS} < comparison."wanted" AND ${NO_OTHER_OPEN}
      AND (SELECT count(*) FROM "ComparisonCandidate" candidate WHERE candidate."comparisonId" = comparison."id") >= ${LEAST_CANDIDATES}
      AND comparison."id" IN (SELECT comparison."id" FROM ${QUEUE} WHERE ${SHOWABLE})`;
  await db.$executeRaw`
    UPDATE "Comparison" comparison SET "status" = 'DONE', "closedAt" = ${now}
    WHERE comparison."status" = 'OPEN' AND comparison."gold" IS NULL AND comparison."reason" <> 'CHAT'
      AND ${RANKINGS} >= comparison."wanted"`;
  await db.$executeRaw`
    WITH closed AS (
      UPDATE "Comparison" SET "status" = 'CLOSED', "closedAt" = ${now}
      WHERE "id" IN (SELECT comparison."id" FROM ${QUEUE}
        WHERE comparison."status" IN ('DRAFTING', 'OPEN') AND comparison."reason" <> 'CHAT' AND NOT ${SHOWABLE})
      RETURNING "id"
    )
    UPDATE "Assignment" SET "state" = 'EXPIRED', "endedAt" = ${now}
    WHERE "state" = 'LEASED' AND "comparisonId" IN (SELECT "id" FROM closed)`;
}
