/** Rotary position embedding: its tables of cosines and sines, and the two ways in which pairs are laid out. */

import type { ModelConfig } from "../contract.ts";

/**
 * The matrix [d, d] that turns every pair by 90°: x @ turn is (−second, first) of each pair. GGUF's `llama` rotates
 * neighbours (2i, 2i+1), `qwen2` and `qwen3` rotate halves (i, i + d/2).
 */
export function turnMatrix({ architecture, headWidth }: ModelConfig): Float32Array {
  const turn = new Float32Array(headWidth * headWidth);
  for (let pair = 0; pair < headWidth / 2; pair++) {
    const [first, second] = pairOf(architecture, headWidth, pair);
    turn[second * headWidth + first] = -1;
    turn[first * headWidth + second] = 1;
  }
  return turn;
}

/** Cosine and sine of every position and element, each [contextLength, d] as far as `positions` reaches. */
export function rotaryTables(config: ModelConfig, positions: number, frequencyFactors?: Float32Array) {
  const { architecture, headWidth, ropeTheta } = config;
  const cos = new Float32Array(positions * headWidth);
  const sin = new Float32Array(positions * headWidth);
  for (let pair = 0; pair < headWidth / 2; pair++) {
    // Llama 3 stretches long wavelengths by a factor per pair (tensor rope_freqs.weight).
    const frequency = ropeTheta ** ((-2 * pair) / headWidth) / (frequencyFactors?.[pair] ?? 1);
    for (let position = 0; position < positions; position++) {
      for (const element of pairOf(architecture, headWidth, pair)) {
        cos[position * headWidth + element] = Math.cos(position * frequency);
        sin[position * headWidth + element] = Math.sin(position * frequency);
      }
    }
  }
  return { cos, sin };
}

function pairOf(architecture: ModelConfig["architecture"], headWidth: number, pair: number): [number, number] {
  return architecture === "llama" ? [2 * pair, 2 * pair + 1] : [pair, pair + headWidth / 2];
}
