/** The transformer of llama, qwen2 and qwen3, in TensorFlow.js: embedded tokens in, last hidden states out. */

import type { Branch } from "../adapter-shape.ts";
import type { LinearLayer, ModelConfig } from "../contract.ts";
import {
  attention,
  bottleneck,
  type Linear,
  linear,
  type Rotation,
  rmsNorm,
  rotate,
  swiglu,
  withPrefix,
} from "./ops.ts";
import { type Tensor, tf } from "./tf.ts";

/** Where the model finds its tensors. The engine decides what is frozen, what is trained and what has an adapter. */
export interface Parameters {
  linear(block: number, layer: LinearLayer): Linear;
  /** Gain of an RMSNorm by its GGUF name. */
  gain(name: string): Tensor;
  /** Trained keys and values before every example, [P, K·d] each. */
  prefix(block: number): { keys: Tensor; values: Tensor } | null;
  /** Matrices of the bottleneck at the end of a branch, down [R, D] and up [D, R]. */
  bottleneck(block: number, branch: Branch): { down: Tensor; up: Tensor } | null;
  /** Full-parameter mode: gains get gradients too. */
  trainable: boolean;
}

export interface Positions extends Rotation {
  /** [B, 1, T, S], S = T and the prefix before it: 0 where a token may look, −1e9 where it may not. */
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

/**
 * One block: x + attention(norm(x)), then x + feedForward(norm(x)); [B·T, D] → [B·T, D]. A bottleneck stands inside the
 * residual branch, behind its output projection and before the sum (Houlsby et al. 2019, figure 2).
 */
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

  const adapted = (branch: Branch, output: Tensor) => {
    const matrices = parameters.bottleneck(block, branch);
    return matrices ? bottleneck(output, matrices) : output;
  };

  const prefix = parameters.prefix(block);
  const attended = selfAttention(config, norm(x, "attn_norm"), positions, { project, norm, prefix });
  const middle = tf.add(x, adapted("attn", project(attended, "attn_output")));

  const normal = norm(middle, "ffn_norm");
  const inner = swiglu(project(normal, "ffn_gate"), project(normal, "ffn_up")); // [B·T, F]
  return tf.add(middle, adapted("ffn", project(inner, "ffn_down")));
}

interface AttentionParts {
  project(input: Tensor, layer: LinearLayer): Tensor;
  norm(input: Tensor, name: string): Tensor;
  prefix: ReturnType<Parameters["prefix"]>;
}

/** Causal attention within each example: [B·T, D] → [B·T, H·d]. K key heads, each shared by G = H/K query heads. */
function selfAttention(
  { architecture, heads, kvHeads, headWidth }: ModelConfig,
  x: Tensor,
  { mask, ...rotation }: Positions,
  { project, norm, prefix }: AttentionParts,
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

  const queries = tf.reshape(q, [batch * kvHeads, group * length, headWidth]); // query head h belongs to key head ⌊h/G⌋
  const keys = tf.reshape(k, [batch * kvHeads, length, headWidth]);
  const values = tf.reshape(v, [batch * kvHeads, length, headWidth]);
  const mixed = prefix
    ? attention(queries, withPrefix(keys, prefix.keys), withPrefix(values, prefix.values), mask)
    : attention(queries, keys, values, mask);
  const byToken = tf.transpose(tf.reshape(mixed, [batch, heads, length, headWidth]), [0, 2, 1, 3]);
  return tf.reshape(byToken, [batch * length, heads * headWidth]);
}
