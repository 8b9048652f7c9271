/** What waits in pg-boss: read from its tables, and sent anew by whatever version of it is installed where the backup is restored. */

import type pg from "pg";
import { PgBoss, type Queue } from "pg-boss";
import type { Manifest } from "./manifest.ts";

type QueuedWork = Pick<Manifest, "queues" | "messages">;

/** Options of a queue by pg-boss's names, from the columns of its table. Absent where there is no pg-boss yet. */
const OPTIONS = `jsonb_strip_nulls(jsonb_build_object('policy', policy, 'retryLimit', retry_limit, 'retryDelay', retry_delay,
  'retryBackoff', retry_backoff, 'expireInSeconds', expire_seconds, 'retentionSeconds', retention_seconds,
  'deleteAfterSeconds', deletion_seconds, 'heartbeatSeconds', heartbeat_seconds))`;

/** Everything that was asked for and not done, in the order it was asked for. */
export async function readQueuedWork(client: pg.ClientBase): Promise<QueuedWork> {
  const there = await client.query<{ there: boolean }>(`SELECT to_regclass('pgboss.job') IS NOT NULL AS there`);
  if (!there.rows[0]!.there) return { queues: [], messages: [] };
  // pg-boss's own queues, whose names begin with two underscores, are its own business.
  const queues = await client.query<QueuedWork["queues"][number]>(
    `SELECT name, ${OPTIONS} AS options FROM pgboss.queue WHERE NOT starts_with(name, '__') ORDER BY name`,
  );
  const messages = await client.query<QueuedWork["messages"][number]>(
    `SELECT name AS queue, data, priority FROM pgboss.job
     WHERE state IN ('created', 'retry', 'active') AND NOT starts_with(name, '__') ORDER BY created_on, id`,
  );
  return { queues: queues.rows, messages: messages.rows };
}

export async function sendQueuedWork(url: string, { queues, messages }: QueuedWork): Promise<void> {
  if (queues.length === 0) return;
  const boss = new PgBoss({
    ...{ connectionString: url, application_name: "hone-restore", max: 1 },
    ...{ supervise: false, schedule: false },
  });
  let failed: unknown;
  boss.on("error", (error) => {
    failed ??= error;
  });
  await boss.start();
  try {
    for (const { name, options } of queues) await boss.createQueue(name, options as Omit<Queue, "name">);
    for (const { queue, data, priority } of messages) await boss.send(queue, data, { priority });
    if (failed) throw failed;
  } finally {
    await boss.stop({ graceful: false });
  }
}
