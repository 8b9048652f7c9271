/** Rotary position embedding: its tables of cosines and sines, and the two ways in which pairs are laid out. */

import type { ModelConfig } from "../contract.ts";

/**
 * The matrix [d, d] that turns every pair by 90°: x @ turn is (−second, first) of each pair. GGUF's `llama` rotates
 * neighbours (2i, 2i+1), `qwen2` and `qwen3` rotate halves (i, i + d/2).
 */
function turnMatrix({ architecture, headWidth }: ModelConfig): Float32Array {
  const turn = new Float32Array(headWidth * headWidth);
  for (let pair = 0; pair < headWidth / 2; pair++) {
    const [first, second] = pairOf(architecture, headWidth, pair);
    turn[second * headWidth + first] = -1;
    turn[first * headWidth + second] = 1;
  }
  return turn;
}

/** Cosine and sine of every position and element, [positions, d] each; grown to the longest row seen. */
export class RotaryTables {
  readonly turn: Float32Array;
  cos = new Float32Array(0);
  sin = new Float32Array(0);

  /** Llama 3 stretches long wavelengths by a factor per pair: `frequencyFactors` [d/2]. */
  constructor(
    readonly config: ModelConfig,
    readonly frequencyFactors?: Float32Array,
  ) {
    this.turn = turnMatrix(config);
  }

  /** Makes sure that positions 0 … length − 1 are there. A model's whole context could be a gigabyte of cosines. */
  cover(length: number): void {
    const { architecture, headWidth, ropeTheta } = this.config;
    if (this.cos.length >= length * headWidth) return;
    this.cos = new Float32Array(length * headWidth);
    this.sin = new Float32Array(length * headWidth);
    for (let pair = 0; pair < headWidth / 2; pair++) {
      const frequency = ropeTheta ** ((-2 * pair) / headWidth) / (this.frequencyFactors?.[pair] ?? 1);
      for (let position = 0; position < length; position++) {
        for (const element of pairOf(architecture, headWidth, pair)) {
          this.cos[position * headWidth + element] = Math.cos(position * frequency);
          this.sin[position * headWidth + element] = Math.sin(position * frequency);
        }
      }
    }
  }
}

function pairOf(architecture: ModelConfig["architecture"], headWidth: number, pair: number): [number, number] {
  return architecture === "llama" ? [2 * pair, 2 * pair + 1] : [pair, pair + headWidth / 2];
}
