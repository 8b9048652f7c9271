/** Seeded random numbers whose whole state can be written down and picked up again. */

/** The four 32-bit words of xoshiro128**. */
export type RandomState = readonly [number, number, number, number];

const rotateLeft = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits));

/**
 * xoshiro128** 1.1 (Blackman and Vigna 2018), seeded through SplitMix32 so that neighbouring seeds are unrelated.
 * Not for secrets.
 */
export class Random {
  #state: [number, number, number, number];

  /** From a seed (any integer; its low 32 bits count) or from a state that `state` gave. */
  constructor(from: number | RandomState) {
    this.#state = typeof from === "number" ? seeded(from) : [...from];
  }

  get state(): RandomState {
    return [...this.#state];
  }

  /** Uniform in 0 … 2³²−1. */
  uint32(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    this.#state = s.map((word) => word >>> 0) as [number, number, number, number];
    return result;
  }

  /** Uniform integer in 0 … bound−1, without the bias of a bare remainder. */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % bound;
    }
  }

  /** A new array in random order (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}

function seeded(seed: number): [number, number, number, number] {
  let counter = seed | 0;
  const next = () => {
    counter = (counter + 0x9e3779b9) | 0;
    let z = counter;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  return [next(), next(), next(), next()];
}
