/** A model's shape as its GGUF metadata tells it, and the names and shapes its tensors must therefore have. */

import { GgufError, type MetadataValue, type Scalar, type ScalarType } from "./format.ts";
import type { GgufFile } from "./reader.ts";

/** Architectures that can be served and trained. */
export const ARCHITECTURES = ["llama", "qwen2", "qwen3"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Shape of a base model; the training engine takes the same record. Widths are in elements. */
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

const INTEGERS: readonly ScalarType[] = ["u8", "u16", "u32", "u64", "i32", "i64"];

/** Scalar metadata of one of the given types; a wrong type would abort llama.cpp's whole process, so it is refused here. */
function scalarOf(file: GgufFile, key: string, types: readonly ScalarType[]): Scalar | undefined {
  const entry: MetadataValue | undefined = file.metadata.get(key);
  if (entry === undefined) return undefined;
  if (entry.type === "array" || !types.includes(entry.type)) {
    throw new GgufError(
      "BAD_METADATA",
      `${file.path}: metadata "${key}" has type ${entry.type}, expected ${types[0]}; convert the model again.`,
    );
  }
  return entry.value;
}

const missing = (file: GgufFile, key: string) =>
  new GgufError(
    "MISSING_KEY",
    `${file.path} lacks metadata "${key}"; convert the model again with a current converter.`,
  );

/** String metadata, or undefined when absent. */
export const readString = (file: GgufFile, key: string) => scalarOf(file, key, ["string"]) as string | undefined;

export function requireString(file: GgufFile, key: string): string {
  const text = readString(file, key);
  if (text === undefined) throw missing(file, key);
  return text;
}

/** A whole number of at least 1. llama.cpp reads these as u32 and aborts on any other type, so only u32 is accepted. */
function requireCount(file: GgufFile, key: string): number {
  const count = scalarOf(file, key, ["u32"]);
  if (count === undefined) throw missing(file, key);
  if ((count as number) < 1)
    throw new GgufError("BAD_METADATA", `${file.path}: "${key}" is ${count}, expected at least 1.`);
  return count as number;
}

const optionalCount = (file: GgufFile, key: string, otherwise: number) =>
  file.metadata.has(key) ? requireCount(file, key) : otherwise;

/** A token id, or undefined when the model has none of that kind. */
export const readTokenId = (file: GgufFile, key: string) => scalarOf(file, key, ["u32"]) as number | undefined;
export const readBoolean = (file: GgufFile, key: string) => scalarOf(file, key, ["bool"]) as boolean | undefined;
export const readInteger = (file: GgufFile, key: string) => scalarOf(file, key, INTEGERS) as number | undefined;

/** Finite f32 metadata. */
export function readFloat(file: GgufFile, key: string): number | undefined {
  const number = scalarOf(file, key, ["f32"]) as number | undefined;
  if (number !== undefined && !Number.isFinite(number)) {
    throw new GgufError("BAD_METADATA", `${file.path}: "${key}" is ${number}, expected a finite number.`);
  }
  return number;
}

/** Array metadata of one element type. */
export function requireArray(file: GgufFile, key: string, elementType: ScalarType): readonly Scalar[] {
  const entry = file.metadata.get(key);
  if (!entry) throw missing(file, key);
  if (entry.type !== "array" || entry.elementType !== elementType) {
    const found = entry.type === "array" ? `array of ${entry.elementType}` : entry.type;
    throw new GgufError("BAD_METADATA", `${file.path}: "${key}" is ${found}, expected an array of ${elementType}.`);
  }
  return entry.value;
}

export function requireArchitecture(file: GgufFile): Architecture {
  const name = requireString(file, "general.architecture");
  const architecture = ARCHITECTURES.find((known) => known === name);
  if (!architecture) {
    throw new GgufError(
      "UNSUPPORTED_ARCHITECTURE",
      `${file.path} has architecture "${name}"; ${ARCHITECTURES.join(", ")} are supported. Choose such a model.`,
    );
  }
  return architecture;
}

/**
 * Reads and checks the shape of a base model.
 * @throws GgufError UNSUPPORTED_ARCHITECTURE, MISSING_KEY or BAD_METADATA.
 */
export function readModelConfig(file: GgufFile): ModelConfig {
  const architecture = requireArchitecture(file);
  const key = (name: string) => `${architecture}.${name}`;
  const width = requireCount(file, key("embedding_length"));
  const heads = requireCount(file, key("attention.head_count"));
  const kvHeads = optionalCount(file, key("attention.head_count_kv"), heads);
  const headWidth = optionalCount(file, key("attention.key_length"), width / heads);
  const rmsEpsilon = readFloat(file, key("attention.layer_norm_rms_epsilon"));
  if (rmsEpsilon === undefined) throw missing(file, key("attention.layer_norm_rms_epsilon"));
  const config: ModelConfig = {
    architecture,
    layers: requireCount(file, key("block_count")),
    width,
    heads,
    kvHeads,
    headWidth,
    feedForward: requireCount(file, key("feed_forward_length")),
    vocabulary: requireArray(file, "tokenizer.ggml.tokens", "string").length,
    contextLength: requireCount(file, key("context_length")),
    ropeTheta: readFloat(file, key("rope.freq_base")) ?? 10_000,
    rmsEpsilon,
    tiedEmbeddings: !file.tensors.has("output.weight"),
  };
  const wrong = (why: string) => new GgufError("BAD_METADATA", `${file.path}: ${why}; convert the model again.`);
  if (!Number.isInteger(headWidth)) throw wrong(`embedding_length ${width} is not divisible by head_count ${heads}`);
  if (headWidth % 2 !== 0) throw wrong(`head width ${headWidth} is odd, but rotary positions come in pairs`);
  if (heads % kvHeads !== 0) throw wrong(`head_count ${heads} is not a multiple of head_count_kv ${kvHeads}`);
  if (config.layers > 1024) throw wrong(`block_count ${config.layers} is more than 1024`);
  if (optionalCount(file, key("attention.value_length"), headWidth) !== headWidth) {
    throw wrong("attention.key_length and attention.value_length differ");
  }
  if (optionalCount(file, key("rope.dimension_count"), headWidth) !== headWidth) {
    throw wrong(`rope.dimension_count differs from the head width ${headWidth}`);
  }
  if (config.ropeTheta <= 0 || rmsEpsilon < 0) throw wrong("rope.freq_base or layer_norm_rms_epsilon is negative");
  return config;
}

/** As much of a model's shape as an adapter has to fit. */
export type AdaptedShape = Pick<
  ModelConfig,
  "architecture" | "layers" | "width" | "heads" | "kvHeads" | "headWidth" | "feedForward"
>;

/** The seven linear layers of a block with their [out, in] shapes: what an adapter may change. */
export function linearShapes(config: AdaptedShape): ReadonlyMap<string, readonly [number, number]> {
  const { width, heads, kvHeads, headWidth, feedForward } = config;
  return new Map<string, readonly [number, number]>([
    ["attn_q", [heads * headWidth, width]],
    ["attn_k", [kvHeads * headWidth, width]],
    ["attn_v", [kvHeads * headWidth, width]],
    ["attn_output", [width, heads * headWidth]],
    ["ffn_gate", [feedForward, width]],
    ["ffn_up", [feedForward, width]],
    ["ffn_down", [width, feedForward]],
  ]);
}

/** Every tensor a base model of this shape must have, by name, with its shape outermost first. */
export function requiredTensors(config: ModelConfig): ReadonlyMap<string, readonly number[]> {
  const { architecture, layers, width, heads, kvHeads, headWidth, vocabulary, tiedEmbeddings } = config;
  const shapes = new Map<string, readonly number[]>([["token_embd.weight", [vocabulary, width]]]);
  const linear = linearShapes(config);
  for (let layer = 0; layer < layers; layer++) {
    const at = `blk.${layer}.`;
    shapes.set(`${at}attn_norm.weight`, [width]);
    for (const [name, shape] of linear) shapes.set(`${at}${name}.weight`, shape);
    if (architecture === "qwen2") {
      shapes.set(`${at}attn_q.bias`, [heads * headWidth]);
      shapes.set(`${at}attn_k.bias`, [kvHeads * headWidth]);
      shapes.set(`${at}attn_v.bias`, [kvHeads * headWidth]);
    }
    if (architecture === "qwen3") {
      shapes.set(`${at}attn_q_norm.weight`, [headWidth]);
      shapes.set(`${at}attn_k_norm.weight`, [headWidth]);
    }
    shapes.set(`${at}ffn_norm.weight`, [width]);
  }
  shapes.set("output_norm.weight", [width]);
  if (!tiedEmbeddings) shapes.set("output.weight", [vocabulary, width]);
  return shapes;
}
