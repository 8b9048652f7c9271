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
  /**
   * `fan-in`: U(−1/√in, 1/√in). `tokens`: embeddings of tokens drawn evenly from the vocabulary (Lester et al. 2021,
   * §3.2, found it better than noise). `small`: N(0, 0.02²).
   */
  start: "fan-in" | "zero" | "tokens" | "small";
}

/** Embeddings of prompt tuning's virtual tokens, [P, D]. */
export const PROMPT = "prompt.weight";

/** GGUF names of LoRA's two matrices on one layer: A [R, I] and B [O, R]. */
export function loraNames(block: number, layer: LinearLayer): { a: string; b: string } {
  return { a: `blk.${block}.${layer}.weight.lora_a`, b: `blk.${block}.${layer}.weight.lora_b` };
}

/** Keys and values of prefix tuning in one block, [P, K·d] each. */
export function prefixNames(block: number): { keys: string; values: string } {
  return { keys: `blk.${block}.prefix_k.weight`, values: `blk.${block}.prefix_v.weight` };
}

/** A block's two branches, each with a bottleneck at its end. */
export type Branch = "attn" | "ffn";
const BRANCHES: readonly Branch[] = ["attn", "ffn"];

/** The two matrices of one bottleneck, down [R, D] and up [D, R]. */
export function bottleneckNames(block: number, branch: Branch): { down: string; up: string } {
  const stem = `adapter.blk.${block}.${branch}`;
  return { down: `${stem}_down.weight`, up: `${stem}_up.weight` };
}

/** The adapter's tensors, block by block, the head last. */
export function adapterTensors(config: ModelConfig, shape: AdapterShape): AdapterTensor[] {
  const { kind, rank, head } = shape;
  const body: AdapterTensor[] =
    kind === "prompt"
      ? [{ name: PROMPT, shape: [rank, config.width], start: "tokens" }]
      : Array.from({ length: config.layers }, (_, block) => blockTensors(config, shape, block)).flat();
  return head ? [...body, { name: HEAD, shape: [1, config.width], start: "zero" }] : body;
}

function blockTensors(config: ModelConfig, { kind, rank, targets }: AdapterShape, block: number): AdapterTensor[] {
  if (kind === "prefix") {
    const { keys, values } = prefixNames(block);
    const shape = [rank, config.kvHeads * config.headWidth] as const;
    return [
      { name: keys, shape, start: "small" },
      { name: values, shape, start: "small" },
    ];
  }
  if (kind === "bottleneck") {
    return BRANCHES.flatMap((branch): AdapterTensor[] => {
      const { down, up } = bottleneckNames(block, branch);
      return [
        { name: down, shape: [rank, config.width], start: "fan-in" },
        { name: up, shape: [config.width, rank], start: "zero" },
      ];
    });
  }
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
  const targets = kind === "lora" ? LINEAR_LAYERS.filter((layer) => names.has(loraNames(0, layer).a)) : [];
  return { kind, rank, targets, head: names.has(HEAD) };
}
