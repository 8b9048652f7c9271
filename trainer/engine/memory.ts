/** How much memory a micro-batch's activations take, and how many rows may therefore run together. */

import { activationBytes } from "../../server/domain/run-config/memory.ts";
import type { ModelConfig } from "./contract.ts";

export { activationBytes };

export interface MemoryPlan {
  /** Activations that may exist at a time. */
  activationBytes: number;
  /** Tokens that run together at most, padding included; more make nothing faster. */
  tokensTogether: number;
  /** Whether blocks are computed again in the backward pass instead of kept; "auto": where one row would not fit. */
  checkpointing: "auto" | "always" | "never";
}

/** How rows of this length run: how many together (at least one, or nothing would ever run), and whether checkpointed. */
export function planRows(config: ModelConfig, length: number, memory: MemoryPlan) {
  const fitting = (checkpointed: boolean) =>
    Math.floor(memory.activationBytes / activationBytes(config, { rows: 1, length, checkpointed }));
  const checkpointed = memory.checkpointing === "always" || (memory.checkpointing === "auto" && fitting(false) === 0);
  const most = Math.min(fitting(checkpointed), Math.floor(memory.tokensTogether / length));
  return { most: Math.max(1, most), checkpointed };
}
