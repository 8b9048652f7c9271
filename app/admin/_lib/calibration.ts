// How right a reward model is when it is so sure: its calibration in figures and as a plot's geometry.

export interface CalibrationBin {
  bin: number;
  predicted: number;
  observed: number;
  count: number;
}

/**
 * Mean of predicted − observed over the pairs: above 0 it is surer than it is right. Null without a pair.
 * @returns a share, −1 to 1
 */
export function overconfidence(bins: readonly CalibrationBin[]): number | null {
  const pairs = bins.reduce((sum, { count }) => sum + count, 0);
  if (pairs === 0) return null;
  return bins.reduce((sum, { predicted, observed, count }) => sum + (predicted - observed) * count, 0) / pairs;
}

export interface CalibrationPoint extends CalibrationBin {
  x: number;
  y: number;
  radius: number;
}

/** Certainty begins at a half: whichever reply scores higher is the one it holds for better. */
export const LEAST_SURE = 0.5;
const RADIUS = { least: 3, most: 10 };

/** Where the axis of the observed shares begins: at a half, or lower where a bin was right less often. */
export function leastRight(bins: readonly CalibrationBin[]): number {
  const lowest = Math.min(1, ...bins.filter(({ count }) => count > 0).map(({ observed }) => observed));
  return lowest >= LEAST_SURE ? LEAST_SURE : 0;
}

/** Bins that hold pairs as discs in a square of side `size`; the area of a disc grows with its pairs. */
export function calibrationPoints(bins: readonly CalibrationBin[], size: number): CalibrationPoint[] {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const bottom = leastRight(bins);
  return bins
    .filter(({ count }) => count > 0)
    .map((bin) => ({
      ...bin,
      x: ((bin.predicted - LEAST_SURE) / (1 - LEAST_SURE)) * size,
      y: (1 - (bin.observed - bottom) / (1 - bottom)) * size,
      radius: Math.max(RADIUS.least, RADIUS.most * Math.sqrt(bin.count / most)),
    }));
}
