/** A worker's hold on a Run: renewed by heartbeats, and the one place that knows when to let go. */

import type { HoldAnswer } from "../server/domain/run.ts";
import { AppError, appErrorOf, type ErrorCode, isErrorCode } from "../server/errors.ts";
import { GgufError } from "../server/gguf/format.ts";
import { EngineError } from "./engine/contract.ts";
import { TrainerError } from "./errors.ts";

/** Somebody asked for the run to end. */
export class RunCancelled extends Error {
  override readonly name = "RunCancelled";
}

/** The device minutes that the run may take are used up. */
export class BudgetSpent extends AppError {
  constructor() {
    super(
      "BUDGET_SPENT",
      "The run has used up the device minutes that its budget allows and was ended; allow more, or give it fewer steps.",
    );
  }
}

/** The run belongs to another worker, or nobody can be asked whether it does: nothing may be written any more. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

export interface Lease {
  /** Aborted with RunCancelled, BudgetSpent or LeaseLost. */
  readonly signal: AbortSignal;
  /** Takes the answer that some other write got. */
  heard(answer: HoldAnswer): void;
  /** Stops the heartbeats. */
  release(): void;
}

export interface LeaseOptions {
  /** Renews the hold. */
  beat: () => Promise<HoldAnswer>;
  everyMs: number;
  /** How long the hold lasts without being renewed. */
  leaseMs: number;
  now?: () => number;
}

/**
 * Keeps a hold alive beside the work. A failed heartbeat is tried again; when no answer came for as long as the lease
 * lasts, somebody else may hold the run by now, and it counts as lost.
 */
export function holdLease({ beat, everyMs, leaseMs, now = () => performance.now() }: LeaseOptions): Lease {
  const controller = new AbortController();
  let renewedAt = now();
  let beating = false;
  /** The heartbeat under way was found too late once already. */
  let late = false;

  const heard = (answer: HoldAnswer) => {
    renewedAt = now();
    if (answer === "cancelled") controller.abort(new RunCancelled("The run was cancelled."));
    if (answer === "spent") controller.abort(new BudgetSpent());
    if (answer === "lost") controller.abort(new LeaseLost("The run belongs to another worker by now."));
  };
  const isOver = () => now() - renewedAt >= leaseMs;
  const silent = (cause?: unknown) =>
    new LeaseLost(`The database did not answer for ${Math.round(leaseMs / 1000)} s.`, { cause });
  const tick = async () => {
    if (beating) {
      // A connection that died without a word answers neither yes nor no. Found twice: after a long native call the first tick comes
      // before the answer that lies ready.
      if (late && isOver()) controller.abort(silent());
      late = isOver();
      return;
    }
    beating = true;
    // The lease runs from when it was asked for, not from when the answer came.
    const askedAt = now();
    try {
      heard(await beat());
      renewedAt = askedAt;
    } catch (cause) {
      if (isOver()) controller.abort(silent(cause));
    } finally {
      [beating, late] = [false, false];
    }
  };
  const timer = setInterval(tick, everyMs);
  const release = () => clearInterval(timer);
  controller.signal.addEventListener("abort", release);
  return { signal: controller.signal, heard, release };
}

/** Code and sentence for the person who started a run that failed; the code is one that the pages know. */
export function failureOf(error: unknown): { errorCode: ErrorCode; error: string } {
  const known = error instanceof TrainerError ? error : appErrorOf(error);
  if (known) return { errorCode: known.code, error: known.message };
  if (error instanceof EngineError) return { errorCode: "ENGINE_REFUSED", error: error.message };
  if (error instanceof GgufError) {
    // A file of another base keeps its own code; whatever else is wrong with a file is said by its sentence.
    return { errorCode: isErrorCode(error.code) ? error.code : "MODEL_REFUSED", error: error.message };
  }
  return {
    errorCode: "INTERNAL",
    error: "The trainer failed unexpectedly; its log has the details. Start the run again, or with other settings.",
  };
}
