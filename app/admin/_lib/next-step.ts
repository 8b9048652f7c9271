// What an admin of a young installation should do next to get the loop going once.

/** Below this many pairs a run learns accidents rather than preferences. */
export const PAIRS_FOR_A_RUN = 20;

export interface Progress {
  feedback: number;
  pairs: number;
  newPairs: number;
  runs: number;
  /** That start runs by themselves. */
  schedules: number;
  /** Number of the live release, and whether an adapter speaks rather than the bare base. */
  liveAdapter: boolean;
}

export type NextStep =
  | { kind: "chat" }
  | { kind: "moreThumbs"; missing: number }
  | { kind: "firstRun"; pairs: number }
  | { kind: "activate" }
  | { kind: "keepGoing"; newPairs: number }
  | { kind: "byItself"; newPairs: number };

/** The first step of the loop that has not been done yet. A pair takes a thumb up and a thumb down, hence two thumbs. */
export function nextStep({ feedback, pairs, newPairs, runs, schedules, liveAdapter }: Progress): NextStep {
  if (liveAdapter) return { kind: schedules > 0 ? "byItself" : "keepGoing", newPairs };
  if (runs > 0) return { kind: "activate" };
  if (pairs >= PAIRS_FOR_A_RUN) return { kind: "firstRun", pairs };
  if (feedback === 0) return { kind: "chat" };
  return { kind: "moreThumbs", missing: (PAIRS_FOR_A_RUN - pairs) * 2 };
}
