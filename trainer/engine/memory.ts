/** How much memory a micro-batch's activations take, and how many rows may therefore run together. */

import type { ModelConfig } from "./contract.ts";

export interface MemoryPlan {
  /** Activations that may exist at a time. */
  activationBytes: number;
  /** Tokens that run together at most, padding included; more make nothing faster. */
  tokensTogether: number;
  /** Whether blocks are computed again in the backward pass instead of kept; "auto": where one row would not fit. */
  checkpointing: "auto" | "always" | "never";
}

interface Shape {
  rows: number;
  length: number;
  checkpointed: boolean;
}

const BYTES = 4; // everything is float32

/**
 * About what the backward pass needs from the forward pass: with checkpointing the input of every block and all of one
 * block, without it all of every block.
 */
export function activationBytes(config: ModelConfig, { rows, length, checkpointed }: Shape): number {
  const { layers, width, heads, kvHeads, headWidth, feedForward } = config;
  const attention = 4 * heads * headWidth + 4 * kvHeads * headWidth + heads * length;
  const block = 4 * width + attention + 4 * feedForward;
  const perToken = (checkpointed ? layers * width + block : layers * block) + 4 * width;
  return rows * length * perToken * BYTES;
}

/** How rows of this length run: how many together (at least one, or nothing would ever run), and whether checkpointed. */
export function planRows(config: ModelConfig, length: number, memory: MemoryPlan) {
  const fitting = (checkpointed: boolean) =>
    Math.floor(memory.activationBytes / activationBytes(config, { rows: 1, length, checkpointed }));
  const checkpointed = memory.checkpointing === "always" || (memory.checkpointing === "auto" && fitting(false) === 0);
  const most = Math.min(fitting(checkpointed), Math.floor(memory.tokensTogether / length));
  return { most: Math.max(1, most), checkpointed };
}
