/** Direct preference optimisation: the sigmoid loss of one batch of pairs, its gradient and its metrics. */

import { checkWeights, ObjectiveError, sigmoid, softplus } from "./numeric.ts";

/** Summed log-probabilities of a batch of pairs, in nats. Each array is [B]. */
export type PairLogProbs = Record<
  "policyChosen" | "policyRejected" | "referenceChosen" | "referenceRejected",
  Float64Array
>;

export interface DpoOptions {
  /** Strength of the pull towards the reference: the KL penalty's coefficient. Above 0. */
  beta: number;
  /** Weight of every pair, [B], above 0. */
  weights: ArrayLike<number>;
  /** Sum of the weights over the whole step, so that micro-batches of one step add up to one mean. */
  totalWeight: number;
}

export interface DpoResult {
  /** Nats; ln 2 where policy and reference agree. */
  loss: number;
  /** dLoss/d(policy log-probability of the chosen reply), [B]; that of the rejected one is its negative. */
  gradient: Float64Array;
  /** Weighted means over the step, additive over its micro-batches; names as TRL logs them. */
  metrics: Record<
    | "loss"
    | "rewards/chosen"
    | "rewards/rejected"
    | "rewards/margins"
    | "rewards/accuracies"
    | "logps/chosen"
    | "logps/rejected",
    number
  >;
}

/**
 * DPO with the sigmoid loss (Rafailov et al. 2023, eq. 7): −ln σ(β·h), h = (π₊ − ref₊) − (π₋ − ref₋), averaged by weight.
 * The implicit reward of a reply is β·(π − ref), in nats (same paper, eq. 5 without the prompt's constant).
 * A pair counts as accurate when the chosen reply's reward is strictly the higher.
 * @throws ObjectiveError on lengths that differ, log-probabilities that are not finite, or bad weights.
 */
export function dpo(logProbs: PairLogProbs, { beta, weights, totalWeight }: DpoOptions): DpoResult {
  const { policyChosen, policyRejected, referenceChosen, referenceRejected } = logProbs;
  const pairs = policyChosen.length;
  checkWeights(weights, pairs);
  if (!(beta > 0)) throw new ObjectiveError(`Expected beta above 0, found ${beta}.`);
  for (const [name, values] of Object.entries(logProbs)) {
    if (values.length !== pairs)
      throw new ObjectiveError(`Expected ${pairs} log-probabilities in ${name}, found ${values.length}.`);
  }

  const gradient = new Float64Array(pairs);
  const metrics = {
    loss: 0,
    "rewards/chosen": 0,
    "rewards/rejected": 0,
    "rewards/margins": 0,
    "rewards/accuracies": 0,
    "logps/chosen": 0,
    "logps/rejected": 0,
  };
  for (let i = 0; i < pairs; i++) {
    const share = weights[i]! / totalWeight;
    const rewardChosen = beta * (policyChosen[i]! - referenceChosen[i]!);
    const rewardRejected = beta * (policyRejected[i]! - referenceRejected[i]!);
    const margin = rewardChosen - rewardRejected;
    gradient[i] = -share * beta * sigmoid(-margin);
    metrics.loss += share * softplus(-margin);
    metrics["rewards/chosen"] += share * rewardChosen;
    metrics["rewards/rejected"] += share * rewardRejected;
    metrics["rewards/margins"] += share * margin;
    metrics["rewards/accuracies"] += margin > 0 ? share : 0;
    metrics["logps/chosen"] += share * policyChosen[i]!;
    metrics["logps/rejected"] += share * policyRejected[i]!;
  }
  return { loss: metrics.loss, gradient, metrics };
}
