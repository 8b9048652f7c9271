/** Notices when a policy pleases its reward model more and more while it gets worse by a measure it is not trained on. */

import { sum } from "./objectives/numeric.ts";

/** Where a policy stood at one moment of its optimisation. */
export interface RewardPoint {
  /** KL from the reference, nats per reply; an estimate below 0 counts as 0. */
  kl: number;
  /** Mean of the reward that is optimised. */
  proxy: number;
  /** Mean of a reward that is not: the true one where it is known, else a second reward model or a verifier. */
  heldOut: number;
}

/** What optimised: the two have curves of different form (Gao et al. 2023, "Scaling laws for reward model overoptimization", §3.1). */
export type Optimiser = "rl" | "best-of-n";

export interface HeldOutFit {
  /** Held-out reward at no distance. */
  start: number;
  alpha: number;
  beta: number;
  /** Distance at which the fitted curve is highest; null where it never turns. */
  peak: number | null;
  /** Root mean square of what the curve leaves unexplained. */
  residual: number;
}

export interface Turn {
  /** The point in the middle of the best stretch: the weights to go back to. */
  index: number;
  distance: number;
  /** Held-out reward lost since. */
  fall: number;
  /** The fall in standard errors of the comparison; Infinity on curves without noise. */
  significance: number;
}

export interface OverOptimisation {
  /** d = √KL of every point, the abscissa of Gao et al. */
  distances: number[];
  /** Null while there are too few points or distances to fit three numbers. */
  fit: HeldOutFit | null;
  /** Null as long as there is no good reason to speak of a turn. */
  turn: Turn | null;
}

/**
 * Looks for over-optimisation in a series, in the order in which it came about.
 *
 * `fit` is Gao et al.'s law by least squares: start + d·(α − β·ln d) for reinforcement learning, start + d·(α − β·d) for
 * best-of-n. It tells where the peak is, but a fitted peak alone is no alarm: noise bends curves too.
 * `turn` is one: the latest stretch of held-out rewards lies below the best one by more than noise explains and by a
 * share of the gain that matters, while the proxy rose between the two. Noise is taken from the series itself.
 */
export function overOptimisation(points: readonly RewardPoint[], optimiser: Optimiser): OverOptimisation {
  const distances = points.map(({ kl }) => Math.sqrt(Math.max(0, kl)));
  return {
    distances,
    fit: fitHeldOut(
      distances,
      points.map(({ heldOut }) => heldOut),
      optimiser,
    ),
    turn: findTurn(points, distances),
  };
}

/** Fewer points than this have no stretches to compare. */
const LEAST_POINTS = 8;
/** A stretch is this share of the series. */
const STRETCH = 1 / 8;
/** Standard errors; high, because the best of many stretches is compared. */
const SIGNIFICANT_FALL = 5;
const SIGNIFICANT_RISE = 2;
/** A fall of less than this share of what had been gained is not worth an alarm. */
const LEAST_FALL = 0.05;

function findTurn(points: readonly RewardPoint[], distances: readonly number[]): Turn | null {
  if (points.length < LEAST_POINTS) return null;
  const width = Math.max(3, Math.round(points.length * STRETCH));
  const heldOut = points.map((point) => point.heldOut);
  const proxy = points.map((point) => point.proxy);
  const means = Array.from({ length: points.length - width + 1 }, (_, first) => mean(heldOut, first, width));
  const best = means.indexOf(Math.max(...means));
  const last = means.length - 1;
  const fall = means[best]! - means[last]!;
  const gain = means[best]! - means[0]!;
  const fallError = noiseOf(heldOut) * Math.sqrt(2 / width);
  const rise = mean(proxy, last, width) - mean(proxy, best, width);
  const riseError = noiseOf(proxy) * Math.sqrt(2 / width);
  const turned = fall > SIGNIFICANT_FALL * fallError && fall > LEAST_FALL * gain && fall > 0;
  if (!turned || rise <= SIGNIFICANT_RISE * riseError) return null;
  const index = best + Math.floor(width / 2);
  return { index, distance: distances[index]!, fall, significance: fall / fallError };
}

function mean(values: readonly number[], first: number, width: number): number {
  return sum(values.slice(first, first + width)) / width;
}

/** Standard deviation of single values around a smooth course: second differences know nothing of level and slope. */
function noiseOf(values: readonly number[]): number {
  let squares = 0;
  for (let i = 1; i + 1 < values.length; i++) squares += (values[i - 1]! - 2 * values[i]! + values[i + 1]!) ** 2;
  return Math.sqrt(squares / (6 * (values.length - 2)));
}

const LEAST_DISTANCES = 4;

function fitHeldOut(distances: readonly number[], heldOut: readonly number[], optimiser: Optimiser): HeldOutFit | null {
  if (new Set(distances).size < LEAST_DISTANCES) return null;
  const bend = (d: number) => (optimiser === "best-of-n" ? d * d : d === 0 ? 0 : d * Math.log(d));
  const rows = distances.map((d) => [1, d, -bend(d)]);
  const solution = leastSquares(rows, heldOut);
  if (!solution) return null;
  const [start, alpha, beta] = solution as [number, number, number];
  const left = rows.map(([, d, b], i) => heldOut[i]! - start - alpha * d! - beta * b!);
  const turns = beta > 0 && (optimiser === "rl" || alpha > 0);
  return {
    start,
    alpha,
    beta,
    peak: turns ? (optimiser === "rl" ? Math.exp(alpha / beta - 1) : alpha / (2 * beta)) : null,
    residual: Math.sqrt(sum(left.map((x) => x * x)) / left.length),
  };
}

/** The x of least |A·x − y|, by the normal equations; null where the columns depend on each other. */
function leastSquares(rows: readonly number[][], y: readonly number[]): number[] | null {
  const width = rows[0]!.length;
  const columns = Array.from({ length: width }, (_, j) => rows.map((row) => row[j]!));
  const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((x, i) => x * b[i]!));
  const system = columns.map((column) => [...columns.map((other) => dot(column, other)), dot(column, y)]);
  for (let k = 0; k < width; k++) {
    const pivot = system.slice(k).reduce((best, row) => (Math.abs(row[k]!) > Math.abs(best[k]!) ? row : best));
    if (Math.abs(pivot[k]!) < 1e-12) return null;
    system.splice(system.indexOf(pivot), 1, system[k]!);
    system[k] = pivot;
    for (const row of system) {
      if (row === pivot) continue;
      const factor = row[k]! / pivot[k]!;
      for (let j = k; j <= width; j++) row[j]! -= factor * pivot[j]!;
    }
  }
  return system.map((row, k) => row[width]! / row[k]!);
}
