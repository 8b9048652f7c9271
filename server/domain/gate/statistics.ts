/** Intervals of the gate's figures, each from its published source; all pure, those that resample by a seed. */

import { seededRandom } from "../agreement/bootstrap.ts";
import { normalQuantile } from "../normal.ts";
import type { Estimate } from "../views/trust.ts";
import { wilson } from "../wilson.ts";

/** A score from 0 (lost) over ½ (neither) to 1 (won). */
export interface Scored {
  score: number;
  /** Above 0; 1 is ordinary. */
  weight: number;
  /** Scores of one cluster, one prompt say, are not independent of each other. */
  cluster: string;
}

/**
 * Share of wins with Wilson's score interval at 1 − α (Wilson 1927; Brown, Cai & DasGupta 2001 on why not Wald's). Scores of a cluster
 * are averaged first; n is Kish's effective number of clusters, (Σw)²/Σw² (Kish 1965, § 11.7). A score between 0 and 1 varies at most as
 * much as a coin of the same mean, so ties and averages make the interval too wide, never too narrow.
 * @returns null without scores
 */
export function winShare(scores: readonly Scored[], alpha: number): (Estimate & { n: number }) | null {
  const clusters = new Map<string, { total: number; weight: number; count: number }>();
  for (const { score, weight, cluster } of scores) {
    const known = clusters.get(cluster) ?? { total: 0, weight: 0, count: 0 };
    known.total += score * weight;
    known.weight += weight;
    known.count += 1;
    clusters.set(cluster, known);
  }
  const means = [...clusters.values()].map(({ total, weight, count }) => ({
    score: total / weight,
    weight: weight / count,
  }));
  if (means.length === 0) return null;
  const sum = means.reduce((total, { weight }) => total + weight, 0);
  const squares = means.reduce((total, { weight }) => total + weight * weight, 0);
  const value = means.reduce((total, { score, weight }) => total + score * weight, 0) / sum;
  const n = (sum * sum) / squares;
  const { low, high } = wilson(value * n, n, alpha);
  // Rounding must not shut out the estimate itself.
  return { value, low: Math.min(value, low), high: Math.max(value, high), n };
}

const ROUNDS = 1000;

/** The percentile interval of an estimate over units drawn anew (Efron & Tibshirani 1993, § 13.3), stretched to hold the estimate. */
export function resampled<Unit>(
  units: readonly Unit[],
  estimate: (sample: readonly Unit[]) => number,
  { alpha, seed }: { alpha: number; seed: number },
): Estimate {
  const value = estimate(units);
  const random = seededRandom(seed);
  const found = Array.from({ length: ROUNDS }, () =>
    estimate(units.map(() => units[Math.floor(random() * units.length)]!)),
  ).sort((a, b) => a - b);
  const at = (share: number) => found[Math.round(share * (found.length - 1))]!;
  return { value, low: Math.min(value, at(alpha / 2)), high: Math.max(value, at(1 - alpha / 2)) };
}

export const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** Standard deviation with n − 1; 0 for fewer than two. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((total, value) => total + (value - centre) ** 2, 0) / (values.length - 1));
}

/** A comparison for `winRateAtEqualLength`. */
export interface LengthScored extends Scored {
  /** ln(length of the candidate's reply / length of live's), or of what it prefers. */
  lengthDifference: number;
}

/**
 * Weights under which the comparisons of a cluster count together as one, and all of them as Kish's effective number of clusters: as
 * `winShare` counts them. Comparisons of one prompt may well come out alike, so that more of them are no more evidence.
 */
function effectiveWeights(scores: readonly Scored[]): number[] {
  const sizes = new Map<string, number>();
  for (const { cluster } of scores) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const shares = scores.map(({ weight, cluster }) => weight / sizes.get(cluster)!);
  const clusters = new Map<string, number>();
  for (const [i, { cluster }] of scores.entries()) clusters.set(cluster, (clusters.get(cluster) ?? 0) + shares[i]!);
  const weights = [...clusters.values()];
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight * weight, 0);
  return shares.map((share) => (share * sum) / squares);
}

/** Records of log-F(1,1) priors: half a success and half a failure for the intercept, and the same for the slope per deviation. */
const PRIOR = 0.5;

/**
 * The win rate that is left when both replies are equally long: logit P(win) = θ + γ·d, of which σ(θ) is told (after Dubois et al. 2024,
 * who control for length by such a term). Penalised by log-F(1,1) priors through added records (Greenland & Mansournia 2015, § 3), so
 * that all wins, or wins wherever the reply is longer, still have a finite estimate. A cluster counts once. Interval at 1 − α by Wald's
 * method on the logit scale, from the curvature of the penalised likelihood.
 * @returns also γ per unit of the difference; null without scores
 */
export function winRateAtEqualLength(
  scores: readonly LengthScored[],
  alpha: number,
): (Estimate & { slope: number }) | null {
  if (scores.length === 0) return null;
  const scale = Math.sqrt(mean(scores.map(({ lengthDifference: d }) => d * d))) || 1;
  const weights = effectiveWeights(scores);
  const records = scores.map(({ score, lengthDifference }, i) => ({
    ...{ score, weight: weights[i]! },
    x: [1, lengthDifference / scale] as readonly [number, number],
  }));
  for (const score of [0, 1])
    for (const x of [[1, 0] as const, [0, 1] as const]) records.push({ score, weight: PRIOR, x });
  let [theta, gamma] = [0, 0];
  let [a, b, c] = [1, 0, 1]; // curvature [[a, b], [b, c]]
  for (let round = 0; round < 100; round++) {
    let [g, h] = [0, 0];
    [a, b, c] = [0, 0, 0];
    for (const { score, weight, x } of records) {
      const p = sigmoid(theta * x[0] + gamma * x[1]);
      const curve = weight * p * (1 - p);
      g += weight * (score - p) * x[0];
      h += weight * (score - p) * x[1];
      a += curve * x[0] * x[0];
      b += curve * x[0] * x[1];
      c += curve * x[1] * x[1];
    }
    const determinant = a * c - b * b;
    const step = [(c * g - b * h) / determinant, (a * h - b * g) / determinant] as const;
    // Newton may overshoot far from the optimum; the likelihood is concave, so a shorter step always gains.
    const size = Math.max(Math.abs(step[0]), Math.abs(step[1]));
    theta += step[0] * Math.min(1, 2 / size);
    gamma += step[1] * Math.min(1, 2 / size);
    if (size < 1e-10) break;
  }
  const half = normalQuantile(1 - alpha / 2) * Math.sqrt(c / (a * c - b * b));
  return {
    ...{ value: sigmoid(theta), low: sigmoid(theta - half), high: sigmoid(theta + half) },
    slope: gamma / scale,
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * The ratio of two speeds from rounds of the same work: of the fastest rounds, as whatever else runs on the machine only ever slows
 * (Chen & Revels 2016). The interval is of the median of the paired ratios, from the smallest to the largest: n rounds miss it with
 * probability 2^(1−n), whatever the distribution (the sign test turned round; Conover 1999, § 3.2); six rounds miss in 3 % of cases.
 * @param rounds speeds of both, measured one after the other; at least one
 */
export function speedRatio(rounds: readonly { own: number; other: number }[]): Estimate {
  const ratios = rounds.map(({ own, other }) => own / other);
  const value = Math.max(...rounds.map(({ own }) => own)) / Math.max(...rounds.map(({ other }) => other));
  return { value, low: Math.min(value, ...ratios), high: Math.max(value, ...ratios) };
}
