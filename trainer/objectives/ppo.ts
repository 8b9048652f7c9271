/** Proximal policy optimisation: the clipped policy and value losses of one minibatch of replies, gradients, metrics. */

import { checkAboveZero, clamp, ObjectiveError, sum } from "./numeric.ts";
import { clippedSurrogate } from "./surrogate.ts";
import { checkRows, checkTotal, counts, type TokenMask, type TokenRows } from "./token-rows.ts";

/** Everything about a minibatch of replies, [sequence][token] each. */
export interface PpoBatch {
  /** Of the policy that is being trained, nats. */
  logProbs: TokenRows;
  /** Of the policy that sampled, computed by the same engine at the same temperature, nats. */
  oldLogProbs: TokenRows;
  /** Whitened; constants. */
  advantages: TokenRows;
  /** Of the value head that is being trained: V of the state in which each token was chosen. */
  values: TokenRows;
  /** Of the value head when the replies were sampled. */
  oldValues: TokenRows;
  /** What the value head is to predict, from `gae`. */
  returns: TokenRows;
  mask?: TokenMask;
}

export interface PpoOptions {
  /** ε of the policy's clip; 0.2 is usual. */
  clip: number;
  /** How far a value counts as moved from its old one; 0.2 is usual. */
  valueClip: number;
  /** Weight of the value loss, at least 0; 0.1 is usual. */
  valueCoefficient: number;
  /** Tokens that count over the whole step, so that micro-batches of one step add up to one mean. */
  totalTokens: number;
}

export interface PpoResult {
  loss: number;
  /** dLoss/dlogProb and dLoss/dvalue, the shapes of the batch. */
  gradient: { logProbs: Float64Array[]; values: Float64Array[] };
  /**
   * Means over the step's tokens that count, additive over its micro-batches; TRL's figures. TRL averages
   * `policy/approxkl` and `policy/ratio` over padding too; here only tokens that count do.
   */
  metrics: Record<
    "loss" | "loss/policy" | "loss/value" | "policy/approxkl" | "policy/clipfrac" | "val/clipfrac" | "policy/ratio",
    number
  >;
}

/**
 * max(−A·ρ, −A·clip(ρ, 1 ± ε)) + c·½·max((V − R)², (clip(V, V_old ± ε_v) − R)²), both means over the tokens that count
 * (Schulman et al. 2017, eq. 7 and 9; the clipped value as in their code and in TRL's PPOTrainer).
 * `policy/approxkl` is ½·mean((ln ρ)²).
 * @throws ObjectiveError on shapes that differ, bad settings, or a step in which no token counts
 */
export function ppo(batch: PpoBatch, options: PpoOptions): PpoResult {
  const { logProbs, oldLogProbs, advantages, values, oldValues, returns, mask } = batch;
  const { clip, valueClip, valueCoefficient, totalTokens } = options;
  checkRows(logProbs, { oldLogProbs, advantages, values, oldValues, returns, mask });
  checkAboveZero("clip", clip);
  checkAboveZero("valueClip", valueClip);
  if (!(valueCoefficient >= 0))
    throw new ObjectiveError(`Expected a valueCoefficient of at least 0, found ${valueCoefficient}.`);
  checkTotal("tokens", totalTokens);

  const gradient = {
    logProbs: logProbs.map((row) => new Float64Array(row.length)),
    values: values.map((row) => new Float64Array(row.length)),
  };
  const share = 1 / totalTokens;
  const metrics = {
    loss: 0,
    "loss/policy": 0,
    "loss/value": 0,
    "policy/approxkl": 0,
    "policy/clipfrac": 0,
    "val/clipfrac": 0,
    "policy/ratio": 0,
  };
  for (const [i, row] of logProbs.entries()) {
    for (const [t, logProb] of row.entries()) {
      if (!counts(mask, i, t)) continue;
      const logRatio = logProb - oldLogProbs[i]![t]!;
      const policy = clippedSurrogate(logRatio, advantages[i]![t]!, { low: clip, high: clip });
      const value = clippedValue(values[i]![t]!, oldValues[i]![t]!, returns[i]![t]!, valueClip);
      gradient.logProbs[i]![t] = share * policy.slope;
      gradient.values[i]![t] = share * valueCoefficient * value.slope;
      metrics["loss/policy"] += share * policy.loss;
      metrics["loss/value"] += share * value.loss;
      metrics["policy/approxkl"] += (share * logRatio * logRatio) / 2;
      metrics["policy/clipfrac"] += policy.low || policy.high ? share : 0;
      metrics["val/clipfrac"] += value.clipped ? share : 0;
      metrics["policy/ratio"] += share * policy.ratio;
    }
  }
  metrics.loss = metrics["loss/policy"] + valueCoefficient * metrics["loss/value"];
  return { loss: metrics.loss, gradient, metrics };
}

/** ½·max((V − R)², (clip(V) − R)²) and its derivative by V, 0 where the clipped value is the worse one. */
function clippedValue(value: number, old: number, target: number, clip: number) {
  const free = (value - target) ** 2;
  const held = (clamp(value, old - clip, old + clip) - target) ** 2;
  const clipped = held > free;
  return { loss: Math.max(free, held) / 2, slope: clipped ? 0 : value - target, clipped };
}

/**
 * 1 − Var(returns − values) / Var(returns) over the tokens that count: 1 where the value head foresees everything, 0 where
 * it does no better than a constant, negative where worse; 0 where all returns are the same.
 */
export function explainedVariance(returns: TokenRows, values: TokenRows, mask?: TokenMask): number {
  checkRows(returns, { values, mask });
  const counted = (rows: TokenRows) => rows.flatMap((row, i) => [...row].filter((_, t) => counts(mask, i, t)));
  const variance = (numbers: readonly number[]) => {
    const mean = sum(numbers) / numbers.length;
    return sum(numbers.map((x) => (x - mean) ** 2));
  };
  const [targets, guesses] = [counted(returns), counted(values)];
  const total = variance(targets);
  return total === 0 ? 0 : 1 - variance(targets.map((target, k) => target - guesses[k]!)) / total;
}

export interface Rollouts {
  /** Of the sampled tokens under the policy that sampled them, nats. */
  policy: TokenRows;
  /** Per token, from `tokenRewards`. */
  kl: TokenRows;
  /** One per reply, [B]. */
  scores: ArrayLike<number>;
  mask?: TokenMask;
}

/**
 * Figures about a batch of rollouts, means over replies; TRL's names. `objective/kl` and `objective/entropy` (−ln π, a
 * one-sample estimate) are nats per reply; `objective/rlhf_reward` is what PPO maximises.
 */
export function rolloutMetrics(
  { policy, kl, scores, mask }: Rollouts,
  klCoefficient: number,
): Record<`objective/${"kl" | "entropy" | "non_score_reward" | "rlhf_reward" | "scores"}`, number> {
  const replies = policy.length;
  const mean = (rows: TokenRows) =>
    rows.reduce((total, row, i) => total + sum(row.filter((_, t) => counts(mask, i, t))), 0) / replies;
  const [meanKl, meanScore] = [mean(kl), sum(scores) / replies];
  return {
    "objective/kl": meanKl,
    "objective/entropy": -mean(policy),
    "objective/non_score_reward": -klCoefficient * meanKl,
    "objective/rlhf_reward": meanScore - klCoefficient * meanKl,
    "objective/scores": meanScore,
  };
}
