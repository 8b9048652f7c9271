/** Kahneman–Tversky optimisation: replies that were liked or disliked one by one, without pairs. */

import { checkAboveZero, checkWeights, ObjectiveError, sigmoid, sum } from "./numeric.ts";

/** Summed log-probabilities of a batch of replies, nats, [B] each. */
export interface ReplyLogProbs {
  policy: Float64Array;
  reference: Float64Array;
}

export interface KtoOptions {
  /** Strength of the pull towards the reference, above 0; 0.1 is usual. */
  beta: number;
  /** Whether each reply was liked, [B]. */
  desirable: ArrayLike<boolean>;
  /** The reference point of `referencePoint`, nats; a constant of the step, no gradient flows through it. */
  z: number;
  /** λ_D, the weight of every liked reply; above 0. */
  desirableWeight: number;
  /** λ_U, the weight of every disliked reply; above 0. */
  undesirableWeight: number;
  /** Weight of every reply besides its class's, [B], above 0. */
  weights: ArrayLike<number>;
  /** Sum of `weights` over the whole step, of all replies and of each class; a class may be missing from a step. */
  totalWeight: { all: number; desirable: number; undesirable: number };
}

export interface KtoResult {
  loss: number;
  /** dLoss/d(summed policy log-probability of the reply), [B]. */
  gradient: Float64Array;
  /** Additive over the step's micro-batches; TRL's names. z, which TRL logs as `kl`, is the step's own and not among them. */
  metrics: Record<string, number>;
}

/**
 * z of KTO, an estimate of KL(policy ‖ reference) that no reply can push: the mean of π − ref over replies that belong to
 * *other* prompts of the same step, never below 0 (Ethayarajh et al. 2024, §4.1; TRL pairs every prompt with its
 * predecessor's reply).
 * @param mismatched summed log-probabilities of mismatched replies, [n], n ≥ 2, nats; take those of the whole step, so that
 *   its micro-batches share one z
 * @throws ObjectiveError on fewer than two: a lone prompt has no other's reply, and its own would make z the reward itself
 */
export function referencePoint({ policy, reference }: ReplyLogProbs): number {
  if (policy.length < 2)
    throw new ObjectiveError(
      `Expected at least 2 replies in a KTO step, found ${policy.length}: each prompt is measured with another's reply. Raise batchSize.`,
    );
  if (reference.length !== policy.length)
    throw new ObjectiveError(`Expected ${policy.length} reference log-probabilities, found ${reference.length}.`);
  return Math.max(0, (sum(policy) - sum(reference)) / policy.length);
}

/**
 * KTO (Ethayarajh et al. 2024, eq. 7): λ_D·(1 − σ(β(r − z))) of a liked reply, λ_U·(1 − σ(β(z − r))) of a disliked
 * one, r = π − ref, averaged by weight over both classes together. Metrics of one class are means over its replies; a class
 * that the whole step lacks has none, and without either there are no margins.
 * @throws ObjectiveError on arrays of different lengths, bad weights or settings
 */
export function kto({ policy, reference }: ReplyLogProbs, options: KtoOptions): KtoResult {
  const { beta, desirable, z, weights, totalWeight } = options;
  const replies = policy.length;
  checkWeights(weights, replies);
  checkAboveZero("beta", beta);
  checkAboveZero("desirableWeight", options.desirableWeight);
  checkAboveZero("undesirableWeight", options.undesirableWeight);
  if (reference.length !== replies || desirable.length !== replies)
    throw new ObjectiveError(
      `Expected a reference and a label for each of ${replies} replies, found ${reference.length} and ${desirable.length}.`,
    );

  const gradient = new Float64Array(replies);
  const metrics: Record<string, number> = { loss: 0 };
  for (const [name, total] of [
    ["chosen", totalWeight.desirable],
    ["rejected", totalWeight.undesirable],
  ] as const) {
    if (total > 0) Object.assign(metrics, { [`rewards/${name}`]: 0, [`logps/${name}`]: 0 });
  }
  for (let i = 0; i < replies; i++) {
    const liked = desirable[i]!;
    const sign = liked ? 1 : -1;
    const share = ((liked ? options.desirableWeight : options.undesirableWeight) * weights[i]!) / totalWeight.all;
    const ratio = policy[i]! - reference[i]!;
    const value = sigmoid(sign * beta * (ratio - z));
    // 1 − σ(x) = σ(−x) keeps its digits where σ(x) is almost 1.
    const shortfall = sigmoid(-sign * beta * (ratio - z));
    metrics.loss! += share * shortfall;
    gradient[i] = -sign * share * beta * value * shortfall;
    const ofClass = weights[i]! / (liked ? totalWeight.desirable : totalWeight.undesirable);
    const name = liked ? "chosen" : "rejected";
    metrics[`rewards/${name}`]! += ofClass * beta * ratio;
    metrics[`logps/${name}`]! += ofClass * policy[i]!;
  }
  if (totalWeight.desirable > 0 && totalWeight.undesirable > 0)
    metrics["rewards/margins"] = metrics["rewards/chosen"]! - metrics["rewards/rejected"]!;
  return { loss: metrics.loss!, gradient, metrics };
}
