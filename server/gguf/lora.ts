/** A LoRA adapter in memory, as files of every layout hold it. */

import type { NamedTensor } from "./write-model.ts";

/** Name of the scalar head among an adapter's tensors, [1, D]; it has no bias. */
export const HEAD = "head.weight";

/** Adds (alpha / rank)·B·A to linear layers (Hu et al. 2021). */
export interface LoraWeights {
  rank: number;
  alpha: number;
  /** `blk.N.<linear>.weight.lora_a` [rank, in] and `.lora_b` [out, rank], and of reward models the head. */
  tensors: NamedTensor[];
}

export const hasHead = ({ tensors }: { tensors: readonly NamedTensor[] }): boolean =>
  tensors.some(({ name }) => name === HEAD);
