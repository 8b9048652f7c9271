/** A base that stays in 8 bits takes a fraction of the memory, in the middle of a training step as well. */

import { expect, test } from "vitest";
import { LINEAR_LAYERS, type ModelConfig, type NamedTensor } from "../../../trainer/engine/contract.ts";
import { createEngine } from "../../../trainer/engine/create.ts";
import type { QuantisedTensor } from "../../../trainer/engine/quantised.ts";
import { linearShape, tensorShapes } from "../../../trainer/engine/weights.ts";
import { peakMemory } from "../../helpers/peak-memory.ts";

const CONFIG: ModelConfig = {
  architecture: "llama",
  layers: 12,
  width: 512,
  heads: 8,
  kvHeads: 4,
  headWidth: 64,
  feedForward: 1536,
  vocabulary: 64,
  contextLength: 64,
  ropeTheta: 10_000,
  rmsEpsilon: 1e-6,
  tiedEmbeddings: true,
};
/** 37.7M weights in linear layers: 151 MB as floats, 42 MB in 8 bits with scales. */
const LIMIT_MB = 140;

test("expanding one layer at a time never holds the model in floats", async () => {
  await growth("keep", { ...CONFIG, layers: 1 }); // loads all that is needed
  // The peak of a process only rises, so the smaller one is measured first.
  expect(await growth("keep", CONFIG)).toBeLessThan(LIMIT_MB);
  expect(await growth("expand", CONFIG)).toBeGreaterThan(LIMIT_MB - 42); // on top of the first
});

/** By how many MB opening a base and a training step raise the peak of this process. */
async function growth(mode: "keep" | "expand", config: ModelConfig): Promise<number> {
  const before = peakMemory();
  const weights: NamedTensor[] = [];
  const quantised: QuantisedTensor[] = [];
  for (const [name, shape] of tensorShapes(config)) {
    const layer = LINEAR_LAYERS.find((linear) => name.endsWith(`.${linear}.weight`));
    const count = shape.reduce((product, extent) => product * extent, 1);
    if (!layer || mode === "expand") {
      weights.push({ name, shape, data: new Float32Array(count).fill(0.01) });
      continue;
    }
    const values = new Int8Array(count).fill(20);
    const scales = new Float32Array(count / 32).fill(1 / 2000);
    quantised.push({ name, shape: linearShape(config, layer), values, scales });
  }
  const engine = await createEngine({ config, weights, quantised, mode: "lora", backend: "onnx-cpu", handOver: true });
  engine.createAdapter("policy", { rank: 1, alpha: 1, targets: ["attn_q"] }, 1);
  const batch = [{ tokens: Int32Array.from({ length: 16 }, (_, t) => t), targets: Int32Array.of(15) }];
  // The forward pass is kept while the objective is asked, and nothing that the backward pass alone needs may be.
  const upstream = { logProbs: [Float64Array.of(-1)] };
  await engine.accumulate(batch, { adapter: "policy" }, () => ({ upstream, metrics: {} }));
  const after = peakMemory();
  await engine.close();
  return after - before;
}
