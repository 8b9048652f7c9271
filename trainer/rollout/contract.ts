/** Sampling replies while a run trains: what methods may ask of the process that does it. */

import type { TokenisedPrompt } from "../data/example.ts";
import type { AdapterWeights } from "../engine/contract.ts";

/** A reply as it was sampled. */
export interface Rollout {
  /** [T] */
  prompt: Int32Array;
  /** [C], the end token included where there is one. */
  completion: Int32Array;
  /** Without the end token. */
  text: string;
  /** It ended by itself instead of being cut at the limit. */
  ended: boolean;
}

export interface SampleOptions {
  /** Replies to every prompt. */
  count: number;
  /** Tokens of a reply at most. */
  maxTokens: number;
  /** 0 is greedy. Nothing is cut off the distribution. */
  temperature: number;
  /** Equal seeds, weights and prompts give equal replies. */
  seed: number;
  signal?: AbortSignal;
}

/** A private inference process on the run's base model; nobody else's replies pass through it. */
export interface Rollouts {
  /** Replies come from these weights from now on; null is the bare base. LoRA only. */
  use(weights: AdapterWeights | null): Promise<void>;
  /** [prompt][count] */
  sample(prompts: readonly TokenisedPrompt[], options: SampleOptions): Promise<Rollout[][]>;
  close(): Promise<void>;
}
