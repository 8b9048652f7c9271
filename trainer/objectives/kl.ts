/** Estimators of the KL divergence from single samples, and the controller that holds it near a target. */

import { clamp, ObjectiveError } from "./numeric.ts";

/** No token's log-ratio counts for more: e^20 is already far beyond what a step may do. */
export const LOG_RATIO_LIMIT = 20;
/** No single token's estimate counts for more nats. */
const KL_LIMIT = 10;

export type KlEstimator = "k1" | "k2" | "k3";

/**
 * Estimates KL(policy ‖ reference) from one token that the policy sampled, with d = ln π − ln ref (Schulman 2020,
 * "Approximating KL divergence"): k1 = d, unbiased, may be negative; k2 = d²/2, biased, never negative;
 * k3 = e^−d − 1 + d, unbiased and never negative.
 * d is held within ±20 and the estimate within ±10, as veRL does; TRL has no such limits.
 * @param logRatio d, nats
 * @returns `slope` is the derivative by ln π, 0 where a limit holds
 */
export function klEstimate(estimator: KlEstimator, logRatio: number): { value: number; slope: number } {
  const d = clamp(logRatio, -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT);
  const free = estimator === "k1" ? d : estimator === "k2" ? (d * d) / 2 : Math.expm1(-d) + d;
  const value = clamp(free, -KL_LIMIT, KL_LIMIT);
  if (d !== logRatio || value !== free) return { value, slope: 0 };
  return { value, slope: estimator === "k1" ? 1 : estimator === "k2" ? d : -Math.expm1(-d) };
}

export interface KlTarget {
  /** Nats per reply that are aimed at. Above 0. */
  target: number;
  /** Replies over which the coefficient may change by about its own size times the (limited) error. Above 0. */
  horizon: number;
}

/** The relative error counts at most this much. */
const ERROR_LIMIT = 0.2;

/**
 * The KL coefficient after a batch of rollouts, proportional control in log space (Ziegler et al. 2019, §2.2):
 * c · (1 + clip(kl/target − 1, ±0.2) · replies/horizon).
 * @param kl observed mean nats per reply
 * @param replies in the batch
 */
export function adaptKlCoefficient(
  coefficient: number,
  kl: number,
  replies: number,
  { target, horizon }: KlTarget,
): number {
  if (!(target > 0 && horizon > 0))
    throw new ObjectiveError(`Expected a KL target and a horizon above 0, found ${target} and ${horizon}.`);
  return coefficient * (1 + (clamp(kl / target - 1, -ERROR_LIMIT, ERROR_LIMIT) * replies) / horizon);
}
