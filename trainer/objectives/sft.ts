/** Supervised fine-tuning: cross-entropy over completion tokens, its gradient and its metrics. */

import { checkWeights, completionLogProb, ObjectiveError } from "./numeric.ts";

export interface SftOptions {
  /** Weight of every example, [B], above 0; it counts for each of the example's tokens. */
  weights: ArrayLike<number>;
  /** Σ weight · completion tokens over the whole step, so that micro-batches of one step add up to one mean. */
  totalWeight: number;
}

export interface SftResult {
  /** Nats per completion token. */
  loss: number;
  /** dLoss/dlogProb, [B][targets]. */
  gradient: Float64Array[];
}

/**
 * Cross-entropy, the weighted mean of −log p over every completion token of the step (not the mean of means: a long
 * reply weighs more than a short one, as in pretraining).
 * @param logProbs nats, [B][targets]
 * @throws ObjectiveError on an empty completion or bad weights
 */
export function sft(logProbs: readonly Float64Array[], options: SftOptions): SftResult {
  const gradient = sftGradient(
    logProbs.map((row) => row.length),
    options,
  );
  let loss = 0;
  for (const [i, row] of logProbs.entries())
    loss -= (options.weights[i]! / options.totalWeight) * completionLogProb(row);
  return { loss, gradient };
}

/**
 * The gradient of `sft`, which does not depend on the log-probabilities: known from the completion lengths alone, it
 * lets the engine save a forward pass.
 * @param targets completion tokens of every example, [B]
 */
export function sftGradient(targets: readonly number[], { weights, totalWeight }: SftOptions): Float64Array[] {
  checkWeights(weights, targets.length);
  return targets.map((length, i) => {
    if (length === 0)
      throw new ObjectiveError(`Expected completions of at least one token, found an empty one at example ${i}.`);
    return new Float64Array(length).fill(-weights[i]! / totalWeight);
  });
}
