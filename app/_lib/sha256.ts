// SHA-256 as FIPS 180-4 describes it, fed piece by piece.

const BLOCK_BYTES = 64;

/** The first 32 bits of the fractional parts of the roots of the first primes, as the standard defines its constants. */
function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const constants = new Uint32Array(count);
  let found = 0;
  for (let candidate = 2; found < count; candidate++) {
    let prime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false;
    if (prime) constants[found++] = (root(candidate) % 1) * 2 ** 32;
  }
  return constants;
}

const INITIAL = fractions(8, Math.sqrt);
const ROUND = fractions(64, Math.cbrt);

const rotated = (word: number, by: number) => (word >>> by) | (word << (32 - by));

export class Sha256 {
  readonly #state = INITIAL.slice();
  readonly #schedule = new Uint32Array(64);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #held = 0;
  #bytes = 0;

  update(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    let from = 0;
    if (this.#held > 0) {
      from = Math.min(bytes.length, BLOCK_BYTES - this.#held);
      this.#block.set(bytes.subarray(0, from), this.#held);
      this.#held += from;
      if (this.#held < BLOCK_BYTES) return;
      this.#compress(this.#block, 0);
      this.#held = 0;
    }
    for (; from + BLOCK_BYTES <= bytes.length; from += BLOCK_BYTES) this.#compress(bytes, from);
    this.#block.set(bytes.subarray(from));
    this.#held = bytes.length - from;
  }

  /** Ends it; nothing may be added afterwards. */
  hex(): string {
    const bytes = this.#bytes;
    const padding = new Uint8Array((this.#held < 56 ? 56 : 120) - this.#held + 8);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bytes / 2 ** 29));
    view.setUint32(padding.length - 4, (bytes * 8) >>> 0);
    this.update(padding);
    return [...this.#state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  #compress(bytes: Uint8Array, from: number): void {
    const w = this.#schedule;
    for (let i = 0; i < 16; i++) {
      const at = from + 4 * i;
      w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
    for (let i = 16; i < 64; i++) {
      const [early, late] = [w[i - 15]!, w[i - 2]!];
      const s0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
      const s1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
      w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
    }
    const state = this.#state;
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i]! + w[i]!) | 0;
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = state[i]! + word;
  }
}
