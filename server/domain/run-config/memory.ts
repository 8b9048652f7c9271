/** About how much memory training takes, from the widths of the model: for the engine's plan and for predictions. */

import type { Tuning } from "./methods.ts";

/** The widths that estimates need; a part of the engine's ModelConfig. */
export interface ModelShape {
  layers: number;
  width: number;
  heads: number;
  kvHeads: number;
  headWidth: number;
  feedForward: number;
  vocabulary: number;
  tiedEmbeddings: boolean;
}

const BYTES = 4; // everything is float32

/**
 * About what the backward pass needs from the forward pass: with checkpointing the input of every block and all of one
 * block, without it all of every block.
 */
export function activationBytes(
  shape: ModelShape,
  { rows, length, checkpointed }: { rows: number; length: number; checkpointed: boolean },
): number {
  const { layers, width, heads, kvHeads, headWidth, feedForward } = shape;
  const attention = 4 * heads * headWidth + 4 * kvHeads * headWidth + heads * length;
  const block = 4 * width + attention + 4 * feedForward;
  const perToken = (checkpointed ? layers * width + block : layers * block) + 4 * width;
  return rows * length * perToken * BYTES;
}

/** Weights of a Llama-like transformer in its matrices; the norms' few thousand are left out. */
export function countParameters(shape: ModelShape): number {
  const { width, feedForward, heads, kvHeads, headWidth } = shape;
  const attention = 2 * width * heads * headWidth + 2 * width * kvHeads * headWidth;
  const embeddings = shape.vocabulary * width * (shape.tiedEmbeddings ? 1 : 2);
  return embeddings + shape.layers * (attention + 3 * width * feedForward);
}

/** Weights that are trained: of the adapter, or all of the model's. */
export function countTrained(
  shape: ModelShape,
  { tuning, rank, targets }: { tuning: Tuning; rank: number; targets: readonly string[] },
): number {
  const { layers, width, heads, kvHeads, headWidth, feedForward } = shape;
  const [query, keys] = [heads * headWidth, kvHeads * headWidth];
  const sides: Record<string, number> = {
    attn_q: width + query,
    attn_k: width + keys,
    attn_v: width + keys,
    attn_output: query + width,
    ffn_gate: width + feedForward,
    ffn_up: width + feedForward,
    ffn_down: feedForward + width,
  };
  const perLayer = targets.reduce((total, target) => total + (sides[target] ?? 0), 0);
  switch (tuning) {
    case "lora":
      return layers * rank * perLayer;
    case "prompt":
      return rank * width;
    case "prefix":
      return layers * 2 * rank * keys;
    case "bottleneck":
      return layers * 4 * rank * width;
    case "full":
      return countParameters(shape);
  }
}

/** The engine keeps activations within this unless one row alone needs more. */
const ACTIVATION_BYTES = 2 ** 30;
/** AdamW: the gradient and both moments of every trained weight. */
const BYTES_PER_TRAINED = 3 * BYTES;

/**
 * Node, its libraries and ONNX Runtime's own buffers: what was left of the measured peaks of the starter (0.6 to 0.7 GB at
 * 16×128 tokens) and of 135 million weights (1.9 GB at 2×256) when all the rest was taken off.
 */
const PROCESS_BYTES = 400e6;
/** The same of a process that only samples: 0.2 GB were measured with the starter in it. */
export const SAMPLER_BYTES = 200e6;

/**
 * About what a training run takes at its peak: the process, the base in float32, the trained weights with their optimiser,
 * and the activations of one micro-batch. A private sampler has its own copy of the base, half-precision here.
 */
export function trainingBytes(
  shape: ModelShape,
  settings: { tuning: Tuning; rank: number; targets: readonly string[] },
  { rows, length, samples }: { rows: number; length: number; samples: boolean },
): number {
  const weights = countParameters(shape);
  const trained = countTrained(shape, settings);
  const whole = settings.tuning === "full";
  const oneRow = activationBytes(shape, { rows: 1, length, checkpointed: true });
  const kept = Math.min(
    activationBytes(shape, { rows, length, checkpointed: false }),
    Math.max(ACTIVATION_BYTES, oneRow),
  );
  return Math.round(
    weights * BYTES +
      trained * (BYTES_PER_TRAINED + (whole ? 0 : BYTES)) +
      kept +
      PROCESS_BYTES +
      (samples ? weights * 2 + SAMPLER_BYTES : 0),
  );
}
