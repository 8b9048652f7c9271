/** Simple preference optimisation: pairs by their mean log-probability, without a reference. */

import { checkAboveZero, ObjectiveError, sigmoid, softplus } from "./numeric.ts";
import {
  addPair,
  checkLengths,
  checkPairs,
  noPairMetrics,
  type PairHalves,
  type PairResult,
  type PairShares,
} from "./pairs.ts";

export interface SimpoOptions extends PairShares {
  /** Scale of the mean log-probabilities, above 0; 2 is usual. */
  beta: number;
  /** Target margin in units of the reward, at least 0; 0.5 to 1.5 is usual. */
  gamma: number;
  /** Completion tokens of every pair. */
  lengths: PairHalves<ArrayLike<number>>;
}

/**
 * SimPO (Meng et al. 2024, eq. 6): −ln σ(β·(π₊/|y₊| − π₋/|y₋|) − γ), averaged by weight. γ is in units of the reward, as in
 * the paper and in TRL's `simpo_gamma`.
 * The implicit reward of a reply is β times its mean log-probability per token, and `logps/*` are those means, as TRL's
 * CPOTrainer logs them with `loss_type="simpo"`.
 * @param logProbs of the policy, summed over each completion, nats
 * @throws ObjectiveError on arrays of different lengths, empty completions, bad weights or settings
 */
export function simpo(logProbs: PairHalves, options: SimpoOptions): PairResult {
  const { beta, gamma, lengths, weights, totalWeight } = options;
  const pairs = logProbs.chosen.length;
  checkPairs({ ...logProbs }, pairs, weights);
  checkLengths(lengths, pairs);
  checkAboveZero("beta", beta);
  if (!(gamma >= 0)) throw new ObjectiveError(`Expected gamma of at least 0, found ${gamma}.`);

  const gradient = { chosen: new Float64Array(pairs), rejected: new Float64Array(pairs) };
  const metrics = noPairMetrics();
  for (let i = 0; i < pairs; i++) {
    const share = weights[i]! / totalWeight;
    const means = {
      chosen: logProbs.chosen[i]! / lengths.chosen[i]!,
      rejected: logProbs.rejected[i]! / lengths.rejected[i]!,
    };
    const margin = beta * (means.chosen - means.rejected) - gamma;
    const slope = -share * beta * sigmoid(-margin);
    gradient.chosen[i] = slope / lengths.chosen[i]!;
    gradient.rejected[i] = -slope / lengths.rejected[i]!;
    const rewards = { chosen: beta * means.chosen, rejected: beta * means.rejected };
    addPair(metrics, share, softplus(-margin), rewards, means);
  }
  return { loss: metrics.loss, gradient, metrics };
}
