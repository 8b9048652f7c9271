/** What the objectives on chosen/rejected pairs share: their inputs' shapes, their checks and the metrics of a pair. */

import { checkWeights, ObjectiveError } from "./numeric.ts";

/** Numbers for the two halves of a batch of pairs, [B] each. */
export interface PairHalves<T extends ArrayLike<number> = Float64Array> {
  chosen: T;
  rejected: T;
}

/** How a batch of pairs enters its step. */
export interface PairShares {
  /** Weight of every pair, [B], above 0. */
  weights: ArrayLike<number>;
  /** Sum of the weights over the whole step, so that micro-batches of one step add up to one mean. */
  totalWeight: number;
}

/** Weighted means over the step, additive over its micro-batches; names as TRL logs them. */
export type PairMetrics = Record<string, number> &
  Record<
    | "loss"
    | "rewards/chosen"
    | "rewards/rejected"
    | "rewards/margins"
    | "rewards/accuracies"
    | "logps/chosen"
    | "logps/rejected",
    number
  >;

export interface PairResult {
  loss: number;
  /** dLoss/d(summed policy log-probability of the reply); each of its tokens gets the same. */
  gradient: PairHalves;
  metrics: PairMetrics;
}

/**
 * Throws unless every array holds one number per pair and the weights are usable.
 * @param arrays by the name a message would call them, [B] each
 */
export function checkPairs(arrays: Record<string, ArrayLike<number>>, count: number, weights: ArrayLike<number>): void {
  checkWeights(weights, count);
  for (const [name, values] of Object.entries(arrays)) {
    if (values.length !== count)
      throw new ObjectiveError(`Expected ${count} log-probabilities in ${name}, found ${values.length}.`);
  }
}

/** Throws unless there is a completion length of at least 1 for both replies of each of `count` pairs. */
export function checkLengths(lengths: PairHalves<ArrayLike<number>>, count: number): void {
  for (const [half, tokens] of Object.entries(lengths)) {
    if (tokens.length !== count)
      throw new ObjectiveError(`Expected ${count} lengths of ${half} completions, found ${tokens.length}.`);
    for (let i = 0; i < count; i++) {
      if (!(tokens[i]! >= 1))
        throw new ObjectiveError(
          `Expected completions of at least one token, found ${tokens[i]} in the ${half} one of pair ${i}; leave the pair out.`,
        );
    }
  }
}

export function noPairMetrics(): PairMetrics {
  return {
    loss: 0,
    "rewards/chosen": 0,
    "rewards/rejected": 0,
    "rewards/margins": 0,
    "rewards/accuracies": 0,
    "logps/chosen": 0,
    "logps/rejected": 0,
  };
}

/**
 * Adds one pair's share to the metrics. A pair counts as accurate when the chosen reply's reward is strictly the higher.
 * @param rewards implicit rewards as the method defines them
 * @param logProbs as the method logs them: sums, or means per token where it compares means
 */
export function addPair(
  metrics: PairMetrics,
  share: number,
  loss: number,
  rewards: { chosen: number; rejected: number },
  logProbs: { chosen: number; rejected: number },
): void {
  const margin = rewards.chosen - rewards.rejected;
  metrics.loss += share * loss;
  metrics["rewards/chosen"] += share * rewards.chosen;
  metrics["rewards/rejected"] += share * rewards.rejected;
  metrics["rewards/margins"] += share * margin;
  metrics["rewards/accuracies"] += margin > 0 ? share : 0;
  metrics["logps/chosen"] += share * logProbs.chosen;
  metrics["logps/rejected"] += share * logProbs.rejected;
}
