/** A base whose linear layers stay in Q8_0 computes what the same base in floats does, and refuses what cannot stay so. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ADAPTER_KINDS, type Engine, EngineError, LINEAR_LAYERS, type Use } from "../../../trainer/engine/contract.ts";
import { type CreateEngineOptions, createEngine } from "../../../trainer/engine/create.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import { loadBase } from "../../../trainer/engine/load.ts";
import { writeTinyModel } from "../../helpers/tiny-model.ts";
import { HEADED, HEADED_UPSTREAM, relativeDifference, takeGradients, wildAdapter } from "./tiny.ts";

const POLICY: Use = { adapter: "policy" };
let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-quantised-"));
  path = join(folder, "q8.gguf");
  writeTinyModel(path, { type: "Q8_0", architecture: "qwen2", seed: 5 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open: Engine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});
async function engineOf(keepQuantised: boolean, options: Partial<CreateEngineOptions> = {}): Promise<Engine> {
  const base = loadBase(path, { keepQuantised });
  const engine = await createEngine({ ...base, mode: "lora", backend: "onnx-cpu", ...options });
  open.push(engine);
  return engine;
}

test("the linear layers of every block are kept and nothing else, with their values to the last bit", () => {
  const { quantised, weights, config } = loadBase(path, { keepQuantised: true });
  const whole = loadBase(path);
  expect(whole.quantised).toEqual([]);
  expect(quantised).toHaveLength(config.layers * LINEAR_LAYERS.length);
  expect(weights.length + quantised.length).toBe(whole.weights.length);
  for (const { name, shape, values, scales } of quantised) {
    const expected = whole.weights.find((tensor) => tensor.name === name)!;
    expect(shape).toEqual(expected.shape);
    expect(Float32Array.from(values, (value, i) => value * scales[Math.floor(i / 32)]!)).toEqual(expected.data);
  }
});

describe.each(ADAPTER_KINDS)("%s", (kind) => {
  test.each(["never", "always"] as const)(
    "forward and gradients are those of the floats, checkpointing %s",
    async (checkpointing) => {
      const found = [];
      for (const keep of [false, true]) {
        const engine = await engineOf(keep, { checkpointing });
        wildAdapter(engine, "policy", { kind, head: true });
        const forward = await engine.forward(HEADED, POLICY);
        await engine.accumulateKnown(HEADED, POLICY, HEADED_UPSTREAM);
        await engine.accumulate(HEADED, POLICY, () => ({ upstream: HEADED_UPSTREAM, metrics: {} }));
        found.push({ forward, gradients: await takeGradients(engine, POLICY) });
      }
      const [floats, kept] = found;
      for (const row of HEADED.keys()) {
        for (const [i, value] of floats!.forward.logProbs[row]!.entries()) {
          expect(Math.abs(kept!.forward.logProbs[row]![i]! - value)).toBeLessThan(1e-6 * (1 + Math.abs(value)));
        }
      }
      expect(relativeDifference(floats!.gradients, kept!.gradients)).toBeLessThan(1e-5);
    },
  );
});

test("a base stays quantised only where programs are traced and it is frozen", async () => {
  const refused = async (options: Partial<CreateEngineOptions>) =>
    engineOf(true, options).then(
      () => "",
      (error: unknown) => (error instanceof EngineError ? error.message : ""),
    );
  expect(await refused({ backend: "tfjs-cpu" })).toMatch(/LoRA mode on onnx-cpu, found lora mode on tfjs-cpu; expand/);
  expect(await refused({ mode: "full" })).toMatch(/found full mode on onnx-cpu/);
  const { quantised } = loadBase(path, { keepQuantised: true });
  const [first, ...others] = quantised;
  const broken = (change: Partial<typeof first>) => refused({ quantised: [{ ...first!, ...change }, ...others] });
  expect(await broken({ name: "token_embd.weight" })).toMatch(/token_embd.weight .* cannot stay quantised/);
  expect(await broken({ shape: [32, 128] })).toMatch(/expected shape \[64, 64\], found \[32, 128\]/);
  expect(await broken({ scales: first!.scales.map(() => Number.NaN) })).toMatch(/scales holds NaN at index 0/);
  expect(await broken({ values: first!.values.slice(1) })).toMatch(/cannot stay quantised/);
});

test.each([
  ["keep", /Its linear layers stay in 8 bits \(Q8_0\), because it is set\./],
  ["expand", /Its linear layers are expanded from 8 bits \(Q8_0\) to 32, because it is set\./],
  ["auto", /Its linear layers are expanded .* because that is faster and takes 0\.\d+ GiB more, of \d+\.\d free\./],
] as const)("the log says of %s what is done and why", async (quantised, sentence) => {
  const sentences: string[] = [];
  const log = (text: string) => sentences.push(text);
  open.push(await openEngine({ baseGguf: path, mode: "lora", backend: "onnx-cpu", quantised, log }));
  expect(sentences).toHaveLength(2);
  expect(sentences[1]).toMatch(sentence);
});
