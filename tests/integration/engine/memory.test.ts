/** Gradient checkpointing keeps its promise on onnxruntime, which is free to order and merge the computation as it likes. */

import { expect, test } from "vitest";
import type { ModelConfig } from "../../../trainer/engine/contract.ts";
import { type CreateEngineOptions, createEngine } from "../../../trainer/engine/create.ts";
import { initialiseWeights } from "../../../trainer/engine/weights.ts";
import { peakMemory } from "../../helpers/peak-memory.ts";

const CONFIG: ModelConfig = {
  architecture: "llama",
  layers: 16,
  width: 128,
  heads: 4,
  kvHeads: 2,
  headWidth: 32,
  feedForward: 344,
  vocabulary: 256,
  contextLength: 256,
  ropeTheta: 10_000,
  rmsEpsilon: 1e-6,
  tiedEmbeddings: true,
};
const [ROWS, LENGTH] = [8, 256];
/** Below the 500 MB that all activations of this batch take, above the 60 MB that checkpointing leaves. */
const LIMIT_MB = 200;

test("activations stay small with checkpointing and do not without", async () => {
  // The peak of a process only rises, so the smaller one is measured first.
  expect(await growth("always")).toBeLessThan(LIMIT_MB);
  expect(await growth("never")).toBeGreaterThan(LIMIT_MB);
});

/** By how many MB a training step raises the peak of this process, after a small one has loaded all it needs. */
async function growth(checkpointing: CreateEngineOptions["checkpointing"]): Promise<number> {
  const weights = initialiseWeights(CONFIG, 1);
  const engine = await createEngine({ config: CONFIG, weights, mode: "lora", backend: "onnx-cpu", checkpointing });
  engine.createAdapter("policy", { rank: 4, alpha: 8 }, 1);
  const train = async (rows: number) => {
    const batch = Array.from({ length: rows }, (_, row) => ({
      tokens: Int32Array.from({ length: LENGTH }, (_, t) => (row + 31 * t) % CONFIG.vocabulary),
      targets: Int32Array.of(LENGTH - 1),
    }));
    await engine.accumulateKnown(batch, { adapter: "policy" }, { logProbs: batch.map(() => Float64Array.of(-1)) });
    return peakMemory();
  };
  const before = await train(1);
  const after = await train(ROWS);
  await engine.close();
  return after - before;
}
