/** Writes complete base models and adapters as GGUF, with every key llama.cpp needs to serve them. */

import type { FloatType, MetadataValue } from "./format.ts";
import type { Architecture, ModelConfig } from "./model-config.ts";
import { requiredTensors } from "./model-config.ts";
import { BASE_SHA256_KEY } from "./validate.ts";
import { array, type TensorToWrite, value, type WrittenFile, writeGguf } from "./writer.ts";

/** A named f32 tensor: `data` is row-major over `shape` (outermost first). */
export interface NamedTensor {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/** What a token is to llama.cpp. Control tokens are never matched in plain text. */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** A byte-level BPE vocabulary as GGUF stores it. */
export interface Vocabulary {
  /** Token texts in the byte alphabet, by id. */
  tokens: readonly string[];
  /** TOKEN_TYPE of every token. */
  types: readonly number[];
  /** "left right" pairs in order of rank. */
  merges: readonly string[];
  /** Name of the pre-tokenizer's splitting rule; `qwen2` round-trips every text. */
  pre: string;
  bosId: number;
  eosId: number;
  padId: number;
  addBos?: boolean;
}

export interface BaseModelFile {
  name: string;
  description?: string;
  licence?: string;
  config: ModelConfig;
  vocabulary: Vocabulary;
  /** Jinja. */
  chatTemplate: string;
  /** Every tensor `requiredTensors(config)` names, in any order. */
  tensors: readonly NamedTensor[];
  /** Storage of the matrices; vectors (norms, biases) are always F32. */
  type: FloatType;
}

/** What `general.file_type` says of the matrices. */
export const FILE_TYPE: Record<FloatType, number> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };

/** ChatML, the template of the starter and of the tests' tiny models. */
export const CHATML_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * Writes a base model. The order of tensors in the file is fixed, so equal content makes equal bytes.
 * @throws GgufError when a tensor is missing, has a wrong shape, or is not finite.
 */
export function writeBaseModel(path: string, model: BaseModelFile): WrittenFile {
  const given = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const tensors = [...requiredTensors(model.config)].map(([name, shape]): TensorToWrite => {
    const tensor = given.get(name);
    if (!tensor) throw new TypeError(`Base model "${model.name}" lacks tensor "${name}" of shape [${shape}].`);
    if (tensor.shape.join() !== shape.join()) {
      throw new TypeError(`Tensor "${name}" has shape [${tensor.shape}], a model of this config needs [${shape}].`);
    }
    return { name, shape, data: tensor.data, type: shape.length === 1 ? "F32" : model.type };
  });
  return writeGguf(path, baseMetadata(model), tensors);
}

function baseMetadata({ name, description, licence, config, vocabulary, chatTemplate, type }: BaseModelFile) {
  const key = (suffix: string) => `${config.architecture}.${suffix}`;
  const metadata = new Map<string, MetadataValue>([
    ["general.architecture", value("string", config.architecture)],
    ["general.type", value("string", "model")],
    ["general.name", value("string", name)],
    ["general.quantization_version", value("u32", 2)],
    ["general.file_type", value("u32", FILE_TYPE[type])],
    [key("context_length"), value("u32", config.contextLength)],
    [key("embedding_length"), value("u32", config.width)],
    [key("block_count"), value("u32", config.layers)],
    [key("feed_forward_length"), value("u32", config.feedForward)],
    [key("attention.head_count"), value("u32", config.heads)],
    [key("attention.head_count_kv"), value("u32", config.kvHeads)],
    [key("attention.key_length"), value("u32", config.headWidth)],
    [key("attention.value_length"), value("u32", config.headWidth)],
    [key("attention.layer_norm_rms_epsilon"), value("f32", config.rmsEpsilon)],
    [key("rope.dimension_count"), value("u32", config.headWidth)],
    [key("rope.freq_base"), value("f32", config.ropeTheta)],
    [key("vocab_size"), value("u32", config.vocabulary)],
    ["tokenizer.ggml.model", value("string", "gpt2")],
    ["tokenizer.ggml.pre", value("string", vocabulary.pre)],
    ["tokenizer.ggml.tokens", array("string", vocabulary.tokens)],
    ["tokenizer.ggml.token_type", array("i32", vocabulary.types)],
    ["tokenizer.ggml.merges", array("string", vocabulary.merges)],
    ["tokenizer.ggml.bos_token_id", value("u32", vocabulary.bosId)],
    ["tokenizer.ggml.eos_token_id", value("u32", vocabulary.eosId)],
    ["tokenizer.ggml.padding_token_id", value("u32", vocabulary.padId)],
    ["tokenizer.ggml.add_bos_token", value("bool", vocabulary.addBos ?? false)],
    ["tokenizer.ggml.add_eos_token", value("bool", false)],
    ["tokenizer.chat_template", value("string", chatTemplate)],
  ]);
  if (description) metadata.set("general.description", value("string", description));
  if (licence) metadata.set("general.license", value("string", licence));
  return metadata;
}

export interface AdapterFile {
  architecture: Architecture;
  alpha: number;
  /** `blk.N.<linear>.weight.lora_a` [rank, in] and `.lora_b` [out, rank]. */
  tensors: readonly NamedTensor[];
  /** Names the base so that serving can refuse the adapter on another one. */
  baseSha256?: string;
  /** F32 by default: adapters are small, and F32 is served within 3e-6 of the engine's own arithmetic. */
  type?: FloatType;
}

/** Writes a LoRA adapter; tensors are ordered by name, so equal weights make equal bytes and an equal hash. */
export function writeAdapter(path: string, adapter: AdapterFile): WrittenFile {
  const metadata = new Map<string, MetadataValue>([
    ["general.architecture", value("string", adapter.architecture)],
    ["general.type", value("string", "adapter")],
    ["adapter.type", value("string", "lora")],
    ["adapter.lora.alpha", value("f32", adapter.alpha)],
  ]);
  if (adapter.baseSha256) metadata.set(BASE_SHA256_KEY, value("string", adapter.baseSha256));
  const tensors = [...adapter.tensors]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((tensor) => ({ ...tensor, type: adapter.type ?? "F32" }));
  return writeGguf(path, metadata, tensors);
}
