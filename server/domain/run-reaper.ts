/** Takes Runs back from workers that died: onto the queue again, or to a failed end when their attempts are spent; and those of which no message tells. */

import type { Db } from "../db.ts";
import { logger } from "../log.ts";
import { recordRunEnd } from "./events/event.ts";
import { RUN_QUEUE, type RunQueue } from "./queue.ts";

/** A Run and its message are made in one transaction; what is this old and has none will get none by itself. */
const FORGOTTEN_SECONDS = 60;

/**
 * Enqueues waiting Runs that the queue knows nothing of: their message was given up after too many tries, forgotten because it had waited
 * for weeks, or lost with a restore that was cut off. A message too many is harmless.
 * @returns their ids
 */
export async function enqueueForgotten(db: Db, queue: Pick<RunQueue, "enqueue">): Promise<string[]> {
  const [there] = await db.$queryRaw<{ there: boolean }[]>`SELECT to_regclass('pgboss.job') IS NOT NULL AS there`;
  if (!there?.there) return [];
  const forgotten = await db.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Run" WHERE "status" = 'QUEUED' AND "createdAt" < now() - make_interval(secs => ${FORGOTTEN_SECONDS})
      AND NOT EXISTS (SELECT 1 FROM pgboss.job WHERE job.name = ${RUN_QUEUE} AND job.state IN ('created', 'retry', 'active')
        AND job.data->>'runId' = "Run"."id"::text)`;
  for (const { id } of forgotten) {
    await db.$transaction((tx) => queue.enqueue(tx, id));
    logger("reaper").warn({ runId: id }, "a run that waits was unknown to the queue");
  }
  return forgotten.map(({ id }) => id);
}

/**
 * One pass over the Runs whose lease ran out.
 * @returns ids of the Runs it changed
 */
export async function reapRuns(db: Db, queue: Pick<RunQueue, "enqueue">): Promise<string[]> {
  const lost = await db.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Run" WHERE "status" IN ('RUNNING', 'EVALUATING') AND "leaseExpiresAt" < now()`;
  const changed: string[] = [];
  for (const { id } of lost) {
    const status = await db.$transaction(async (tx) => {
      const rows = await tx.$queryRaw<{ status: string }[]>`
        UPDATE "Run" SET
          "status" = CASE WHEN "cancelRequestedAt" IS NOT NULL THEN 'CANCELLED'
            WHEN "attempt" >= "maxAttempts" THEN 'FAILED' ELSE 'QUEUED' END::"RunStatus",
          "finishedAt" = CASE WHEN "cancelRequestedAt" IS NOT NULL OR "attempt" >= "maxAttempts" THEN now() END,
          "errorCode" = CASE WHEN "cancelRequestedAt" IS NULL AND "attempt" >= "maxAttempts" THEN 'TRAINER_LOST' END,
          "error" = CASE WHEN "cancelRequestedAt" IS NULL AND "attempt" >= "maxAttempts" THEN
            'The trainer died ' || "attempt" || ' times during this run; look into its log for the reason, most often too little memory.' END,
          "leaseOwner" = NULL, "leaseExpiresAt" = NULL
        WHERE "id" = ${id}::uuid AND "status" IN ('RUNNING', 'EVALUATING') AND "leaseExpiresAt" < now()
        RETURNING "status"::text`;
      if (rows[0]?.status === "QUEUED") await queue.enqueue(tx, id);
      if (rows[0]?.status === "FAILED") await recordRunEnd(tx, id);
      return rows[0]?.status;
    });
    if (!status) continue;
    logger("reaper").warn({ runId: id, status }, "a run lost its trainer");
    changed.push(id);
  }
  return changed;
}
