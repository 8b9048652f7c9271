/** The queue of Runs: pg-boss in the same PostgreSQL, entered in the very transaction that makes the Run. */

import { fromPrisma, PgBoss } from "pg-boss";
import type { Tx } from "../db.ts";
import { logger } from "../log.ts";
import { type TraceContext, traceContext } from "../trace.ts";

export const RUN_QUEUE = "run";

export interface RunQueueMessage {
  runId: string;
  /** Of whoever asked for it. */
  trace?: TraceContext;
}

/**
 * The queue only says "look at this Run"; what may be done with it is decided by its row. A message that is lost or comes
 * twice is therefore harmless: the reaper enqueues what has no worker, and a claim is won by one worker only.
 */
const QUEUE_OPTIONS = {
  retryLimit: 10,
  retryDelay: 5,
  heartbeatSeconds: 30,
  // The most pg-boss allows. A longer run is handed out again and goes on from its last checkpoint.
  expireInSeconds: 24 * 3600 - 1,
} as const;

/** Enqueues within the transaction. Runs of a schedule come in the order of its priority, and by hand as one of priority 0. */
export async function sendRun(boss: PgBoss, tx: Tx, runId: string): Promise<void> {
  const run = await tx.run.findUnique({
    where: { id: runId },
    select: { firing: { select: { schedule: { select: { priority: true } } } } },
  });
  const priority = run?.firing?.schedule.priority ?? 0;
  await boss.send(RUN_QUEUE, { runId, trace: traceContext() } satisfies RunQueueMessage, {
    db: fromPrisma(tx),
    priority,
  });
}

export interface RunQueue {
  /** Enqueues within the transaction: the message and the Run's new state exist together or not at all. */
  enqueue(tx: Tx, runId: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens pg-boss with the queue of Runs in place. The trainer works on it (`work: true` also runs pg-boss's upkeep, which
 * returns the messages of dead workers); others only enqueue.
 */
export async function openBoss(url: string, { work }: { work: boolean }): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: url,
    application_name: "hone-queue",
    max: work ? 4 : 1,
    supervise: work,
    schedule: false,
  });
  boss.on("error", (error) => logger("queue").error({ err: error }, "pg-boss"));
  await boss.start();
  await boss.createQueue(RUN_QUEUE, QUEUE_OPTIONS);
  return boss;
}

/** The enqueuing side. Connects at the first use, so that a web process starts without waiting for it. */
export function createRunQueue(url: string): RunQueue {
  let opening: Promise<PgBoss> | undefined;
  const boss = () => {
    opening ??= openBoss(url, { work: false }).catch((error) => {
      opening = undefined; // the next call tries again
      throw error;
    });
    return opening;
  };
  return {
    async enqueue(tx, runId) {
      await sendRun(await boss(), tx, runId);
    },
    async close() {
      await (await opening)?.stop({ graceful: false });
    },
  };
}
