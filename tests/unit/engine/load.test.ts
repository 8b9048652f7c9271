/** Opening a base for training: what is read, what is refused, and what the log says of the choice. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FLOAT_TYPES, GgufError } from "../../../server/gguf/format.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { value, writeGguf } from "../../../server/gguf/writer.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import { loadBase } from "../../../trainer/engine/load.ts";
import { writeTinyModel } from "../../helpers/tiny-model.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-load-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rounding of each format, relative to the largest value. Q8_0 rounds to 127 steps, whose size is itself an F16. */
const ROUNDING = { F32: 0, F16: 2 ** -11, BF16: 2 ** -8, Q8_0: (1 / 2 + 127 * 2 ** -11) / 127 };

test.each(FLOAT_TYPES)("weights stored as %s are read back", (type) => {
  const path = join(folder, `${type}.gguf`);
  const { tensors, config } = writeTinyModel(path, { type });
  const loaded = loadBase(path);
  expect(loaded.config).toEqual({ ...config, rmsEpsilon: Math.fround(config.rmsEpsilon) });
  for (const { name, shape, data } of tensors) {
    const found = loaded.weights.find((tensor) => tensor.name === name)!;
    expect(found.shape).toEqual(shape);
    const largest = Math.max(...data.map(Math.abs));
    const error = Math.max(...data.map((x, i) => Math.abs(x - found.data[i]!)));
    expect(error, name).toBeLessThanOrEqual((shape.length === 1 ? 0 : ROUNDING[type]) * largest * 1.01);
  }
});

test("a rotation that would be computed differently from serving is refused", () => {
  const plain = join(folder, "plain.gguf");
  writeTinyModel(plain);
  const file = openGguf(plain);
  const tensors = [...file.tensors.values()].map(({ name, shape }) => {
    return { name, shape, data: file.readTensorF32(name), type: "F32" as const };
  });
  const scaled = join(folder, "scaled.gguf");
  writeGguf(scaled, new Map([...file.metadata, ["llama.rope.scaling.type", value("string", "yarn")]]), tensors);
  file.close();
  expect(() => loadBase(scaled)).toThrow(GgufError);
  expect(() => loadBase(scaled)).toThrow(/yarn/);
});

test("a file that is not there is named", async () => {
  await expect(openEngine({ baseGguf: join(folder, "none.gguf"), mode: "lora" })).rejects.toThrow(/none\.gguf/);
});

test("auto says what it chose and why", async () => {
  const path = join(folder, "auto.gguf");
  writeTinyModel(path);
  const sentences: string[] = [];
  const engine = await openEngine({
    baseGguf: path,
    mode: "lora",
    threads: 1,
    log: (sentence) => sentences.push(sentence),
  });
  expect(sentences).toEqual([expect.stringMatching(/^Training engine: tfjs.*, because .*tfjs-node-gpu.*\.$/)]);
  await engine.close();
});
