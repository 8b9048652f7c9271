/** Intervals by resampling (Efron 1979), with a seed: the same data gives the same interval on every machine. */

import { breathing } from "../breathe.ts";
import type { Estimate } from "../views.ts";

/** Numbers from 0 to below 1: mulberry32, 32 bits of state, good enough to draw samples. Not for secrets. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ROUNDS = 400;

/**
 * The estimate on the units, with the 2.5 and 97.5 percentiles of the estimates on `rounds` samples of as many units drawn with
 * repetition. Null where the estimate is; samples without one are passed over.
 * @param units what is independent of each other: tasks, not the ratings within one
 */
export async function bootstrap<Unit>(
  units: readonly Unit[],
  estimate: (sample: readonly Unit[]) => number | null,
  { rounds = ROUNDS, seed = 1 } = {},
): Promise<Estimate | null> {
  const value = estimate(units);
  if (value === null) return null;
  const random = seededRandom(seed);
  const breathe = breathing();
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const again = estimate(units.map(() => units[Math.floor(random() * units.length)]!));
    if (again !== null) found.push(again);
    await breathe();
  }
  return { value, ...percentiles(found, value) };
}

/** The 2.5 and 97.5 percentiles, stretched to hold the value itself. */
export function percentiles(found: readonly number[], value: number): { low: number; high: number } {
  const sorted = [...found].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? value;
  return { low: Math.min(value, at(0.025)), high: Math.max(value, at(0.975)) };
}
