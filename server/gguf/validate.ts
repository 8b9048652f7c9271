/** Decides whether a GGUF file may be used as base model or as adapter; nothing reaches llama.cpp or a tensor before. */

import { GgufError } from "./format.ts";
import {
  type AdaptedShape,
  linearShapes,
  type ModelConfig,
  readFloat,
  readInteger,
  readModelConfig,
  readString,
  readTokenId,
  requireArchitecture,
  requireArray,
  requiredTensors,
  requireString,
} from "./model-config.ts";
import { floatTypeOf, type GgufFile, type GgufTensor } from "./reader.ts";

/** Metadata key under which our adapters name the base model they were trained on. */
export const BASE_SHA256_KEY = "hone.base.sha256";
/** Ranks above this are no adapters any more, and a corrupt shape shows here. */
export const MAX_RANK = 1024;
const MAX_TEMPLATE_CHARACTERS = 1_000_000;

/**
 * Checks that a file is a complete, servable chat model of a known architecture with finite weights.
 * @returns its shape.
 * @throws GgufError naming the first thing that is wrong.
 */
export function validateBase(file: GgufFile): ModelConfig {
  if ((readString(file, "general.type") ?? "model") !== "model") {
    throw new GgufError("BAD_METADATA", `${file.path} is not a model but "${readString(file, "general.type")}".`);
  }
  const parts = readInteger(file, "split.count") ?? 1;
  if (parts > 1) {
    throw new GgufError(
      "BAD_METADATA",
      `${file.path} is one of ${parts} parts; join them with llama-gguf-split --merge.`,
    );
  }
  const config = readModelConfig(file);
  validateTokenizer(file, config.vocabulary);
  const required = requiredTensors(config);
  for (const [name, shape] of required) expectShape(file, file.tensor(name), shape);
  for (const name of file.tensors.keys()) {
    // Llama 3.1 and later carry their rope scaling as a tensor; biases are optional in the llama architecture.
    if (required.has(name) || name === "rope_freqs.weight" || /^blk\.\d+\.\w+\.bias$/.test(name)) continue;
    throw new GgufError(
      "BAD_TENSOR",
      `${file.path} has a tensor "${name}" that a ${config.architecture} model has not.`,
    );
  }
  file.assertFinite();
  return config;
}

/** Checks besides `validateBase` what only training needs: every weight readable and no feature the engine lacks. */
export function validateTrainable(file: GgufFile, config: ModelConfig): void {
  for (const tensor of file.tensors.values()) {
    if (floatTypeOf(tensor)) continue;
    throw new GgufError(
      "NOT_TRAINABLE",
      `${file.path} can be served but not trained on: it has ${tensor.name} as ${tensor.type.name}. Use the F16 or Q8_0 file.`,
    );
  }
  const scaling = readString(file, `${config.architecture}.rope.scaling.type`) ?? "none";
  if (scaling !== "none") {
    throw new GgufError(
      "NOT_TRAINABLE",
      `${file.path} scales its rotary positions (${scaling}), which training lacks.`,
    );
  }
  const known = requiredTensors(config);
  const bias = [...file.tensors.keys()].find((name) => !known.has(name) && name !== "rope_freqs.weight");
  if (bias) throw new GgufError("NOT_TRAINABLE", `${file.path} has a bias "${bias}", which training lacks.`);
}

function validateTokenizer(file: GgufFile, vocabulary: number): void {
  const wrong = (why: string) => new GgufError("BAD_METADATA", `${file.path}: ${why}; convert the model again.`);
  const kind = requireString(file, "tokenizer.ggml.model");
  if (vocabulary < 2) throw wrong("the vocabulary is empty");
  if (requireArray(file, "tokenizer.ggml.token_type", "i32").length !== vocabulary) {
    throw wrong(`token_type must have ${vocabulary} entries, one per token`);
  }
  if (kind === "gpt2") {
    requireArray(file, "tokenizer.ggml.merges", "string");
    requireString(file, "tokenizer.ggml.pre");
  } else if (kind === "llama") {
    if (requireArray(file, "tokenizer.ggml.scores", "f32").length !== vocabulary) {
      throw wrong(`scores must have ${vocabulary} entries, one per token`);
    }
  } else throw wrong(`tokenizer model "${kind}" is unknown, expected gpt2 or llama`);
  if (readTokenId(file, "tokenizer.ggml.eos_token_id") === undefined) {
    throw new GgufError(
      "MISSING_KEY",
      `${file.path} names no end token (tokenizer.ggml.eos_token_id); replies would not end.`,
    );
  }
  for (const [key, { type, value }] of file.metadata) {
    if (!/^tokenizer\.ggml\.\w+_token_id$/.test(key)) continue;
    if (type !== "u32" || (value as number) >= vocabulary) throw wrong(`"${key}" must be a u32 below ${vocabulary}`);
  }
  const template = requireString(file, "tokenizer.chat_template");
  if (template.length === 0 || template.length > MAX_TEMPLATE_CHARACTERS) {
    throw wrong(`the chat template has ${template.length} characters, expected 1 to ${MAX_TEMPLATE_CHARACTERS}`);
  }
}

function expectShape(file: GgufFile, tensor: GgufTensor, shape: readonly number[]): void {
  if (tensor.shape.length === shape.length && shape.every((size, i) => size === tensor.shape[i])) return;
  throw new GgufError(
    "BAD_SHAPE",
    `${file.path}: tensor "${tensor.name}" has shape [${tensor.shape}], expected [${shape}]; the file does not fit its metadata.`,
  );
}

/** What an adapter is: its rank (the largest, should layers differ), alpha, and the layers it changes. */
export interface AdapterInfo {
  rank: number;
  alpha: number;
  /** Names of the base tensors changed, e.g. `blk.0.attn_q.weight`. */
  targets: string[];
  /** The base it was trained on, if the file says so. */
  baseSha256: string | null;
}

/**
 * Checks that a file is a LoRA adapter for a base of this shape: metadata types, pairs, shapes, rank, finite values.
 * @param base sha256 of the base in use; an adapter that names another one is refused. Omit to skip that check.
 * @throws GgufError; BASE_MISMATCH when it was made for another model.
 */
export function validateAdapter(file: GgufFile, config: AdaptedShape, base?: { sha256: string }): AdapterInfo {
  expectText(file, "general.type", "adapter");
  expectText(file, "adapter.type", "lora");
  // llama.cpp would switch such an adapter on behind certain tokens only; here it would be on from the first.
  if (file.metadata.has("adapter.alora.invocation_tokens"))
    throw new GgufError(
      "NOT_PLAIN_LORA",
      `${file.path} is an activated LoRA, which begins behind certain tokens; train it as plain LoRA.`,
    );
  const architecture = requireArchitecture(file);
  if (architecture !== config.architecture) {
    throw new GgufError(
      "BASE_MISMATCH",
      `${file.path} adapts a ${architecture} model, the base is ${config.architecture}.`,
    );
  }
  const baseSha256 = readString(file, BASE_SHA256_KEY) ?? null;
  if (base && baseSha256 && baseSha256 !== base.sha256) {
    throw new GgufError(
      "BASE_MISMATCH",
      `${file.path} was trained on base ${baseSha256.slice(0, 12)}, the base in use is ${base.sha256.slice(0, 12)}; train it anew.`,
    );
  }
  // Read as f32 by llama.cpp: absent, the scale is silently ignored; of another type, the process aborts.
  const alpha = readFloat(file, "adapter.lora.alpha");
  if (alpha === undefined || alpha <= 0) {
    throw new GgufError("MISSING_KEY", `${file.path} needs adapter.lora.alpha, an f32 above 0; found ${alpha}.`);
  }
  const { rank, targets } = validatePairs(file, config);
  file.assertFinite();
  return { rank, alpha, targets, baseSha256 };
}

function expectText(file: GgufFile, key: string, expected: string): void {
  const found = requireString(file, key);
  if (found !== expected)
    throw new GgufError("BAD_METADATA", `${file.path}: "${key}" is "${found}", expected "${expected}".`);
}

function validatePairs(file: GgufFile, config: AdaptedShape): { rank: number; targets: string[] } {
  const shapes = linearShapes(config);
  const targets = new Set<string>();
  let rank = 0;
  for (const tensor of file.tensors.values()) {
    const [, target, layer, linear, part] = /^(blk\.(\d+)\.(\w+)\.weight)\.lora_([ab])$/.exec(tensor.name) ?? [];
    const shape = linear ? shapes.get(linear) : undefined;
    if (!target || !shape || !(Number(layer) < config.layers)) {
      throw new GgufError("BASE_MISMATCH", `${file.path} changes "${tensor.name}", which the base model has not.`);
    }
    if (!["F32", "F16", "BF16"].includes(tensor.type.name)) {
      throw new GgufError(
        "UNSUPPORTED_TYPE",
        `${file.path}: "${tensor.name}" is ${tensor.type.name}; write adapters as F32 or F16.`,
      );
    }
    const found = tensor.shape[part === "a" ? 0 : 1] ?? 0;
    if (found > MAX_RANK)
      throw new GgufError("BAD_SHAPE", `${file.path}: rank ${found} exceeds ${MAX_RANK}; retrain with less.`);
    const partner = file.tensors.get(`${target}.lora_${part === "a" ? "b" : "a"}`);
    if (!partner)
      throw new GgufError("BAD_TENSOR", `${file.path}: "${tensor.name}" has no partner; the file is incomplete.`);
    expectShape(file, tensor, part === "a" ? [found, shape[1]] : [shape[0], found]);
    if ((partner.shape[part === "a" ? 1 : 0] ?? 0) !== found) {
      throw new GgufError("BAD_SHAPE", `${file.path}: the two halves of "${target}" have different ranks.`);
    }
    rank = Math.max(rank, found);
    targets.add(target);
  }
  if (targets.size === 0) {
    throw new GgufError(
      "BAD_TENSOR",
      `${file.path} changes no layer at all; an adapter needs at least one pair of tensors.`,
    );
  }
  return { rank, targets: [...targets] };
}
