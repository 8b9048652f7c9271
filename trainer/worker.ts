/** A worker of the queue of Runs: claims one, holds it while the work lasts, and says how it ended. */

import { rm } from "node:fs/promises";
import type { Tx } from "../server/db.ts";
import {
  claimRun,
  failRun,
  type Hold,
  heartbeat,
  isOver,
  LEASE_SECONDS,
  returnRun,
  settleCancelled,
} from "../server/domain/run.ts";
import { logger } from "../server/log.ts";
import { BudgetSpent, failureOf, holdLease, LeaseLost, RunCancelled } from "./lease.ts";
import { checkpointFolder, doJob, type JobServices } from "./run-job.ts";

export interface WorkerServices extends JobServices {
  /** Names this worker in the lease. */
  owner: string;
  /** Puts a Run back on the queue, within the transaction that frees it. */
  enqueue(tx: Tx, runId: string): Promise<void>;
  /** Aborted when the process is to end: the run under way is given back with a checkpoint. */
  shutdown: AbortSignal;
}

/** How a claimed Run left this worker. */
export type Outcome = "nothing to do" | "succeeded" | "failed" | "cancelled" | "returned" | "lost";

/** A third of the lease: two heartbeats may fail before it runs out. */
const HEARTBEAT_MS = (LEASE_SECONDS * 1000) / 3;
/** A cancelled run is noticed at the next heartbeat or step; this keeps a long step from delaying it. */
const MOST_HEARTBEAT_MS = 3000;

/**
 * Does one Run, if it is there to be done.
 * @throws only when the database cannot be told how it ended; the lease then runs out and the Run is taken back
 */
export async function workOnRun(services: WorkerServices, runId: string): Promise<Outcome> {
  const { db, owner, home, shutdown } = services;
  if (shutdown.aborted) return "nothing to do";
  const claimed = await claimRun(db, { runId, owner });
  if (!claimed) return "nothing to do";
  const hold: Hold = { runId, attempt: claimed.attempt };
  const log = logger("trainer").child({ ...hold });
  const lease = holdLease({
    beat: () => heartbeat(db, hold),
    everyMs: Math.min(HEARTBEAT_MS, MOST_HEARTBEAT_MS),
    leaseMs: LEASE_SECONDS * 1000,
  });
  try {
    log.info({ method: claimed.run.method, seed: claimed.run.seed }, "run begins");
    await doJob(services, { ...hold, run: claimed.run, lease, pause: shutdown });
    log.info("run succeeded");
    return "succeeded";
  } catch (error) {
    return await settle(error);
  } finally {
    lease.release();
  }

  async function settle(error: unknown): Promise<Outcome> {
    const { signal } = lease;
    if (error instanceof LeaseLost || signal.reason instanceof LeaseLost) {
      // A ghost writes nothing: neither the row nor the checkpoint is its own any more. Where the run was ended over its head
      // nobody else wants the checkpoint, and it may hold what was to be erased.
      log.warn({ err: error }, "run lost to another worker");
      if (await isOver(db, runId)) await rm(checkpointFolder(home, runId), { recursive: true, force: true });
      return "lost";
    }
    if (error instanceof RunCancelled || signal.reason instanceof RunCancelled) {
      if (!(await settleCancelled(db, hold))) return "lost";
      await rm(checkpointFolder(home, runId), { recursive: true, force: true });
      log.info("run cancelled");
      return "cancelled";
    }
    if (shutdown.aborted && error === shutdown.reason) {
      log.info("run given back");
      return (await returnRun(db, services.enqueue, hold)) ? "returned" : "lost";
    }
    const cause = signal.reason instanceof BudgetSpent ? signal.reason : error;
    log.error({ err: cause }, "run failed");
    if (!(await failRun(db, { ...hold, ...failureOf(cause) }))) return "lost";
    await rm(checkpointFolder(home, runId), { recursive: true, force: true });
    return "failed";
  }
}
