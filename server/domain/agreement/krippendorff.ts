/** Krippendorff's α: how far raters agree beyond chance, any number of them, with ratings missing. */

type Metric = "nominal" | "ordinal";

/**
 * α = 1 − observed / expected disagreement (Krippendorff 2011, "Computing Krippendorff's alpha-reliability", § D–E). Ordinal values
 * differ by how many ratings lie between them.
 * @param units per unit the values that its raters gave, in any order; units with fewer than two say nothing
 * @returns null where nothing can be compared or every value is the same
 */
export function krippendorffAlpha(units: readonly (readonly number[])[], metric: Metric): number | null {
  const values = [...new Set(units.flat())].sort((a, b) => a - b);
  const indexOf = new Map(values.map((value, index) => [value, index]));
  const size = values.length;
  const coincidences = new Float64Array(size * size); // o(c, k)
  for (const unit of units) {
    if (unit.length < 2) continue;
    const share = 1 / (unit.length - 1);
    for (let i = 0; i < unit.length; i++)
      for (let j = 0; j < unit.length; j++)
        if (i !== j) coincidences[indexOf.get(unit[i]!)! * size + indexOf.get(unit[j]!)!]! += share;
  }
  const totals = values.map((_, c) => values.reduce((sum, _, k) => sum + coincidences[c * size + k]!, 0)); // n(c)
  const all = totals.reduce((sum, total) => sum + total, 0);
  const before = totals.map((_, c) => totals.slice(0, c).reduce((sum, total) => sum + total, 0));
  // Σ of n(g) from c to k, half of each end: twice over at c = k, where it is nought anyway.
  const difference = (c: number, k: number) =>
    metric === "nominal" ? 1 : (before[k]! + totals[k]! / 2 - before[c]! - totals[c]! / 2) ** 2;
  let [observed, expected] = [0, 0];
  for (let c = 0; c < size; c++) {
    for (let k = c + 1; k < size; k++) {
      observed += coincidences[c * size + k]! * difference(c, k);
      expected += totals[c]! * totals[k]! * difference(c, k);
    }
  }
  return expected === 0 ? null : 1 - ((all - 1) * observed) / expected;
}
