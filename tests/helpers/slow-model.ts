// A random model that speaks slowly and never ends by itself: time to press Stop, drop a connection, or kill a process.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { requiredTensors } from "../../server/gguf/model-config.ts";
import { CHATML_TEMPLATE, writeBaseModel } from "../../server/gguf/write-model.ts";
import { seededRandom, TINY_SPECIALS, tinyVocabulary } from "./tiny-model.ts";

/** 24 million weights in 32 bits: about 100 tokens a second on one core, limited by memory. */
const CONFIG = {
  architecture: "llama",
  layers: 8,
  width: 512,
  heads: 8,
  kvHeads: 4,
  headWidth: 64,
  feedForward: 1408,
  vocabulary: 512,
  contextLength: 16384,
  ropeTheta: 10_000,
  rmsEpsilon: 1e-5,
  tiedEmbeddings: false,
} as const;

/** Settings of an instance whose replies last for minutes. */
export const slowSettings = () => ({ HONE_MODEL: slowModel(), INFERENCE_CONTEXT: "16384", MAX_REPLY_TOKENS: "16000" });

/** Random numbers that all tensors are cut from; making 24 million would take longer than the tests that use them. */
const POOL = 1 << 20;

/** Writes it once per machine and version. @returns its path */
export function slowModel(): string {
  const file = path.join(os.tmpdir(), `hone-slow-model-4-${process.getuid?.() ?? 0}.gguf`);
  if (fs.existsSync(file)) return file;
  const random = seededRandom(1);
  const pool = Float32Array.from({ length: POOL }, () => random() - 0.5);
  const tensors = [...requiredTensors(CONFIG)].map(([name, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = new Float32Array(count);
    if (name.endsWith("norm.weight")) return { name, shape, data: data.fill(1) };
    const scale = (name === "output.weight" ? 20 : 4) / Math.sqrt(shape[1]!);
    for (let at = 0, from = Math.floor(random() * POOL); at < count; at++) data[at] = scale * pool[(from + at) % POOL]!;
    // The end tokens' logits are 0 while the others' spread wide, so that an end has no chance.
    if (name === "output.weight") data.fill(0, 0, TINY_SPECIALS.length * CONFIG.width);
    return { name, shape, data };
  });
  const part = `${file}.${process.pid}`;
  const vocabulary = tinyVocabulary(CONFIG.vocabulary);
  writeBaseModel(part, {
    name: "slow",
    config: CONFIG,
    vocabulary,
    chatTemplate: CHATML_TEMPLATE,
    tensors,
    type: "F32",
  });
  fs.renameSync(part, file);
  return file;
}
