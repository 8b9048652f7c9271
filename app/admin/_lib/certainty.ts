// What an interval says about a share: on which side of a bar it lies, if surely on one.

export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** Against one half unless told: the whole interval above it, below it, or neither. */
export function certainty({ low, high }: Interval, bar = 0.5): "better" | "worse" | "unsure" {
  if (low > bar) return "better";
  return high < bar ? "worse" : "unsure";
}
