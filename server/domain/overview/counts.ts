/** How much there is at each station of the loop: all counts in one statement, which is one moment and one round trip. */

import type { Db } from "../../db.ts";
import { NEWS_DAYS } from "./news.ts";

export interface Counts {
  conversations: number;
  conversationAt: Date | null;
  /** Thumbs, edits, choices and rankings that have not been taken back. */
  judgements: number;
  judgementAt: Date | null;
  pairs: number;
  pairAt: Date | null;
  newPairs: number;
  datasets: number;
  datasetAt: Date | null;
  runs: number;
  runAt: Date | null;
  gates: number;
  gateAt: Date | null;
  tasksOpen: number;
  tasksDrafting: number;
  newRankings: number;
  quarantinedRaters: number;
  /** By a check, lately, and no admin has decided anything about it since. */
  newlyQuarantined: number;
  /** That learned from something erased, and no run has made anew. */
  flaggedAdapters: number;
  stoppedImports: number;
  /** That are on and fire by themselves. */
  schedules: number;
}

export async function readCounts(db: Db, now: Date): Promise<Counts> {
  const rows = await db.$queryRaw<Counts[]>`
    WITH last_run AS (SELECT max("createdAt") AS "at" FROM "Run" WHERE "status" <> 'CANCELLED'),
      clock AS (SELECT ${now}::timestamptz AS "now")
    SELECT c.*, j.*, p.*, n.*, d.*, r.*, g.*, t.*, k.*, q.*, e.*, i.*, s.* FROM
      (SELECT count(*)::int AS "conversations", max("updatedAt") AS "conversationAt" FROM "Conversation" WHERE "deletedAt" IS NULL) c,
      (SELECT sum("count")::int AS "judgements", max("at") AS "judgementAt" FROM (
        SELECT count(*), max("createdAt") AS "at" FROM "Feedback"
        UNION ALL SELECT count(*), max("createdAt") FROM "Edit" WHERE "withdrawnAt" IS NULL
        UNION ALL SELECT count(*), max("createdAt") FROM "Ranking" WHERE "withdrawnAt" IS NULL) kinds) j,
      (SELECT count(*)::int AS "pairs", max("createdAt") AS "pairAt" FROM "PreferencePair" WHERE "status" = 'ACTIVE') p,
      (SELECT count(*)::int AS "newPairs" FROM "PreferencePair", last_run
        WHERE "status" = 'ACTIVE' AND "createdAt" > coalesce(last_run."at", '-infinity')) n,
      (SELECT count(*)::int AS "datasets", max("frozenAt") AS "datasetAt" FROM "Dataset") d,
      (SELECT count(*)::int AS "runs", max("createdAt") AS "runAt" FROM "Run") r,
      (SELECT count(*)::int AS "gates", max(coalesce("finishedAt", "createdAt")) AS "gateAt" FROM "Gate") g,
      (SELECT count(*) FILTER (WHERE "status" = 'OPEN')::int AS "tasksOpen",
        count(*) FILTER (WHERE "status" = 'DRAFTING')::int AS "tasksDrafting"
        FROM "Comparison" WHERE "status" IN ('OPEN', 'DRAFTING') AND "reason" <> 'CHAT') t,
      (SELECT count(*)::int AS "newRankings" FROM clock, "Ranking" JOIN "Comparison" ON "Comparison"."id" = "comparisonId"
        WHERE "Ranking"."createdAt" > clock."now" - interval '7 days' AND "withdrawnAt" IS NULL AND "reason" <> 'CHAT') k,
      (SELECT count(*)::int AS "quarantinedRaters", count(*) FILTER (WHERE
          "quarantinedAt" > clock."now" - make_interval(days => ${NEWS_DAYS}::int) AND NOT EXISTS (
            SELECT FROM "AuditEvent" WHERE "subject" = 'User:' || "raterId" AND "action" = 'rater.setQuarantine'
              AND "actorId" IS NOT NULL AND "createdAt" >= "quarantinedAt" - interval '1 minute'))::int AS "newlyQuarantined"
        FROM "RaterTrust", clock WHERE "quarantinedAt" IS NOT NULL) q,
      (SELECT count(DISTINCT flag."adapterId")::int AS "flaggedAdapters" FROM "AdapterFlag" flag
        LEFT JOIN "Run" again ON again."id" = flag."runId"
        WHERE again."id" IS NULL OR again."status" IN ('FAILED', 'CANCELLED')) e,
      (SELECT count(*)::int AS "stoppedImports" FROM "Import", clock
        WHERE "state" = 'FAILED' AND "updatedAt" > clock."now" - make_interval(days => ${NEWS_DAYS}::int)) i,
      (SELECT count(*)::int AS "schedules" FROM "Schedule" WHERE "enabled" AND "deletedAt" IS NULL
        AND ("cron" IS NOT NULL OR "minNewPairs" IS NOT NULL)) s`;
  return rows[0]!;
}
