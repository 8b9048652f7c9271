/**
 * Whether an arm succeeds as often as the control, tested for as long as one likes: the evidence may be looked at after every observation and
 * the test stopped whenever it convinces. Pure; a state is plain JSON.
 *
 * An E-process: its expectation is at most 1 while the null hypothesis holds, so that it ever reaches 1/α with a probability of at most α
 * (Ville 1939). Built of blocks, each with observations of both arms (Turner, Ly & Grünwald, "Generic E-variables for exact sequential
 * k-sample tests that allow for optional stopping", J. Stat. Plan. Inference 230, 2024, Theorem 1 with Bernoulli outcomes).
 */

import { z } from "zod";

const tallySchema = z.object({ n: z.int().min(0), good: z.int().min(0) });
type Tally = z.output<typeof tallySchema>;

export const twoProportionsSchema = z.object({
  /** Observations of the closed blocks, on which the next one's bet rests. */
  arm: tallySchema,
  control: tallySchema,
  /** The block that is being filled: it closes once both arms are in it. */
  open: z.object({ arm: tallySchema, control: tallySchema }),
  /** Natural logarithms of the evidence. */
  logWorse: z.number(),
  logBetter: z.number(),
  /** The most evidence there ever was that the arm is worse: what was crossed once stays crossed. */
  peakWorse: z.number(),
});
export type TwoProportions = z.output<typeof twoProportionsSchema>;

const none: Tally = { n: 0, good: 0 };

export const noProportions = (): TwoProportions => ({
  ...{ arm: none, control: none, open: { arm: none, control: none } },
  ...{ logWorse: 0, logBetter: 0, peakWorse: 0 },
});

/** Parameter of the Beta priors behind the bets; the choice of the paper's authors in their package safestats. */
const PRIOR = 0.18;

/** Adds an observation. When a block closes depends on the arms alone and never on the outcomes: otherwise it would be no test. */
export function observe(state: TwoProportions, { onArm, good }: { onArm: boolean; good: boolean }): TwoProportions {
  const open = onArm
    ? { ...state.open, arm: add(state.open.arm, good) }
    : { ...state.open, control: add(state.open.control, good) };
  if (open.arm.n === 0 || open.control.n === 0) return { ...state, open };
  const [arm, control] = [estimate(state.arm), estimate(state.control)];
  const logWorse = state.logWorse + (arm < control ? logFactor(open, arm, control) : 0);
  return {
    arm: sum(state.arm, open.arm),
    control: sum(state.control, open.control),
    open: { arm: none, control: none },
    logWorse,
    logBetter: state.logBetter + (arm > control ? logFactor(open, arm, control) : 0),
    peakWorse: Math.max(state.peakWorse, logWorse),
  };
}

/** Closes the open block without a bet on it: what comes next may not be compared with it. That too must not depend on outcomes. */
export const settled = <State extends TwoProportions>(state: State): State => ({
  ...{ ...state, ...tallies(state) },
  open: { arm: none, control: none },
});

/** All that was observed, the open block included. */
export const tallies = ({ arm, control, open }: TwoProportions): { arm: Tally; control: Tally } => ({
  arm: sum(arm, open.arm),
  control: sum(control, open.control),
});

const add = ({ n, good }: Tally, isGood: boolean): Tally => ({ n: n + 1, good: good + (isGood ? 1 : 0) });
const sum = (a: Tally, b: Tally): Tally => ({ n: a.n + b.n, good: a.good + b.good });
/** Posterior mean of the probability of success. */
const estimate = ({ n, good }: Tally) => (good + PRIOR) / (n + 2 * PRIOR);

/**
 * Logarithm of a block's E-variable: the likelihood of its outcomes where the arms succeed with the given probabilities, over that where both
 * succeed with the mean of these, weighted by the block's observations. Only bets in one direction are made, which keeps the expectation at
 * most 1 for every null in which the arm is better than the bet says: raising the success of the arm that is bet to fail only lowers it.
 */
function logFactor(block: TwoProportions["open"], arm: number, control: number): number {
  const { n: nArm } = block.arm;
  const { n: nControl } = block.control;
  const both = (nArm * arm + nControl * control) / (nArm + nControl);
  return logRatio(block.arm, arm, both) + logRatio(block.control, control, both);
}

const logRatio = ({ n, good }: Tally, p: number, q: number): number =>
  good * Math.log(p / q) + (n - good) * Math.log((1 - p) / (1 - q));
