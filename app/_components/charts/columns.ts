// Turns the rows a run reports into columns a chart can draw: one x array, one array per series, gaps as null.

export interface MetricRow {
  /** Optimiser step, counted from 1. */
  step: number;
  values: Readonly<Record<string, number>>;
}

/** What a chart draws. Every array of `series` is as long as `x`; null is a gap. */
export interface Columns {
  x: number[];
  series: (number | null)[][];
}

/**
 * Adds newly reported rows to the known ones, ascending by step and one row per step.
 * A step that is reported again (a run picked up after a crash repeats the steps since its checkpoint) replaces the old row.
 */
export function mergeRows(known: readonly MetricRow[], added: readonly MetricRow[]): MetricRow[] {
  const last = known.at(-1)?.step ?? Number.NEGATIVE_INFINITY;
  const inOrder = added.every((row, i) => row.step > (i === 0 ? last : added[i - 1]!.step));
  if (inOrder) return [...known, ...added];
  const byStep = new Map(known.map((row) => [row.step, row]));
  for (const row of added) byStep.set(row.step, row);
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

/** The columns of the named metrics; rows that have none of them are left out. */
export function toColumns(rows: readonly MetricRow[], names: readonly string[]): Columns {
  const present = rows.filter((row) => names.some((name) => Number.isFinite(row.values[name])));
  return {
    x: present.map((row) => row.step),
    series: names.map((name) => present.map(({ values }) => (Number.isFinite(values[name]) ? values[name]! : null))),
  };
}

/**
 * Exponential moving average, corrected for its start, so that the first points are not pulled towards 0.
 * @param weight 0 leaves the values as they are; towards 1 they are smoothed more. Gaps stay gaps.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values];
  let average = 0;
  let remaining = 1; // weight^n: the share of the average that still is the 0 it began with
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    remaining *= weight;
    return average / (1 - remaining);
  });
}

/** On a logarithmic axis a value of 0 or below has no place; it becomes a gap. */
export function positiveOnly(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value !== null && value > 0 ? value : null));
}

/** Smallest and largest value of all series; null when there is no value at all. */
export function extent(series: readonly (readonly (number | null)[])[]): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of series) {
    for (const value of values) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** At most `most` of the indices 0…length−1, evenly spread, first and last included. */
export function spread(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  const stride = (length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => Math.round(i * stride));
}
