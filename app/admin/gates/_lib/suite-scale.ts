// The scale that a suite's figure is drawn on: wide enough for its interval and its thresholds, the same every time for shares.
import type { SuiteView } from "../../../../server/domain/views/gate.ts";

type Drawn = Pick<SuiteView, "value" | "threshold" | "unit">;

/** Air beyond the last thing drawn, as a share of what is drawn. */
const AIR = 0.15;

/** Thresholds of a suite as marks on its scale. */
export function marksOf({ threshold }: Pick<SuiteView, "threshold">): number[] {
  return [threshold?.least, threshold?.most].filter((mark) => mark !== undefined);
}

/**
 * Ends of the scale, or null where there is nothing to draw. Win rates are drawn from 0 to 1, whatever they are, so that a
 * half stands in the middle; a figure with an upper threshold only begins at 0, or below where it is a change for the better.
 */
export function scaleOf(suite: Drawn): [number, number] | null {
  const { value, threshold, unit } = suite;
  if (!value) return null;
  if (unit === "share" && threshold?.least !== undefined) return [0, 1];
  const shown = [value.low, value.high, ...marksOf(suite)].filter(Number.isFinite);
  if (shown.length === 0) return null;
  const low = Math.min(0, ...shown);
  const high = Math.max(0, ...shown);
  const air = (high - low || 1) * AIR;
  return [low < 0 ? low - air : 0, unit === "share" ? Math.min(1, high + air) : high + air];
}
