// Which files may be base models and adapters: one wrong thing at a time, each refused by its own code.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GgufErrorCode, MetadataValue } from "../../../server/gguf/format.ts";
import { readAdapter } from "../../../server/gguf/read-adapter.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { validateAdapter, validateBase, validateTrainable } from "../../../server/gguf/validate.ts";
import { array, type TensorToWrite, value, writeGguf } from "../../../server/gguf/writer.ts";
import { type TinyModel, writeTinyAdapter, writeTinyModel } from "../../helpers/tiny-model.ts";

let folder: string;
let model: TinyModel;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-validate-"));
  model = writeTinyModel(join(folder, "model.gguf"), { vocabulary: 280 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Change = (metadata: Map<string, MetadataValue>, tensors: TensorToWrite[]) => void;

/** Writes a changed copy of a file and returns its path. */
function changed(path: string, change: Change): string {
  const file = openGguf(path);
  const metadata = new Map(file.metadata);
  const tensors = [...file.tensors.values()].map(
    ({ name, shape }): TensorToWrite => ({
      name,
      shape,
      data: file.readTensorF32(name),
      type: "F32",
    }),
  );
  file.close();
  change(metadata, tensors);
  const copy = join(folder, "changed.gguf");
  writeGguf(copy, metadata, tensors);
  return copy;
}

const checkBase = (change: Change) => () => validateBase(openGguf(changed(model.path, change)));
const code = (expected: GgufErrorCode) => expect.objectContaining({ name: "GgufError", code: expected });

test.each(["llama", "qwen2", "qwen3"] as const)("a complete %s model is accepted with its shape", (architecture) => {
  for (const tiedEmbeddings of [true, false]) {
    const { path, config } = writeTinyModel(join(folder, "ok.gguf"), { architecture, tiedEmbeddings });
    const file = openGguf(path);
    const read = validateBase(file);
    expect(read).toEqual({ ...config, rmsEpsilon: Math.fround(config.rmsEpsilon) });
    expect(() => validateTrainable(file, read)).not.toThrow();
  }
});

test.each([
  "llama.context_length",
  "llama.embedding_length",
  "llama.block_count",
  "llama.feed_forward_length",
  "llama.attention.head_count",
  "llama.attention.layer_norm_rms_epsilon",
  "general.architecture",
  "tokenizer.ggml.model",
  "tokenizer.ggml.tokens",
  "tokenizer.ggml.token_type",
  "tokenizer.ggml.merges",
  "tokenizer.ggml.pre",
  "tokenizer.ggml.eos_token_id",
  "tokenizer.chat_template",
])("a model without %s is refused", (key) => {
  expect(checkBase((metadata) => metadata.delete(key))).toThrow(code("MISSING_KEY"));
  expect(checkBase((metadata) => metadata.set(key, value("f64", 1)))).toThrow(code("BAD_METADATA"));
});

test.each<[string, GgufErrorCode, Change]>([
  [
    "an unknown architecture",
    "UNSUPPORTED_ARCHITECTURE",
    (m) => m.set("general.architecture", value("string", "mamba")),
  ],
  ["an adapter in place of a model", "BAD_METADATA", (m) => m.set("general.type", value("string", "adapter"))],
  ["only a part of its tensors", "BAD_METADATA", (m) => m.set("split.count", value("u16", 3))],
  ["zero heads", "BAD_METADATA", (m) => m.set("llama.attention.head_count", value("u32", 0))],
  ["heads that do not group", "BAD_METADATA", (m) => m.set("llama.attention.head_count_kv", value("u32", 3))],
  ["another block count", "MISSING_KEY", (m) => m.set("llama.block_count", value("u32", 3))],
  ["fewer blocks than tensors", "BAD_TENSOR", (m) => m.set("llama.block_count", value("u32", 1))],
  ["another feed-forward width", "BAD_SHAPE", (m) => m.set("llama.feed_forward_length", value("u32", 97))],
  [
    "an infinite epsilon",
    "BAD_METADATA",
    (m) => m.set("llama.attention.layer_norm_rms_epsilon", value("f32", Infinity)),
  ],
  ["too few token types", "BAD_METADATA", (m) => m.set("tokenizer.ggml.token_type", array("i32", [1, 1]))],
  ["merges that are numbers", "BAD_METADATA", (m) => m.set("tokenizer.ggml.merges", array("i32", [1]))],
  ["an end token outside", "BAD_METADATA", (m) => m.set("tokenizer.ggml.eos_token_id", value("u32", 280))],
  ["a padding token of another type", "BAD_METADATA", (m) => m.set("tokenizer.ggml.padding_token_id", value("i32", 3))],
  ["an unknown tokenizer", "BAD_METADATA", (m) => m.set("tokenizer.ggml.model", value("string", "rwkv"))],
  ["an empty template", "BAD_METADATA", (m) => m.set("tokenizer.chat_template", value("string", ""))],
  ["a missing tensor", "MISSING_KEY", (_, t) => t.splice(3, 1)],
  [
    "a foreign tensor",
    "BAD_TENSOR",
    (_, t) => t.push({ name: "blk.0.moe.weight", shape: [1], data: Float32Array.of(1), type: "F32" }),
  ],
  [
    "a tensor lying on its side",
    "BAD_SHAPE",
    (_, t) => {
      t[0] = { ...t[0]!, shape: t[0]!.shape.toReversed() };
    },
  ],
])("a model with %s is refused", (_, expected, change) => {
  expect(checkBase(change)).toThrow(code(expected));
});

test("a model that can only be served says so when it is to be trained", () => {
  const trainable = (change: Change) => () => {
    const file = openGguf(changed(model.path, change));
    validateTrainable(file, validateBase(file));
  };
  expect(trainable(() => {})).not.toThrow();
  expect(trainable((m) => m.set("llama.rope.scaling.type", value("string", "yarn")))).toThrow(code("NOT_TRAINABLE"));
  const tensor =
    (name: string): Change =>
    (_, t) =>
      t.push({ name, shape: [64], data: new Float32Array(64), type: "F32" });
  expect(trainable(tensor("rope_freqs.weight"))).not.toThrow();
  expect(trainable(tensor("blk.0.attn_q.bias"))).toThrow(code("NOT_TRAINABLE"));
});

test("an adapter is read with its rank, alpha and weights", () => {
  const written = writeTinyAdapter(join(folder, "adapter.gguf"), model.config, {
    rank: 3,
    alpha: 6,
    baseSha256: model.sha256,
  });
  const read = readAdapter(written.path, model.config, { sha256: model.sha256 });
  expect(read.rank).toBe(3);
  expect(read.alpha).toBe(6);
  const byName = new Map(read.tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of written.tensors) {
    expect(byName.get(tensor.name)?.shape).toEqual(tensor.shape);
    expect(byName.get(tensor.name)?.data).toEqual(tensor.data);
  }
});

test.each<[string, GgufErrorCode, Change]>([
  ["no alpha", "MISSING_KEY", (m) => m.delete("adapter.lora.alpha")],
  ["alpha as an integer", "BAD_METADATA", (m) => m.set("adapter.lora.alpha", value("u32", 8))],
  ["alpha zero", "MISSING_KEY", (m) => m.set("adapter.lora.alpha", value("f32", 0))],
  ["another architecture", "BASE_MISMATCH", (m) => m.set("general.architecture", value("string", "qwen3"))],
  ["another base", "BASE_MISMATCH", (m) => m.set("hone.base.sha256", value("string", "0".repeat(64)))],
  ["another kind of adapter", "BAD_METADATA", (m) => m.set("adapter.type", value("string", "dora"))],
  ["no tensors", "BAD_TENSOR", (_, t) => t.splice(0)],
  ["half a pair", "BAD_TENSOR", (_, t) => t.splice(0, 1)],
  [
    "a layer that is not there",
    "BASE_MISMATCH",
    (_, t) => {
      for (const [i, tensor] of t.entries()) t[i] = { ...tensor, name: tensor.name.replace("blk.1.", "blk.7.") };
    },
  ],
  [
    "a tensor that is no layer",
    "BASE_MISMATCH",
    (_, t) => {
      t[0] = { ...t[0]!, name: "token_embd.weight.lora_a" };
    },
  ],
  [
    "different ranks in a pair",
    "BAD_SHAPE",
    (_, t) => {
      const [, width] = t[0]!.shape as [number, number];
      t[0] = { ...t[0]!, shape: [5, width], data: new Float32Array(5 * width) };
    },
  ],
  [
    "a wrong width",
    "BAD_SHAPE",
    (_, t) => {
      t[0] = { ...t[0]!, shape: [4, 16], data: new Float32Array(64) };
    },
  ],
])("an adapter with %s is refused", (_, expected, change) => {
  const good = writeTinyAdapter(join(folder, "good.gguf"), model.config).path;
  expect(() => validateAdapter(openGguf(changed(good, change)), model.config, { sha256: model.sha256 })).toThrow(
    code(expected),
  );
});

test("values that are not finite are found in the file", async () => {
  const { readFileSync, writeFileSync } = await import("node:fs");
  const { path } = writeTinyAdapter(join(folder, "nan.gguf"), model.config);
  const bytes = readFileSync(path);
  bytes.writeFloatLE(Number.NaN, bytes.length - 64);
  writeFileSync(path, bytes);
  expect(() => validateAdapter(openGguf(path), model.config)).toThrow(code("NOT_FINITE"));
});
