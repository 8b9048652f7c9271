/** What attention keeps of a row of tokens: the keys and values of every block, as a decoder's cache holds them. */

import type { ModelConfig, NamedTensor } from "../../../trainer/engine/contract.ts";
import { layOut } from "../../../trainer/engine/layout.ts";
import { type Parameters, type Positions, transformerBlock } from "../../../trainer/engine/tfjs/model.ts";
import { linear, rmsNorm, rotate } from "../../../trainer/engine/tfjs/ops.ts";
import { BATCH } from "../../../trainer/engine/tfjs/programs.ts";
import { RotaryTables } from "../../../trainer/engine/tfjs/rope.ts";
import { type Tensor, tf } from "../../../trainer/engine/tfjs/tf.ts";

/** Keys (after rotation) and values of `tokens` at the positions from 0, as a prefix adapter's tensors [T, K·d]. */
export async function keysAndValues(
  config: ModelConfig,
  weights: readonly NamedTensor[],
  tokens: readonly number[],
): Promise<NamedTensor[]> {
  await tf.setBackend("cpu");
  const { kvHeads, headWidth, rmsEpsilon } = config;
  const length = tokens.length;
  const batch = [{ tokens: Int32Array.from(tokens), targets: new Int32Array(0) }];
  const bucket = { rows: 1, length, targets: 1, readouts: false, checkpointed: false };
  const embedding = { table: weights[0]!.data, rotary: new RotaryTables(config), prefix: 0 };
  const { feeds } = layOut(batch, { bucket, rows: [[0]] }, embedding);
  const fed = (name: string, shape: number[]): Tensor => tf.tensor(feeds[name]!, shape);
  const positions: Positions = {
    cos: fed(BATCH.cos, [1, 1, length, headWidth]),
    sin: fed(BATCH.sin, [1, 1, length, headWidth]),
    turn: fed(BATCH.turn, [headWidth, headWidth]),
    mask: fed(BATCH.mask, [1, 1, length, length]),
  };
  const tensors = new Map(weights.map(({ name, shape, data }) => [name, tf.tensor(data, [...shape])]));
  const parameters: Parameters = {
    gain: (name) => tensors.get(name)!,
    linear: (block, layer) => ({
      weight: tensors.get(`blk.${block}.${layer}.weight`)!,
      bias: tensors.get(`blk.${block}.${layer}.bias`),
      trainable: false,
    }),
    prefix: () => null,
    bottleneck: () => null,
    trainable: false,
  };

  const kept: NamedTensor[] = [];
  const shape = [length, kvHeads * headWidth];
  let x = fed(BATCH.embedded, [length, config.width]);
  for (let block = 0; block < config.layers; block++) {
    const normal = rmsNorm(x, parameters.gain(`blk.${block}.attn_norm.weight`), rmsEpsilon, false);
    const gain = tensors.get(`blk.${block}.attn_k_norm.weight`);
    const heads = tf.reshape(linear(normal, parameters.linear(block, "attn_k")), [-1, headWidth]);
    const keys = tf.reshape(gain ? rmsNorm(heads, gain, rmsEpsilon, false) : heads, [1, length, kvHeads, headWidth]);
    const rotated = tf.transpose(rotate(tf.transpose(keys, [0, 2, 1, 3]), positions), [0, 2, 1, 3]);
    const values = linear(normal, parameters.linear(block, "attn_v"));
    kept.push({ name: `blk.${block}.prefix_k.weight`, shape, data: Float32Array.from(rotated.dataSync()) });
    kept.push({ name: `blk.${block}.prefix_v.weight`, shape, data: Float32Array.from(values.dataSync()) });
    x = transformerBlock(config, block, x, positions, parameters);
  }
  return kept;
}
