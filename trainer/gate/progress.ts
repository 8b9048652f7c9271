/** How far a Gate is and how long it may still take, by the pace of what is done. */

import { type GateProgress, SUITES, type Suite } from "../../server/domain/views/gate.ts";

export interface Extent {
  pairs: number;
  prompts: number;
  checks: number;
  scored: boolean;
  judged: boolean;
}

/** Replies that cost as much as one row through the engine, twice over for both contestants; found on the starter, rough elsewhere. */
const weights = ({ pairs, prompts, checks, scored, judged }: Extent): Record<Suite | "sampling", number> => ({
  sampling: 2 * prompts + 20,
  heldOutPairs: 4 * pairs + 1,
  rewardModel: scored ? 2 * prompts : 0,
  judge: judged ? 20 * prompts : 0,
  lengthControlled: 0,
  divergence: 3 * prompts,
  length: 1,
  knowledge: 2 * checks,
  general: 100,
  safety: 0,
  sycophancy: 0,
  endings: 0,
  speed: 100,
});

export interface Progress {
  /** What was begun before is done. */
  begin(step: Suite | "sampling"): Promise<void>;
}

/** @param now in ms, for tests */
export function gateProgress(
  tell: (progress: GateProgress) => Promise<void>,
  extent: Extent,
  now: () => number = () => performance.now(),
): Progress {
  const work = weights(extent);
  const steps = ["sampling", ...SUITES] as const;
  const all = steps.reduce((total, step) => total + work[step], 0);
  const began = now();
  return {
    async begin(step) {
      const before = steps.slice(0, steps.indexOf(step)).reduce((total, earlier) => total + work[earlier], 0);
      const done = before / all;
      const seconds = (now() - began) / 1000;
      await tell({
        suite: step === "sampling" ? null : step,
        done,
        secondsLeft: done === 0 ? null : Math.round((seconds / done) * (1 - done)),
      });
    },
  };
}
