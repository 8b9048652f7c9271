/** Makes tiny random models and adapters as GGUF files, complete enough for llama.cpp to chat with. */

import { byteAlphabet, toByteCharacters } from "../../server/gguf/byte-alphabet.ts";
import type { FloatType } from "../../server/gguf/format.ts";
import { linearShapes, type ModelConfig, requiredTensors } from "../../server/gguf/model-config.ts";
import {
  CHATML_TEMPLATE,
  type NamedTensor,
  TOKEN_TYPE,
  type Vocabulary,
  writeAdapter,
  writeBaseModel,
} from "../../server/gguf/write-model.ts";
import type { WrittenFile } from "../../server/gguf/writer.ts";

export interface TinyModelOptions extends Partial<ModelConfig> {
  seed?: number;
  /** Storage of the matrices; F32 by default, so that comparisons are exact. */
  type?: FloatType;
  chatTemplate?: string;
}

export interface TinyModel extends WrittenFile {
  config: ModelConfig;
  vocabulary: Vocabulary;
  /** As stored in the file when `type` is F32; rounding formats differ by their rounding. */
  tensors: NamedTensor[];
}

/** ChatML's control tokens have the ids 0 to 3: end of text, start of turn, end of turn (eos), padding. */
export const TINY_SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"] as const;

/** Seeded uniform numbers in [0, 1): Math.random would make a failing test unrepeatable. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Independent normal numbers with mean 0, [count]. */
export function seededNormals(random: () => number, count: number, deviation: number): Float32Array {
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

/**
 * Writes a random base model. The default is a 2-layer llama of width 64 with 512 tokens; change any width.
 * Weights are large enough that its distributions are peaked and adapters visibly change them.
 */
export function writeTinyModel(path: string, options: TinyModelOptions = {}): TinyModel {
  const { seed = 1, type = "F32", chatTemplate = CHATML_TEMPLATE, ...shape } = options;
  const config: ModelConfig = {
    architecture: "llama",
    layers: 2,
    width: 64,
    heads: 4,
    kvHeads: 2,
    headWidth: 16,
    feedForward: 96,
    vocabulary: 512,
    contextLength: 512,
    ropeTheta: 10_000,
    rmsEpsilon: 1e-5,
    tiedEmbeddings: false,
    ...shape,
  };
  const random = seededRandom(seed);
  const tensors = [...requiredTensors(config)].map(([name, dims]): NamedTensor => {
    const count = dims.reduce((product, size) => product * size, 1);
    if (name.endsWith("norm.weight")) {
      return { name, shape: dims, data: seededNormals(random, count, 0.1).map((x) => 1 + x) };
    }
    const deviation = name.endsWith("bias") ? 0.1 : name === "token_embd.weight" ? 0.5 : 1.2 / Math.sqrt(dims[1]!);
    return { name, shape: dims, data: seededNormals(random, count, deviation) };
  });
  const vocabulary = tinyVocabulary(config.vocabulary);
  const written = writeBaseModel(path, { name: "tiny-random", config, vocabulary, chatTemplate, tensors, type });
  return { ...written, config, vocabulary, tensors };
}

export interface TinyAdapterOptions {
  rank?: number;
  alpha?: number;
  seed?: number;
  /** Standard deviation of both factors; 0 makes an adapter that changes nothing. */
  deviation?: number;
  type?: FloatType;
  baseSha256?: string;
}

/** Writes a random LoRA adapter on all seven linear layers of every block. */
export function writeTinyAdapter(
  path: string,
  config: ModelConfig,
  options: TinyAdapterOptions = {},
): WrittenFile & { rank: number; alpha: number; tensors: NamedTensor[] } {
  const { rank = 4, alpha = 8, seed = 7, deviation = 0.2, type, baseSha256 } = options;
  const random = seededRandom(seed);
  const tensors: NamedTensor[] = [];
  for (let layer = 0; layer < config.layers; layer++) {
    for (const [linear, [out, width]] of linearShapes(config)) {
      const name = `blk.${layer}.${linear}.weight`;
      tensors.push(
        { name: `${name}.lora_a`, shape: [rank, width], data: seededNormals(random, rank * width, deviation) },
        { name: `${name}.lora_b`, shape: [out, rank], data: seededNormals(random, out * rank, deviation) },
      );
    }
  }
  const written = writeAdapter(path, { architecture: config.architecture, alpha, tensors, type, baseSha256 });
  return { ...written, rank, alpha, tensors };
}

const SAMPLE =
  "Hello, how are you today? I am fine, thank you. What is the capital of France? The capital of France is Paris. " +
  "Please write a short answer about the weather and the history of the world. It's good that we're here, isn't it? " +
  "user assistant system\nThe quick brown fox jumps over the lazy dog. One and two make three; that is all there is to say. ";

/** Byte-level BPE with ChatML's control tokens, the 256 bytes, merges learnt from a few sentences, and unused filling. */
export function tinyVocabulary(size: number): Vocabulary {
  const bytes = byteAlphabet();
  const merges = learnMerges(SAMPLE, size - TINY_SPECIALS.length - bytes.length);
  const tokens = [...TINY_SPECIALS, ...bytes, ...merges.map((merge) => merge.replace(" ", ""))];
  const types: number[] = tokens.map((_, id) => (id < TINY_SPECIALS.length ? TOKEN_TYPE.control : TOKEN_TYPE.normal));
  while (tokens.length < size) {
    tokens.push(`<|unused_${tokens.length}|>`);
    types.push(TOKEN_TYPE.unused);
  }
  return { tokens, types, merges, pre: "qwen2", bosId: 0, eosId: 2, padId: 3 };
}

/** The most frequent adjacent pair becomes a token, again and again; words never join across spaces. */
function learnMerges(text: string, count: number): string[] {
  const words = (text.match(/ ?\p{L}+|\p{N}|[^\s\p{L}\p{N}]+|\n/gu) ?? []).map(toByteCharacters);
  const merges: string[] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
    const best = [...pairs].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0];
    if (!best) break;
    merges.push(best);
    const [left, right] = best.split(" ") as [string, string];
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++)
        if (word[i] === left && word[i + 1] === right) word.splice(i, 2, left + right);
    }
  }
  return merges;
}
