/** Figures about single tokens and how the parts of one step add up. */

import { sum } from "./numeric.ts";
import { counts, type TokenMask } from "./token-rows.ts";

/**
 * Sum over the tokens of `rows` that count, divided by the step's token count, so that the micro-batches of one step add
 * up to a plain mean. Used for entropy (nats per token) and for the share of tokens the model would have guessed.
 * @param rows [sequence][target]
 */
export function tokenMean(rows: readonly Float64Array[], totalTokens: number, mask?: TokenMask): number {
  return (
    rows.reduce((total, row, i) => total + sum(mask ? row.filter((_, t) => counts(mask, i, t)) : row), 0) / totalTokens
  );
}

/** `min_reward`, `clip_ratio/low_min`: names whose parts are a minimum or maximum do not add up. */
const EXTREME = /(?:^|[/_])(min|max)(?:[/_]|$)/;

/** Adds every metric of `part` to `total`; of those named min or max it keeps the least or greatest. */
export function addMetrics(total: Record<string, number>, part: Record<string, number>): void {
  for (const [name, value] of Object.entries(part)) {
    const before = total[name];
    const extreme = EXTREME.exec(name)?.[1] as "min" | "max" | undefined;
    total[name] = extreme ? Math[extreme](before ?? value, value) : (before ?? 0) + value;
  }
}
