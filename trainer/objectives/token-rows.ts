/** Ragged rows of numbers per token, and the masks that say which of them count. */

import { ObjectiveError } from "./numeric.ts";

/** Numbers per completion token, [sequence][token]; rows may differ in length, so there is no padding. */
export type TokenRows = readonly Float64Array[];

/**
 * 1 where a token counts, 0 where not, [sequence][token]: tokens after a stop, tokens the policy did not write, or a whole
 * truncated reply. Absent, every token counts.
 */
export type TokenMask = readonly Uint8Array[];

/** Whether token `t` of row `i` counts. */
export function counts(mask: TokenMask | undefined, i: number, t: number): boolean {
  return mask === undefined || mask[i]![t] === 1;
}

/** Tokens that count, over all rows. */
export function countTokens(rows: TokenRows, mask?: TokenMask): number {
  let total = 0;
  for (let i = 0; i < rows.length; i++) total += countRow(rows, i, mask);
  return total;
}

/** Tokens of row `i` that count. */
export function countRow(rows: TokenRows, i: number, mask?: TokenMask): number {
  if (!mask) return rows[i]!.length;
  return mask[i]!.reduce((total, one) => total + one, 0);
}

/** Throws unless all of `others` and the mask have the shape of `rows`. */
export function checkRows(rows: TokenRows, others: Record<string, TokenRows | TokenMask | undefined>): void {
  for (const [name, other] of Object.entries(others)) {
    if (!other) continue;
    if (other.length !== rows.length)
      throw new ObjectiveError(`Expected ${rows.length} rows of ${name}, found ${other.length}.`);
    for (const [i, row] of rows.entries()) {
      if (other[i]!.length !== row.length)
        throw new ObjectiveError(`Expected ${row.length} tokens in row ${i} of ${name}, found ${other[i]!.length}.`);
    }
  }
}

/** Throws unless `total`, a normaliser over the whole step, is a finite number above 0. */
export function checkTotal(name: string, total: number): void {
  if (!(total > 0 && Number.isFinite(total)))
    throw new ObjectiveError(
      `Expected ${name} of the step above 0, found ${total}: every token is masked out. Skip the step.`,
    );
}
