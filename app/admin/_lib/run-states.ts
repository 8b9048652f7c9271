// The states of a run as the pages show them: which are over, and the timeline from queue to end.

export type RunStatus = "QUEUED" | "RUNNING" | "EVALUATING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

export function isOver(status: RunStatus): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "CANCELLED";
}

export interface TimelineStop {
  status: RunStatus;
  at: Date | null;
  state: "done" | "current" | "coming";
}

interface RunTimes {
  status: RunStatus;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** The stops of a run in order. A run that failed or was cancelled ends there; what it would have reached is not shown. */
export function timeline({ status, createdAt, startedAt, finishedAt }: RunTimes): TimelineStop[] {
  const queued: TimelineStop = { status: "QUEUED", at: createdAt, state: status === "QUEUED" ? "current" : "done" };
  const end = (reached: RunStatus): TimelineStop => ({ status: reached, at: finishedAt, state: "current" });
  const running: TimelineStop = { status: "RUNNING", at: startedAt, state: "done" };
  if (status === "FAILED" || status === "CANCELLED")
    return startedAt ? [queued, running, end(status)] : [queued, end(status)];
  const order = ["QUEUED", "RUNNING", "EVALUATING", "SUCCEEDED"] as const;
  const times = { QUEUED: createdAt, RUNNING: startedAt, EVALUATING: null, SUCCEEDED: finishedAt };
  const reached = order.indexOf(status);
  return order.map((stop, i) => ({
    status: stop,
    at: i <= reached ? times[stop] : null,
    state: i < reached ? "done" : i === reached ? "current" : "coming",
  }));
}
