/** The states of a Run and which may follow which; the impossible cannot be written. */

import type { RunStatus } from "../../prisma/generated/enums.ts";

export const NEXT = {
  QUEUED: ["RUNNING", "FAILED", "CANCELLED"], // FAILED: its attempts are spent
  RUNNING: ["EVALUATING", "QUEUED", "FAILED", "CANCELLED"], // back to QUEUED when a lease runs out
  EVALUATING: ["SUCCEEDED", "QUEUED", "FAILED", "CANCELLED"],
  SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

/** States from which `to` may be reached: what a guarded update names in its condition. */
export function statesBefore(to: RunStatus): RunStatus[] {
  return (Object.keys(NEXT) as RunStatus[]).filter((from) => (NEXT[from] as readonly RunStatus[]).includes(to));
}

export const isFinal = (status: RunStatus): boolean => NEXT[status].length === 0;

/** States in which a worker holds the lease. */
export const LEASED = ["RUNNING", "EVALUATING"] as const satisfies readonly RunStatus[];
