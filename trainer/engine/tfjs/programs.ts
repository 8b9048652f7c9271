/** The engine's two programs, forward and gradient, for one shape bucket and one set of parameters. */

import {
  type AdapterShape,
  adapterTensors,
  bottleneckNames,
  loraNames,
  PROMPT,
  prefixNames,
} from "../adapter-shape.ts";
import { HEAD, type ModelConfig } from "../contract.ts";
import { BLOCK, scalesOf } from "../quantised.ts";
import { checkpointed } from "./checkpoint.ts";
import { STATISTICS, targetStatistics } from "./head.ts";
import { hiddenStates, type Parameters, transformerBlock } from "./model.ts";
import { joined, type Linear, linear, takeRows } from "./ops.ts";
import type { InputSpec, Program, TensorMap } from "./program.ts";
import { type Tensor, tf } from "./tf.ts";

/** Shape of a micro-batch: every graph is traced for one. */
export interface Bucket {
  /** B */
  rows: number;
  /** T */
  length: number;
  /** M, over all rows; 0 leaves the output head out. */
  targets: number;
  /** The adapter's scalar head is read, at every token: that costs next to nothing and needs no shape of its own. */
  readouts: boolean;
  /** Blocks are computed again in the backward pass instead of kept. */
  checkpointed: boolean;
}

/** What is trained and with which shapes; the part of a program's identity that does not depend on the batch. */
export interface Variant {
  config: ModelConfig;
  /** Shapes of every base tensor by GGUF name, but for the token embedding of an untied model, which stays outside. */
  base: ReadonlyMap<string, readonly number[]>;
  /** Shapes of the linear layers that stay quantised; they are not in `base`. */
  quantised: ReadonlyMap<string, readonly [number, number]>;
  /** Full-parameter mode. */
  trainable: boolean;
  adapter: (AdapterShape & { scale: number }) | null;
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
  upstreamValues: "batch.upstream of values",
} as const;

/** The gradient of input `name` among the outputs of a gradient program. */
export const gradientOf = (name: string) => `gradient of ${name}`;

/** Statistics [M, 3] of the targets and values [N, 1] of the head; either is left out where the bucket has none. */
export function forwardProgram(variant: Variant, bucket: Bucket): Program {
  return {
    key: keyOf("forward", variant, bucket),
    inputs: { ...batchInputs(variant, bucket), ...parameterInputs(variant, bucket) },
    build: (tensors) => Object.fromEntries(results(variant, bucket, tensors, false)),
  };
}

/** What the forward program tells, and the gradient of Σ upstream·result with respect to every trained tensor. */
export function gradientProgram(variant: Variant, bucket: Bucket): Program {
  const tokens = bucket.rows * bucket.length;
  const parts = [
    { name: "statistics", rows: bucket.targets, columns: STATISTICS, upstream: BATCH.upstream },
    { name: "values", rows: bucket.readouts ? tokens : 0, columns: 1, upstream: BATCH.upstreamValues },
  ].filter(({ rows }) => rows > 0);
  const slopes = parts.map(({ rows, upstream }) => [upstream, { shape: [rows, 1], type: "float32" as const }]);
  const trained = trainedNames(variant, bucket);
  return {
    key: keyOf("gradient", variant, bucket),
    inputs: {
      ...batchInputs(variant, bucket),
      ...parameterInputs(variant, bucket),
      ...Object.fromEntries(slopes),
    },
    late: parts.map(({ upstream }) => upstream),
    build: (tensors) => {
      const dys = parts.map(({ upstream, columns }) => padColumns(tensors[upstream]!, columns));
      const wanted = trained.map((name) => tensors[name]!);
      const run = () => joined(results(variant, bucket, tensors, true).map(([, tensor]) => tensor));
      const { value, grads } = tf.engine().gradients(run, wanted, joined(dys));
      let from = 0;
      const told = parts.map(({ name, rows, columns }) => {
        const part = parts.length === 1 ? value : tf.slice(value, [from], [rows * columns]);
        from += rows * columns;
        return [name, part] as const;
      });
      return Object.fromEntries([...told, ...trained.map((name, i) => [gradientOf(name), grads[i]!] as const)]);
    },
  };
}

/** Only the first column of a result has a gradient. */
function padColumns(slopes: Tensor, columns: number): Tensor {
  return columns === 1
    ? slopes
    : tf.pad(slopes, [
        [0, 0],
        [0, columns - 1],
      ]);
}

/** Named results of the bucket, in the order of `gradientProgram`'s parts. */
function results(
  variant: Variant,
  bucket: Bucket,
  tensors: TensorMap,
  differentiated: boolean,
): (readonly [string, Tensor])[] {
  const { config, trainable } = variant;
  const at = (name: string) => tensors[name]!;
  const positions = { cos: at(BATCH.cos), sin: at(BATCH.sin), turn: at(BATCH.turn), mask: at(BATCH.mask) };
  const parameters = parametersOf(variant, tensors);
  const runBlock = (block: number, x: Tensor) => {
    if (!differentiated || !bucket.checkpointed) return transformerBlock(config, block, x, positions, parameters);
    const names = trainedNames(variant, bucket).filter((name) => name.includes(`blk.${block}.`));
    const run = (x: Tensor, ...weights: Tensor[]) => {
      const own = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
      return transformerBlock(config, block, x, positions, parametersOf(variant, { ...tensors, ...own }));
    };
    return checkpointed(run, x, names.map(at));
  };
  const hidden = hiddenStates(config, at(BATCH.embedded), runBlock, parameters); // [N, D]
  const told: [string, Tensor][] = [];
  if (bucket.targets > 0) {
    const rows = takeRows(hidden, at(BATCH.rows), at(BATCH.inverse)); // [M, D]
    const weight = at(config.tiedEmbeddings ? "token_embd.weight" : "output.weight"); // [V, D]
    told.push(["statistics", targetStatistics(rows, { weight, trainable }, at(BATCH.targets), differentiated)]);
  }
  if (bucket.readouts) told.push(["values", linear(hidden, { weight: at(HEAD), trainable: true })]); // [N, 1]
  return told;
}

/**
 * Inputs that get gradients. Embeddings are looked up outside the graph, those of virtual tokens as well; their gradient
 * is added up there too.
 */
function trainedNames(variant: Variant, bucket: Bucket): string[] {
  if (variant.trainable) return [BATCH.embedded, ...variant.base.keys()];
  const inputs = [...adapterInputs(variant, bucket).keys()];
  return variant.adapter?.kind === "prompt" ? [BATCH.embedded, ...inputs] : inputs;
}

function parametersOf({ adapter, trainable, quantised }: Variant, tensors: TensorMap): Parameters {
  return {
    trainable,
    gain: (name) => tensors[name]!,
    prefix(block) {
      if (adapter?.kind !== "prefix") return null;
      const { keys, values } = prefixNames(block);
      return { keys: tensors[keys]!, values: tensors[values]! };
    },
    bottleneck(block, branch) {
      if (adapter?.kind !== "bottleneck") return null;
      const { down, up } = bottleneckNames(block, branch);
      return { down: tensors[down]!, up: tensors[up]! };
    },
    linear(block, layer): Linear {
      const { a, b } = loraNames(block, layer);
      const name = `blk.${block}.${layer}.weight`;
      const weight = tensors[name]!;
      return {
        weight: quantised.has(name) ? { values: weight, scales: tensors[scalesOf(name)]! } : weight,
        bias: tensors[`blk.${block}.${layer}.bias`],
        lora: adapter?.targets.includes(layer) ? { a: tensors[a]!, b: tensors[b]!, scale: adapter.scale } : undefined,
        trainable,
      };
    },
  };
}

function batchInputs({ config, adapter }: Variant, { rows, length, targets }: Bucket): Record<string, InputSpec> {
  const { width, headWidth } = config;
  const prefix = adapter?.kind === "prefix" ? adapter.rank : 0;
  const inputs: Record<string, InputSpec> = {
    [BATCH.embedded]: { shape: [rows * length, width], type: "float32" },
    [BATCH.cos]: { shape: [rows, 1, length, headWidth], type: "float32" },
    [BATCH.sin]: { shape: [rows, 1, length, headWidth], type: "float32" },
    [BATCH.turn]: { shape: [headWidth, headWidth], type: "float32" },
    [BATCH.mask]: { shape: [rows, 1, length, prefix + length], type: "float32" },
  };
  if (targets === 0) return inputs;
  return {
    ...inputs,
    [BATCH.rows]: { shape: [targets], type: "int32" },
    [BATCH.inverse]: { shape: [rows * length], type: "int32" },
    [BATCH.targets]: { shape: [targets], type: "int32" },
  };
}

function parameterInputs(variant: Variant, bucket: Bucket): Record<string, InputSpec> {
  const shapes = [...variant.base, ...adapterInputs(variant, bucket)];
  const inputs: [string, InputSpec][] = shapes.map(([name, shape]) => [name, { shape, type: "float32" }]);
  for (const [name, [out, width]] of variant.quantised) {
    inputs.push([name, { shape: [out, width], type: "int8" }]);
    inputs.push([scalesOf(name), { shape: [out, width / BLOCK], type: "float32" }]);
  }
  return Object.fromEntries(inputs);
}

/** Shapes of the adapter's tensors that the program sees: no virtual tokens, and the head only where it is read. */
function adapterInputs({ config, adapter }: Variant, { readouts }: Bucket): Map<string, readonly number[]> {
  const tensors = adapter ? adapterTensors(config, { ...adapter, head: adapter.head && readouts }) : [];
  return new Map(tensors.filter(({ name }) => name !== PROMPT).map(({ name, shape }) => [name, shape]));
}

function keyOf(kind: string, { trainable, adapter }: Variant, bucket: Bucket): string {
  const { rows, length, targets, readouts, checkpointed } = bucket;
  const what = trainable
    ? "base"
    : adapter
      ? `${adapter.kind} r${adapter.rank}×${adapter.scale} ${adapter.targets.join("+")}`
      : "frozen";
  const asked = `${targets} targets${readouts ? " and readouts" : ""}`;
  return `${kind} ${what} ${rows}×${length} ${asked}${checkpointed ? " checkpointed" : ""}`;
}
