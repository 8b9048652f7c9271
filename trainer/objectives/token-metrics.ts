/** Figures about single tokens and how the parts of one step add up. */

import { sum } from "./numeric.ts";

/**
 * Sum over every token of `rows` divided by the step's token count, so that the micro-batches of one step add up to a
 * plain mean. Used for entropy (nats per token) and for the share of tokens the model would have guessed.
 * @param rows [sequence][target]
 */
export function tokenMean(rows: readonly Float64Array[], totalTokens: number): number {
  return rows.reduce((total, row) => total + sum(row), 0) / totalTokens;
}

/** Adds every metric of `part` to `total`. */
export function addMetrics(total: Record<string, number>, part: Record<string, number>): void {
  for (const [name, value] of Object.entries(part)) total[name] = (total[name] ?? 0) + value;
}
