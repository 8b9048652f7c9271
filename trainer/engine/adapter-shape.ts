/** Which tensors an adapter of each kind has: their names, shapes and how they begin. */

import {
  type AdapterKind,
  type AdapterWeights,
  HEAD,
  LINEAR_LAYERS,
  type LinearLayer,
  type ModelConfig,
} from "./contract.ts";
import { linearShape } from "./weights.ts";

/** All that decides an adapter's tensors, beside the base model. */
export interface AdapterShape {
  kind: AdapterKind;
  rank: number;
  /** LoRA's layers, in the order of LINEAR_LAYERS; empty for the other kinds. */
  targets: readonly LinearLayer[];
  head: boolean;
}

export interface AdapterTensor {
  name: string;
  shape: readonly [number, number];
  /** `fan-in`: U(−1/√in, 1/√in). */
  start: "fan-in" | "zero";
}

/** GGUF names of LoRA's two matrices on one layer: A [R, I] and B [O, R]. */
export function loraNames(block: number, layer: LinearLayer): { a: string; b: string } {
  return { a: `blk.${block}.${layer}.weight.lora_a`, b: `blk.${block}.${layer}.weight.lora_b` };
}

/** The adapter's tensors, block by block, the head last. */
export function adapterTensors(config: ModelConfig, shape: AdapterShape): AdapterTensor[] {
  const blocks = Array.from({ length: config.layers }, (_, block) => blockTensors(config, shape, block)).flat();
  return shape.head ? [...blocks, { name: HEAD, shape: [1, config.width], start: "zero" }] : blocks;
}

function blockTensors(config: ModelConfig, { rank, targets }: AdapterShape, block: number): AdapterTensor[] {
  return targets.flatMap((layer): AdapterTensor[] => {
    const [out, into] = linearShape(config, layer);
    const { a, b } = loraNames(block, layer);
    return [
      { name: a, shape: [rank, into], start: "fan-in" },
      { name: b, shape: [out, rank], start: "zero" },
    ];
  });
}

/** The shape that weights claim to have, by the names of their tensors. */
export function shapeOfWeights({ kind, rank, tensors }: AdapterWeights): AdapterShape {
  const names = new Set(tensors.map(({ name }) => name));
  const targets = LINEAR_LAYERS.filter((layer) => names.has(loraNames(0, layer).a));
  return { kind, rank, targets, head: names.has(HEAD) };
}
