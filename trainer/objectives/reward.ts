/** The reward model's objective: Bradley–Terry on pairs and rankings of scored replies, with margins and centring. */

import { ObjectiveError, sigmoid, softplus } from "./numeric.ts";

/** One judgement between two replies of a batch. */
export interface RewardPair {
  /** Index into the batch's scores. */
  chosen: number;
  rejected: number;
  /** Above 0. */
  weight: number;
  /** By how much the chosen reply's score is to be the higher; default 0. */
  margin?: number;
}

export interface RewardOptions {
  /** c of c·mean((r₊ + r₋)²), which holds scores around 0; 0 switches it off, 0.01 is advised. */
  centring: number;
  /** Sum of the pairs' weights over the whole step, so that micro-batches of one step add up to one mean. */
  totalWeight: number;
}

export interface RewardResult {
  loss: number;
  /** dLoss/dscore, [N]. */
  gradient: Float64Array;
  /** Additive over the step's micro-batches, except `min_reward` and `max_reward`, which `addMetrics` knows; TRL's names. */
  metrics: Record<
    "loss" | "centring_loss" | "accuracy" | "margin" | "min_reward" | "mean_reward" | "max_reward",
    number
  >;
}

/**
 * −ln σ(r₊ − r₋ − margin) + c·(r₊ + r₋)² per pair, averaged by weight (Bradley and Terry 1952; margins as in Llama 2,
 * Touvron et al. 2023, eq. 2; centring as in Eisenstein et al. 2023, §B and TRL's `center_rewards_coefficient`).
 * `mean_reward` is the mean over both halves of the pairs, by weight; accuracy counts strictly higher scores.
 * @param scores one per reply, [N]; a reply of a ranking takes part in several pairs and is scored once
 * @throws ObjectiveError on no pairs, a pair outside the batch, bad weights or settings
 */
export function reward(scores: Float64Array, pairs: readonly RewardPair[], options: RewardOptions): RewardResult {
  const { centring, totalWeight } = options;
  if (pairs.length === 0)
    throw new ObjectiveError(
      "Expected at least one pair of replies, found none; a ranking of nothing but ties makes none.",
    );
  if (!(centring >= 0)) throw new ObjectiveError(`Expected centring of at least 0, found ${centring}.`);

  const gradient = new Float64Array(scores.length);
  const metrics = { loss: 0, centring_loss: 0, accuracy: 0, margin: 0, mean_reward: 0 };
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const pair of pairs) {
    const [chosen, rejected] = [scoreOf(scores, pair.chosen), scoreOf(scores, pair.rejected)];
    const { weight, margin = 0 } = pair;
    if (!(weight > 0 && Number.isFinite(weight)) || !Number.isFinite(margin))
      throw new ObjectiveError(`Expected pairs of weight above 0 and a finite margin, found ${weight} and ${margin}.`);
    const share = weight / totalWeight;
    const ahead = chosen - rejected - margin;
    const total = chosen + rejected;
    const centred = share * centring * total * total;
    metrics.loss += share * softplus(-ahead) + centred;
    metrics.centring_loss += centred;
    metrics.accuracy += chosen > rejected ? share : 0;
    metrics.margin += share * (chosen - rejected);
    metrics.mean_reward += (share * total) / 2;
    lowest = Math.min(lowest, chosen, rejected);
    highest = Math.max(highest, chosen, rejected);
    const apart = -share * sigmoid(-ahead);
    const inwards = 2 * share * centring * total;
    gradient[pair.chosen]! += inwards + apart;
    gradient[pair.rejected]! += inwards - apart;
  }
  return { loss: metrics.loss, gradient, metrics: { ...metrics, min_reward: lowest, max_reward: highest } };
}

function scoreOf(scores: Float64Array, index: number): number {
  const score = scores[index];
  if (score === undefined)
    throw new ObjectiveError(`Expected pairs of the ${scores.length} replies that were scored, found reply ${index}.`);
  return score;
}

/**
 * All pairs of one ranking, each of weight 1/pairs, so that a ranking of many counts as much as a single choice
 * (Ouyang et al. 2022, eq. 1). Replies of equal rank make no pair.
 * @param ranks one per reply, [K]; 1 is the best
 * @param options.weight of the ranking as a whole, default 1
 * @param options.first index of the ranking's first reply in the batch's scores, default 0
 */
export function pairsOfRanking(
  ranks: ArrayLike<number>,
  options: { weight?: number; first?: number } = {},
): RewardPair[] {
  const { weight = 1, first = 0 } = options;
  const pairs: { chosen: number; rejected: number }[] = [];
  for (let i = 0; i < ranks.length; i++) {
    for (let j = 0; j < ranks.length; j++) {
      if (ranks[i]! < ranks[j]!) pairs.push({ chosen: first + i, rejected: first + j });
    }
  }
  return pairs.map((pair) => ({ ...pair, weight: weight / pairs.length }));
}

/** One bar of a calibration plot. */
export interface CalibrationBin {
  /** Predicted probabilities in [from, to); the last bin includes 1. */
  from: number;
  to: number;
  pairs: number;
  /** Mean predicted probability that the reply it scored higher is the preferred one; null in an empty bin. */
  predicted: number | null;
  /** Share of pairs in which it was. */
  observed: number | null;
}

/**
 * Whether a reward model's confidence can be believed: pairs by σ(|r₊ − r₋|), the probability it gives to the reply it
 * scores higher, against how often raters preferred that reply (Guo et al. 2017, §2, over confidences of ½ to 1).
 * @param margins r₊ − r₋ of held-out pairs, [pairs]; 0 counts as half right
 * @returns bins of equal width, and the expected calibration error: |predicted − observed| averaged by pairs, NaN of none
 */
export function calibration(margins: ArrayLike<number>, bins = 10): { bins: CalibrationBin[]; error: number } {
  const sums = Array.from({ length: bins }, () => ({ pairs: 0, predicted: 0, right: 0 }));
  for (let i = 0; i < margins.length; i++) {
    const margin = margins[i]!;
    const confidence = sigmoid(Math.abs(margin));
    const bin = sums[Math.min(bins - 1, Math.floor((confidence - 0.5) * 2 * bins))]!;
    bin.pairs++;
    bin.predicted += confidence;
    bin.right += margin > 0 ? 1 : margin < 0 ? 0 : 0.5;
  }
  const error = sums.reduce((total, { predicted, right }) => total + Math.abs(predicted - right), 0) / margins.length;
  return {
    bins: sums.map(({ pairs, predicted, right }, i) => ({
      from: 0.5 + i / (2 * bins),
      to: 0.5 + (i + 1) / (2 * bins),
      pairs,
      predicted: pairs === 0 ? null : predicted / pairs,
      observed: pairs === 0 ? null : right / pairs,
    })),
    error,
  };
}
