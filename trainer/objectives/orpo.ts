/** Odds-ratio preference optimisation: imitation of the chosen reply and an odds ratio, without a reference. */

import { checkAboveZero, log1mexp, sigmoid, softplus } from "./numeric.ts";
import {
  addPair,
  checkLengths,
  checkPairs,
  noPairMetrics,
  type PairHalves,
  type PairResult,
  type PairShares,
} from "./pairs.ts";

export interface OrpoOptions extends PairShares {
  /** λ, the weight of the odds ratio beside the imitation, above 0; 0.1 is usual. TRL calls it `beta`. */
  lambda: number;
  /** Completion tokens of every pair. */
  lengths: PairHalves<ArrayLike<number>>;
  /** Σ weight · chosen tokens over the whole step: the imitation is a mean per token. */
  totalTokens: number;
}

/**
 * ORPO (Hong et al. 2024, eq. 6): cross-entropy of the chosen reply, a mean over its step's tokens, plus λ times
 * −ln σ(log odds ratio) averaged by weight; odds = p/(1 − p) with p the geometric mean of the token probabilities.
 * Rewards are λ times the mean log-probability and `logps/*` are those means, as TRL's ORPOTrainer logs them, with
 * `nll_loss`, `log_odds_ratio` (ln σ of it) and `log_odds_chosen` besides.
 * TRL imitates prompt and reply; here, as everywhere in Hone, only completion tokens are learned.
 * @param logProbs of the policy, summed over each completion, nats
 * @throws ObjectiveError on arrays of different lengths, empty completions, bad weights or settings
 */
export function orpo(logProbs: PairHalves, options: OrpoOptions): PairResult {
  const { lambda, lengths, weights, totalWeight, totalTokens } = options;
  const pairs = logProbs.chosen.length;
  checkPairs({ ...logProbs }, pairs, weights);
  checkLengths(lengths, pairs);
  checkAboveZero("lambda", lambda);

  const gradient = { chosen: new Float64Array(pairs), rejected: new Float64Array(pairs) };
  const metrics = { ...noPairMetrics(), nll_loss: 0, log_odds_ratio: 0, log_odds_chosen: 0 };
  for (let i = 0; i < pairs; i++) {
    const share = weights[i]! / totalWeight;
    const perToken = weights[i]! / totalTokens;
    const means = {
      chosen: logProbs.chosen[i]! / lengths.chosen[i]!,
      rejected: logProbs.rejected[i]! / lengths.rejected[i]!,
    };
    const [chosen, rejected] = [logOdds(means.chosen), logOdds(means.rejected)];
    const logRatio = chosen.value - rejected.value;
    const slope = -share * lambda * sigmoid(-logRatio);
    gradient.chosen[i] = (slope * chosen.slope) / lengths.chosen[i]! - perToken;
    gradient.rejected[i] = (-slope * rejected.slope) / lengths.rejected[i]!;
    const rewards = { chosen: lambda * means.chosen, rejected: lambda * means.rejected };
    addPair(metrics, share, lambda * softplus(-logRatio), rewards, means);
    metrics.nll_loss -= perToken * logProbs.chosen[i]!;
    metrics.log_odds_ratio -= share * softplus(-logRatio);
    metrics.log_odds_chosen += share * logRatio;
  }
  metrics.loss += metrics.nll_loss;
  return { loss: metrics.loss, gradient, metrics };
}

/** A mean log-probability of 0 has infinite odds; f32 arithmetic reaches it at about this distance. */
const CERTAIN = -1e-7;

/** ln(p / (1 − p)) of a log-probability, and its derivative by the log-probability, both held finite at p = 1. */
function logOdds(logProb: number): { value: number; slope: number } {
  const x = Math.min(logProb, CERTAIN);
  return { value: x - log1mexp(x), slope: -1 / Math.expm1(x) };
}
