/** Reads tests/golden and compares numbers with it. */

import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";

/** Far below what is promised (1e-6), so that a formula that is only nearly right shows. */
const RELATIVE = 1e-9;
/** Below this, two numbers are both rounding errors of zero. */
const NOTHING = 1e-14;

export type Rows = number[][];
export type Halves<T> = { chosen: T; rejected: T };

/** A file of tests/golden; `Case` is what its generator wrote. */
export function golden<Case, Rest = unknown>(name: string): Rest & { source: string; cases: Case[] } {
  return JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../../golden", `${name}.json`), "utf8"));
}

export const arrays = (rows: Rows): Float64Array[] => rows.map((row) => Float64Array.from(row));
export const sums = (rows: Rows): Float64Array => Float64Array.from(rows, (row) => row.reduce((a, b) => a + b, 0));
export const lengthsOf = ({ chosen, rejected }: Halves<Rows>): Halves<number[]> => ({
  chosen: chosen.map(({ length }) => length),
  rejected: rejected.map(({ length }) => length),
});

/** The gradient of a sum belongs to each of its tokens. */
export const spread = (ofSums: Float64Array, rows: Rows): Rows => rows.map((row, i) => row.map(() => ofSums[i]!));

/** Expects equality to nine digits, through arrays and records. */
export function expectAgreement(found: unknown, expected: unknown, at = ""): void {
  if (typeof expected !== "number") {
    expect(Object.keys(found as object), at).toEqual(expect.arrayContaining(Object.keys(expected as object)));
    if (Array.isArray(expected)) expect((found as ArrayLike<unknown>).length, at).toBe(expected.length);
    for (const [key, value] of Object.entries(expected as object))
      expectAgreement((found as Record<string, unknown>)[key], value, `${at}/${key}`);
    return;
  }
  const scale = Math.max(Math.abs(found as number), Math.abs(expected));
  const close = Math.abs((found as number) - expected) <= NOTHING + RELATIVE * scale;
  expect(close, `${at}: expected ${expected}, found ${found}`).toBe(true);
}
