/** The training engine's contract: what the methods may ask of it and what tensors never leave it. */

export { HEAD } from "../../server/gguf/lora.ts";

export type Architecture = "llama" | "qwen2" | "qwen3";

/** Shape of a base model, read from its GGUF metadata. Widths are in elements. */
export interface ModelConfig {
  architecture: Architecture;
  layers: number;
  width: number;
  heads: number;
  kvHeads: number;
  headWidth: number;
  feedForward: number;
  vocabulary: number;
  contextLength: number;
  ropeTheta: number;
  rmsEpsilon: number;
  /** The output head is the token embedding transposed. */
  tiedEmbeddings: boolean;
}

/** Name under which an engine holds an adapter; `null` in `Use` is the base model with every adapter off. */
export type AdapterName = string;

/**
 * One row of token ids with the positions whose log-probability is wanted.
 * A target position t (1 ≤ t < tokens.length) asks for log p(tokens[t] | tokens[0..t-1]).
 */
export interface TokenSequence {
  /** [T] */
  tokens: Int32Array;
  /** Ascending positions into `tokens`, [targets]; never 0. May be empty where `readouts` are given. */
  targets: Int32Array;
  /**
   * Ascending positions at which the adapter's scalar head is read, [readouts]: position t asks for the head of the
   * hidden state after tokens[0..t]. A reward is read at the reply's last token, V(s) of target t at position t − 1.
   * Needs an adapter with a head.
   */
  readouts?: Int32Array;
  /**
   * Packing: example number of every token, [T], ascending from 0. Attention is block-diagonal per example and
   * positions restart at 0. Absent: the row is one example. A target must not be the first token of its example.
   */
  examples?: Int32Array;
}

export type TokenBatch = readonly TokenSequence[];

/** What one forward pass tells, [sequence][target]; log-probabilities and entropies in nats. */
export interface Forward {
  logProbs: Float64Array[];
  /** Entropy of the whole next-token distribution. */
  entropy: Float64Array[];
  /** 1 where the target was the most likely token, else 0. */
  correct: Float64Array[];
  /** Of the scalar head, [sequence][readout]; empty rows where nothing was asked for. */
  values: Float64Array[];
}

/** Derivatives of the loss with respect to a forward pass. */
export interface Upstream {
  /** dLoss/dlogProb, the shape of `Forward.logProbs`. */
  logProbs: Float64Array[];
  /** dLoss/dvalue, the shape of `Forward.values`; absent: the head gets no gradient. */
  values?: Float64Array[];
}

/** How a training pass differs from the model as it is served. */
export interface PassOptions {
  /**
   * NEFTune (Jain et al. 2023): uniform noise in ±alpha/√(T·D) on every token embedding, T tokens of the example and D
   * the model's width; equal for equal seeds.
   */
  noise?: { alpha: number; seed: number };
}

export type Metrics = Record<string, number>;

/** A pure function from log-probabilities to the gradient with respect to them, and figures for the log. */
export type Objective = (forward: Forward) => { upstream: Upstream; metrics: Metrics };

export interface Use {
  /** Adapter that is switched on; `null` is the bare base. In full-parameter mode `null` trains the base weights. */
  adapter: AdapterName | null;
}

/**
 * What an adapter changes.
 * - `lora`: adds (alpha / rank)·B·A to linear layers (Hu et al. 2021). The only kind that llama.cpp serves.
 * - `prompt`: `rank` trained token embeddings before every example (Lester et al. 2021).
 * - `prefix`: `rank` trained keys and values before every example, in every block (Li & Liang 2021).
 * - `bottleneck`: x + U·silu(D·x) of width `rank` behind attention and feed-forward of every block (Houlsby et al. 2019).
 */
export const ADAPTER_KINDS = ["lora", "prompt", "prefix", "bottleneck"] as const;
export type AdapterKind = (typeof ADAPTER_KINDS)[number];

export interface AdapterConfig {
  /** Default `lora`. */
  kind?: AdapterKind;
  /** LoRA's rank, the virtual tokens of prompt and prefix, the width of the bottleneck. */
  rank: number;
  /** LoRA scales its update by alpha / rank; the other kinds do not use it. */
  alpha: number;
  /** LoRA only: subset of the seven linear layers; default all of them. */
  targets?: readonly LinearLayer[];
  /** Adds a scalar head on the last hidden state, from zero; its output is `Forward.values`. */
  head?: boolean;
}

/** The seven linear layers of a block by their GGUF name (`blk.N.<name>.weight`). */
export const LINEAR_LAYERS = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] as const;
export type LinearLayer = (typeof LINEAR_LAYERS)[number];

export interface AdamWHyper {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled; applied to matrices only. */
  weightDecay: number;
  /** Global gradient norm is scaled down to this; Infinity switches clipping off. */
  clipNorm: number;
}

/** A named f32 tensor in GGUF's layout: `data` is row-major over `shape` (outermost first), [out, in] for a matrix. */
export interface NamedTensor {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/**
 * Everything an adapter is. Tensors by kind:
 * - `lora`: `blk.N.<linear>.weight.lora_a` [rank, in] and `.lora_b` [out, rank]
 * - `prompt`: `prompt.weight` [rank, D]
 * - `prefix`: `blk.N.prefix_k.weight` and `blk.N.prefix_v.weight` [rank, kvHeads·headWidth], keys as they are after rotation
 * - `bottleneck`: `blk.N.<attn|ffn>_down.weight` [rank, D] and `blk.N.<attn|ffn>_up.weight` [D, rank], both prefixed `adapter.`
 * - any: `HEAD` where it has one
 */
export interface AdapterWeights {
  kind: AdapterKind;
  rank: number;
  alpha: number;
  tensors: NamedTensor[];
}

/** Everything needed to go on exactly where a run stood: weights in f32, both AdamW moments, and the step count. */
export interface OptimiserSnapshot {
  step: number;
  weights: NamedTensor[];
  firstMoment: NamedTensor[];
  secondMoment: NamedTensor[];
}

/**
 * One frozen base and any number of named adapters over one copy of its weights; in full-parameter mode, one
 * trainable base. Every method checks ids, lengths and shapes first and throws EngineError with a sentence.
 */
export interface Engine {
  readonly config: ModelConfig;
  /** Which implementation and device runs, e.g. `tfjs→onnx cpu (2 threads)`; logged with the reason it was chosen. */
  readonly description: string;

  /** Log-probabilities, no gradient. Rows are bucketed and split by the engine; the result keeps the batch's order. */
  forward(batch: TokenBatch, use: Use): Promise<Forward>;
  /**
   * Forward, `objective`, backward into the adapter of `use` (or the base in full-parameter mode). Gradients add up
   * until `step`. The engine may recompute activations, but `objective` is called exactly once, on the whole batch.
   */
  accumulate(batch: TokenBatch, use: Use, objective: Objective, options?: PassOptions): Promise<Metrics>;
  /**
   * As `accumulate` where dLoss/dlogProb is known beforehand (SFT, pretraining): saves one forward pass.
   * Returns the log-probabilities met on the way.
   */
  accumulateKnown(batch: TokenBatch, use: Use, upstream: Upstream, options?: PassOptions): Promise<Forward>;
  /** Clips the summed gradient by its global norm, one AdamW step on what `accumulate` touched, clears gradients. */
  step(hyper: AdamWHyper): Promise<{ gradNorm: number }>;
  /** Throws the gradients accumulated since the last step away. */
  discard(): void;

  /**
   * New adapter, drawn from `seed`. LoRA: A ~ U(−1/√in, 1/√in) (PEFT: kaiming_uniform with a = √5), B = 0.
   * Prompt: embeddings of vocabulary tokens; prefix: small normals; bottleneck: up = 0. A head begins at 0.
   */
  createAdapter(name: AdapterName, config: AdapterConfig, seed: number): void;
  /** @param head adds a head at 0 where the weights bring none */
  loadAdapter(name: AdapterName, weights: AdapterWeights, options?: { head?: boolean }): void;
  /** A copy in f32; also how an adapter is exported. */
  exportAdapter(name: AdapterName): AdapterWeights;
  dropAdapter(name: AdapterName): void;

  /** Full-parameter mode only: the base weights as they stand, under their GGUF names. */
  exportBase(): NamedTensor[];

  snapshot(use: Use): OptimiserSnapshot;
  restore(use: Use, snapshot: OptimiserSnapshot): void;
  close(): Promise<void>;
}

/** Bad input to an engine: what was expected, what was found, what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
