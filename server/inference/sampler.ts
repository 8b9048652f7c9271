/** Chooses the next token from the model's probabilities: our own arithmetic, so a seed means the same everywhere. */

import type { Sampling } from "./protocol.ts";

/** A sampled token and ln p of it under the model itself, in nats. */
export interface Sampled {
  token: number;
  logProb: number;
}

/** Uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * Chooses among `candidates`, the model's own probabilities (temperature 1) by token id.
 * Cutting comes first, on the model's own probabilities: topK, then topP, then minP; temperature shapes what is left.
 * The same candidates, values and random numbers always choose the same token.
 */
export function sampleToken(candidates: ReadonlyMap<number, number>, sampling: Sampling, random: Random): Sampled {
  // Equal probabilities are ordered by id, since the order they arrive in is the library's affair.
  const sorted = [...candidates].sort(([a, p], [b, q]) => q - p || a - b);
  const top = sorted[0];
  if (!top || !(top[1] > 0))
    throw new RangeError("The model gave no next-token probabilities; its weights are damaged.");
  if (sampling.temperature === 0) return { token: top[0], logProb: Math.log(top[1]) };

  const kept = cut(sorted, sampling);
  // Relative to the most likely token, so that a low temperature cannot underflow all of them.
  const weights = kept.map(([, probability]) => (probability / top[1]) ** (1 / sampling.temperature));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return { token: kept[index]![0], logProb: Math.log(kept[index]![1]) };
  }
  // Rounding can leave a crumb; the last token with any weight takes it.
  const last = weights.findLastIndex((weight) => weight > 0);
  return { token: kept[last]![0], logProb: Math.log(kept[last]![1]) };
}

/** The candidates that topK, topP and minP leave, at least one. `sorted` is most likely first. */
function cut(sorted: [number, number][], { topK, topP, minP }: Sampling): [number, number][] {
  let count = topK === 0 ? sorted.length : Math.min(topK, sorted.length);
  if (topP < 1) {
    let sum = 0;
    const enough = sorted.findIndex(([, probability]) => {
      sum += probability;
      return sum >= topP;
    });
    if (enough >= 0) count = Math.min(count, enough + 1);
  }
  const least = minP * sorted[0]![1];
  while (count > 1 && sorted[count - 1]![1] < least) count--;
  return sorted.slice(0, count);
}

/**
 * Seeded random numbers (the sfc32 generator, 128 bits of state). Any non-negative safe integer is a seed, and
 * neighbouring seeds give unrelated streams.
 */
export function seededRandom(seed: number): Random {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs still show the seed; the state has mixed after a dozen rounds.
  for (let round = 0; round < 16; round++) next();
  return () => next() / 2 ** 32;
}
