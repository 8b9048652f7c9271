/** Random choices for the corpus, on top of the trainer's seeded random numbers. */

import { Random } from "../../data/random.ts";

export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.#random.uint32() / 2 ** 32;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** Uniform integer, both ends included. */
  between(low: number, high: number): number {
    return low + this.#random.below(high - low + 1);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)]!;
  }

  shuffled<T>(from: readonly T[]): T[] {
    return this.#random.shuffled(from);
  }

  /** A key of `weights`, with probability in proportion to its value. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries[0]![0];
  }
}

/** A stable 32-bit hash of a text (FNV-1a with a final mix): decides what is held out, the same on every machine. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}
