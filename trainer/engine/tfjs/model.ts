/** The transformer of llama, qwen2 and qwen3, in TensorFlow.js: embedded tokens in, last hidden states out. */

import type { LinearLayer, ModelConfig } from "../contract.ts";
import { attention, type Linear, linear, type Rotation, rmsNorm, rotate, swiglu } from "./ops.ts";
import { type Tensor, tf } from "./tf.ts";

/** Where the model finds its tensors. The engine decides what is frozen, what is trained and what has an adapter. */
export interface Parameters {
  linear(block: number, layer: LinearLayer): Linear;
  /** Gain of an RMSNorm by its GGUF name. */
  gain(name: string): Tensor;
  /** Full-parameter mode: gains get gradients too. */
  trainable: boolean;
}

export interface Positions extends Rotation {
  /** [B, 1, T, T]: 0 where a token may look, −1e9 where it may not. */
  mask: Tensor;
}

/** B rows of T tokens, embedded [B·T, D] → hidden states after the last norm [B·T, D]. */
export function hiddenStates(
  config: ModelConfig,
  embedded: Tensor,
  runBlock: (block: number, x: Tensor) => Tensor,
  { gain, trainable }: Parameters,
): Tensor {
  let x = embedded;
  for (let block = 0; block < config.layers; block++) x = runBlock(block, x);
  return rmsNorm(x, gain("output_norm.weight"), config.rmsEpsilon, trainable);
}

/** One block: x + attention(norm(x)), then x + feedForward(norm(x)); [B·T, D] → [B·T, D]. */
export function transformerBlock(
  config: ModelConfig,
  block: number,
  x: Tensor,
  positions: Positions,
  parameters: Parameters,
): Tensor {
  const norm = (input: Tensor, name: string) =>
    rmsNorm(input, parameters.gain(`blk.${block}.${name}.weight`), config.rmsEpsilon, parameters.trainable);
  const project = (input: Tensor, layer: LinearLayer) => linear(input, parameters.linear(block, layer));

  const attended = selfAttention(config, norm(x, "attn_norm"), positions, project, norm);
  const middle = tf.add(x, project(attended, "attn_output"));

  const normal = norm(middle, "ffn_norm");
  const inner = swiglu(project(normal, "ffn_gate"), project(normal, "ffn_up")); // [B·T, F]
  return tf.add(middle, project(inner, "ffn_down"));
}

/** Causal attention within each example: [B·T, D] → [B·T, H·d]. K key heads, each shared by G = H/K query heads. */
function selfAttention(
  { architecture, heads, kvHeads, headWidth }: ModelConfig,
  x: Tensor,
  { mask, ...rotation }: Positions,
  project: (input: Tensor, layer: LinearLayer) => Tensor,
  norm: (input: Tensor, name: string) => Tensor,
): Tensor {
  const [batch, , length] = mask.shape as [number, number, number, number];
  const group = heads / kvHeads;

  // Qwen3 normalises every query and key head before it is rotated.
  const headNorm = (input: Tensor, name: string) =>
    architecture === "qwen3" ? norm(tf.reshape(input, [-1, headWidth]), name) : input;
  const byHead = (input: Tensor, count: number) =>
    tf.transpose(tf.reshape(input, [batch, length, count, headWidth]), [0, 2, 1, 3]); // [B, count, T, d]

  const q = rotate(byHead(headNorm(project(x, "attn_q"), "attn_q_norm"), heads), rotation);
  const k = rotate(byHead(headNorm(project(x, "attn_k"), "attn_k_norm"), kvHeads), rotation);
  const v = byHead(project(x, "attn_v"), kvHeads);

  const mixed = attention(
    tf.reshape(q, [batch * kvHeads, group * length, headWidth]), // query head h belongs to key head ⌊h/G⌋
    tf.reshape(k, [batch * kvHeads, length, headWidth]),
    tf.reshape(v, [batch * kvHeads, length, headWidth]),
    mask,
  );
  const byToken = tf.transpose(tf.reshape(mixed, [batch, heads, length, headWidth]), [0, 2, 1, 3]);
  return tf.reshape(byToken, [batch * length, heads * headWidth]);
}
