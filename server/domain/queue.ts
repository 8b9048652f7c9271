/** The queue of Runs: pg-boss, entered in the same transaction as the Run it carries. */

import type { Tx } from "../db.ts";

export interface RunQueue {
  /** Enqueues within the transaction: the message and the Run exist together or not at all. */
  enqueue(tx: Tx, runId: string): Promise<void>;
}
