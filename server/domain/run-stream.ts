/** Follows a Run while a trainer, somewhere, works on it: its figures as they come, and its status when it changes. */

import { setTimeout as delay } from "node:timers/promises";
import type { Db } from "../db.ts";
import { isFinal } from "./run-status.ts";
import { metricsAfter, readRun } from "./run-view.ts";
import type { RunMetricView, RunView } from "./views.ts";

export type RunStreamEvent = ({ type: "step" } & RunMetricView) | { type: "status"; run: RunView };

/** The trainer is another process; a chart that is half a second late is still live. */
const POLL_MS = 500;
const ROWS = 500;

/**
 * Yields every figure recorded after `after`, and the Run whenever its status, attempt or step differs from what was
 * said last. Ends after the final status.
 * @returns events with the seq that a client names to go on where it stopped
 */
export async function* followRun(
  db: Db,
  { id, after }: { id: string; after: bigint },
  signal: AbortSignal,
): AsyncGenerator<{ id: string; event: RunStreamEvent }> {
  let seq = after;
  let said = "";
  while (!signal.aborted) {
    // The status first: what is recorded before the end is then read after it.
    const run = await readRun(db, id);
    const rows = await metricsAfter(db, id, seq, ROWS);
    for (const { seq: rowSeq, ...row } of rows) {
      seq = rowSeq;
      yield { id: String(seq), event: { type: "step", ...row } };
    }
    if (rows.length === ROWS) continue;
    const state = [run.status, run.attempt, run.step, run.cancelling].join();
    if (state !== said) yield { id: String(seq), event: { type: "status", run } };
    said = state;
    if (isFinal(run.status)) return;
    await delay(POLL_MS, undefined, { signal }).catch(() => {});
  }
}
