/** The engine's two programs, forward and gradient, for one shape bucket and one set of parameters. */

import { LINEAR_LAYERS, type LinearLayer, type ModelConfig } from "../contract.ts";
import { checkpointed } from "./checkpoint.ts";
import { STATISTICS, targetStatistics } from "./head.ts";
import { hiddenStates, type Parameters, transformerBlock } from "./model.ts";
import type { Linear } from "./ops.ts";
import { takeRows } from "./ops.ts";
import type { InputSpec, Program, TensorMap } from "./program.ts";
import { type Tensor, tf } from "./tf.ts";

/** Shape of a micro-batch: every graph is traced for one. */
export interface Bucket {
  /** B */
  rows: number;
  /** T */
  length: number;
  /** M, over all rows */
  targets: number;
  /** Blocks are computed again in the backward pass instead of kept. */
  checkpointed: boolean;
}

/** What is trained and with which shapes; the part of a program's identity that does not depend on the batch. */
export interface Variant {
  config: ModelConfig;
  /** Shapes of every base tensor by GGUF name, but for the token embedding of an untied model, which stays outside. */
  base: ReadonlyMap<string, readonly number[]>;
  /** Full-parameter mode. */
  trainable: boolean;
  adapter: { rank: number; scale: number; targets: readonly LinearLayer[] } | null;
}

/** Names of the inputs that change with every batch. */
export const BATCH = {
  embedded: "batch.embedded",
  cos: "batch.cos",
  sin: "batch.sin",
  turn: "batch.turn",
  mask: "batch.mask",
  rows: "batch.rows",
  inverse: "batch.inverse",
  targets: "batch.targets",
  upstream: "batch.upstream",
} as const;

/** The gradient of input `name` among the outputs of a gradient program. */
export const gradientOf = (name: string) => `gradient of ${name}`;

/** GGUF names of an adapter's two matrices on one layer: A [R, I] and B [O, R]. */
export function loraNames(block: number, layer: LinearLayer): { a: string; b: string } {
  return { a: `blk.${block}.${layer}.weight.lora_a`, b: `blk.${block}.${layer}.weight.lora_b` };
}

/** Statistics [M, 3] of the targets. */
export function forwardProgram(variant: Variant, bucket: Bucket): Program {
  const inputs = { ...batchInputs(variant.config, bucket), ...parameterInputs(variant) };
  return {
    key: keyOf("forward", variant, bucket),
    inputs,
    build: (tensors) => ({ statistics: statistics(variant, bucket, tensors, false) }),
  };
}

/** Statistics [M, 3] and the gradient of Σ upstream·logProb with respect to every trained tensor. */
export function gradientProgram(variant: Variant, bucket: Bucket): Program {
  const upstream: InputSpec = { shape: [bucket.targets, 1], type: "float32" };
  const inputs = { ...batchInputs(variant.config, bucket), ...parameterInputs(variant), [BATCH.upstream]: upstream };
  const trained = trainedNames(variant);
  return {
    key: keyOf("gradient", variant, bucket),
    inputs,
    late: [BATCH.upstream],
    build: (tensors) => {
      const dy = tf.pad(tensors[BATCH.upstream]!, [
        [0, 0],
        [0, STATISTICS - 1],
      ]); // [M, 3]
      const wanted = trained.map((name) => tensors[name]!);
      const { value, grads } = tf.engine().gradients(() => statistics(variant, bucket, tensors, true), wanted, dy);
      return {
        statistics: value,
        ...Object.fromEntries(trained.map((name, i) => [gradientOf(name), grads[i]!])),
      };
    },
  };
}

function statistics(variant: Variant, bucket: Bucket, tensors: TensorMap, differentiated: boolean): Tensor {
  const { config, trainable } = variant;
  const at = (name: string) => tensors[name]!;
  const positions = { cos: at(BATCH.cos), sin: at(BATCH.sin), turn: at(BATCH.turn), mask: at(BATCH.mask) };
  const parameters = parametersOf(variant, tensors);
  const runBlock = (block: number, x: Tensor) => {
    if (!differentiated || !bucket.checkpointed) return transformerBlock(config, block, x, positions, parameters);
    const names = trainedNames(variant).filter((name) => name.startsWith(`blk.${block}.`));
    const run = (x: Tensor, ...weights: Tensor[]) => {
      const own = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
      return transformerBlock(config, block, x, positions, parametersOf(variant, { ...tensors, ...own }));
    };
    return checkpointed(run, x, names.map(at));
  };
  const hidden = hiddenStates(config, at(BATCH.embedded), runBlock, parameters); // [N, D]
  const rows = takeRows(hidden, at(BATCH.rows), at(BATCH.inverse)); // [M, D]
  const weight = at(config.tiedEmbeddings ? "token_embd.weight" : "output.weight"); // [V, D]
  return targetStatistics(rows, { weight, trainable }, at(BATCH.targets), differentiated);
}

/** Inputs that get gradients. The embedding is a table look-up outside the graph, where its gradient is added up too. */
function trainedNames(variant: Variant): string[] {
  return variant.trainable ? [BATCH.embedded, ...variant.base.keys()] : [...adapterShapes(variant).keys()];
}

function parametersOf({ adapter, trainable }: Variant, tensors: TensorMap): Parameters {
  return {
    trainable,
    gain: (name) => tensors[name]!,
    linear(block, layer): Linear {
      const { a, b } = loraNames(block, layer);
      return {
        weight: tensors[`blk.${block}.${layer}.weight`]!,
        bias: tensors[`blk.${block}.${layer}.bias`],
        lora: adapter?.targets.includes(layer) ? { a: tensors[a]!, b: tensors[b]!, scale: adapter.scale } : undefined,
        trainable,
      };
    },
  };
}

function batchInputs({ width, headWidth }: ModelConfig, { rows, length, targets }: Bucket): Record<string, InputSpec> {
  return {
    [BATCH.embedded]: { shape: [rows * length, width], type: "float32" },
    [BATCH.cos]: { shape: [rows, 1, length, headWidth], type: "float32" },
    [BATCH.sin]: { shape: [rows, 1, length, headWidth], type: "float32" },
    [BATCH.turn]: { shape: [headWidth, headWidth], type: "float32" },
    [BATCH.mask]: { shape: [rows, 1, length, length], type: "float32" },
    [BATCH.rows]: { shape: [targets], type: "int32" },
    [BATCH.inverse]: { shape: [rows * length], type: "int32" },
    [BATCH.targets]: { shape: [targets], type: "int32" },
  };
}

function parameterInputs(variant: Variant): Record<string, InputSpec> {
  const shapes = [...variant.base, ...adapterShapes(variant)];
  return Object.fromEntries(shapes.map(([name, shape]) => [name, { shape, type: "float32" as const }]));
}

/** Shapes of the adapter's tensors by name, in the order of blocks and layers. */
function adapterShapes({ config, base, adapter }: Variant): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  if (!adapter) return shapes;
  for (let block = 0; block < config.layers; block++) {
    for (const layer of LINEAR_LAYERS.filter((name) => adapter.targets.includes(name))) {
      const [out, into] = base.get(`blk.${block}.${layer}.weight`) as [number, number];
      const { a, b } = loraNames(block, layer);
      shapes.set(a, [adapter.rank, into]).set(b, [out, adapter.rank]);
    }
  }
  return shapes;
}

function keyOf(kind: string, { trainable, adapter }: Variant, { rows, length, targets, checkpointed }: Bucket): string {
  const what = trainable
    ? "base"
    : adapter
      ? `r${adapter.rank}×${adapter.scale} ${adapter.targets.join("+")}`
      : "frozen";
  return `${kind} ${what} ${rows}×${length} ${targets} targets${checkpointed ? " checkpointed" : ""}`;
}
