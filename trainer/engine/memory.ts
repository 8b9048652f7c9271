/** How much memory a micro-batch's activations take, and how many rows may therefore run together. */

import type { ModelConfig } from "./contract.ts";

export interface MemoryPlan {
  /** Activations that may exist at a time. */
  activationBytes: number;
  /** Tokens that run together at most, padding included; more make nothing faster. */
  tokensTogether: number;
}

const BYTES = 4; // everything is float32

/** About what the backward pass of `rows` rows of `length` tokens needs from the forward pass. */
export function activationBytes(config: ModelConfig, { rows, length }: { rows: number; length: number }): number {
  const { layers, width, heads, kvHeads, headWidth, feedForward } = config;
  const attention = 4 * heads * headWidth + 4 * kvHeads * headWidth + heads * length;
  const perToken = layers * (4 * width + attention + 4 * feedForward) + 4 * width;
  return rows * length * perToken * BYTES;
}

/** Rows of this length that may run together; at least one, or nothing would ever run. */
export function rowsTogether(config: ModelConfig, length: number, memory: MemoryPlan): number {
  const byMemory = Math.floor(memory.activationBytes / activationBytes(config, { rows: 1, length }));
  return Math.max(1, Math.min(byMemory, Math.floor(memory.tokensTogether / length)));
}
