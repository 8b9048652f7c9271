/** Where a Comparison stands: open while it wants rankings, done when it has them, closed when it may not be asked any more. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { QUEUE, RANKINGS } from "./annotation-queue.ts";
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

/**
 * Opens again what was done with the help of raters who count no more, ends what is done now that others count again, and closes
 * what may not be shown any more. The first is looked up from those raters, who are few; the others are about open tasks only.
 */
export async function reviseComparisons(db: Db, now: Date): Promise<void> {
  await db.$executeRaw`
    UPDATE "Comparison" comparison SET "status" = 'OPEN', "closedAt" = NULL
    WHERE comparison."status" = 'DONE' AND comparison."gold" IS NULL AND comparison."reason" <> 'CHAT'
      AND comparison."id" IN (
        SELECT lost."comparisonId" FROM "Ranking" lost JOIN "User" rater ON rater."id" = lost."raterId"
        LEFT JOIN "RaterTrust" trust ON trust."raterId" = rater."id"
        WHERE rater."disabledAt" IS NOT NULL OR trust."quarantinedAt" IS NOT NULL)
      AND comparison."id" IN (SELECT comparison."id" FROM ${QUEUE} WHERE ${SHOWABLE})
      AND ${RANKINGS} < comparison."wanted" AND ${NO_OTHER_OPEN}`;
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
