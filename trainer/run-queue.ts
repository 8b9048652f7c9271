/** The queue of Runs: pg-boss brings one message at a time, and its Run is begun when it is its turn. */

import type { PgBoss } from "pg-boss";
import { RUN_QUEUE, type RunQueueMessage } from "../server/domain/queue.ts";
import { logger } from "../server/log.ts";
import { inWork } from "../server/work.ts";
import type { Turns } from "./turns.ts";
import { type WorkerServices, workOnRun } from "./worker.ts";

/** How soon a new run is noticed. */
const POLLING_SECONDS = 1;

/** A Run that waits for its turn is not being worked on: the trainer says what it does meanwhile, and the row stays queued. */
export function takeRun<Outcome>(
  turns: Turns,
  { runId: id, trace }: RunQueueMessage,
  { work, signal }: { work: (runId: string) => Promise<Outcome>; signal: AbortSignal },
): Promise<void> {
  return turns.take(
    () =>
      inWork({ kind: "run", id, trace }, async () => {
        logger("trainer").info({ outcome: await work(id) }, "queue message done");
      }),
    { signal },
  );
}

export async function workOnRuns(boss: PgBoss, services: WorkerServices, turns: Turns): Promise<void> {
  const how = { work: (runId: string) => workOnRun(services, runId), signal: services.shutdown };
  await boss.work<RunQueueMessage>(
    RUN_QUEUE,
    { batchSize: 1, pollingIntervalSeconds: POLLING_SECONDS },
    async ([message]) => {
      if (message) await takeRun(turns, message.data, how);
    },
  );
}
