/** Cuts a step's examples into micro-batches that fit in memory. */

/**
 * Consecutive slices of at most `size` items, in order. The engine pads and buckets rows by length itself; this only
 * bounds how much goes through the model at once.
 */
export function microBatches<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}
