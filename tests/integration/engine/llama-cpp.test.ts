/** The engine against llama.cpp on the same files: the base as read from GGUF, and an adapter that the engine trained. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FloatType } from "../../../server/gguf/format.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { type TensorToWrite, writeGguf } from "../../../server/gguf/writer.ts";
import { openModelHost } from "../../../server/inference/model-host.ts";
import { score } from "../../../server/inference/score.ts";
import { ADAPTER_FILE, exportAdapter } from "../../../trainer/adapters/export.ts";
import type { Architecture, TokenBatch, Use } from "../../../trainer/engine/contract.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import { writeTinyModel } from "../../helpers/tiny-model.ts";

/**
 * Largest difference of two log-probabilities, in nats, that serving and training may show. For BF16 and Q8_0 llama.cpp
 * rounds the activations to the weights' format as well, which we do not.
 */
const TOLERANCE: Record<FloatType, number> = { F32: 5e-3, F16: 5e-3, BF16: 0.05, Q8_0: 0.3 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-engine-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CASES: { architecture: Architecture; type: FloatType; tied: boolean }[] = [
  { architecture: "llama", type: "F32", tied: false },
  { architecture: "llama", type: "F16", tied: true },
  { architecture: "qwen2", type: "F32", tied: true },
  { architecture: "qwen2", type: "BF16", tied: false },
  { architecture: "qwen3", type: "F32", tied: false },
  { architecture: "qwen3", type: "F16", tied: true },
  { architecture: "llama", type: "Q8_0", tied: false },
];

describe.each(CASES)("$architecture $type, tied $tied", ({ architecture, type, tied }) => {
  test("base and trained adapter give the log-probabilities that llama.cpp serves", async () => {
    const path = join(folder, `${architecture}-${type}-${tied}.gguf`);
    // Heads wider than width / heads, as Qwen3 has, so that no shape can be mistaken; llama.cpp's qwen2 allows none.
    const headWidth = architecture === "qwen2" ? 16 : 32;
    const model = writeTinyModel(path, { architecture, type, tiedEmbeddings: tied, headWidth, seed: 5 });
    const base = { name: "tiny-random", sha256: model.sha256 };
    const engine = await openEngine({ baseGguf: path, mode: "lora", backend: "onnx-cpu" });
    const host = await openModelHost(hostSettings(path));
    try {
      const batch = [row(40, 1), row(77, 2), row(9, 3)];
      await expectServed(null, { adapter: null });

      engine.createAdapter("policy", { rank: 4, alpha: 8 }, 1);
      const before = await engine.forward(batch, { adapter: "policy" });
      for (let step = 0; step < 5; step++) {
        const upstream = { logProbs: batch.map(({ targets }) => new Float64Array(targets.length).fill(-0.01)) };
        await engine.accumulateKnown(batch, { adapter: "policy" }, upstream);
        await engine.step({ learningRate: 0.03, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 });
      }
      const adapterFolder = join(folder, `${architecture}-${type}-${tied}`);
      const { sha256 } = await exportAdapter(adapterFolder, engine.exportAdapter("policy"), engine.config, base);
      const served = await expectServed({ sha256, path: join(adapterFolder, ADAPTER_FILE) }, { adapter: "policy" });
      // An adapter that hardly moved anything would agree without being applied.
      const moved = served.map((value, i) => Math.abs(value - before.logProbs.flatMap((r) => [...r])[i]!));
      expect(Math.max(...moved)).toBeGreaterThan(3 * TOLERANCE[type]);

      async function expectServed(adapter: { sha256: string; path: string } | null, use: Use): Promise<number[]> {
        const { logProbs } = await engine.forward(batch, use);
        const found = logProbs.flatMap((values) => [...values]);
        const served: number[] = [];
        for (const { tokens } of batch) {
          const request = { adapter, tokens: [...tokens], targetsFrom: 1 };
          served.push(...(await score(host, request, AbortSignal.timeout(60_000))));
        }
        expect(found).toHaveLength(served.length);
        expect(largestDifference(found, served)).toBeLessThan(TOLERANCE[type]);
        return served;
      }
    } finally {
      await engine.close();
      await host.close();
    }
  });
});

test("stretched rotations (rope_freqs.weight) give what llama.cpp serves", async () => {
  const plain = join(folder, "plain.gguf");
  writeTinyModel(plain, { seed: 5 });
  const file = openGguf(plain);
  const tensors = [...file.tensors.values()].map(({ name, shape }): TensorToWrite => {
    return { name, shape, data: file.readTensorF32(name), type: "F32" };
  });
  const factors = Float32Array.of(1, 1, 1, 2, 3, 5, 8, 8);
  const path = join(folder, "stretched.gguf");
  writeGguf(path, file.metadata, [...tensors, { name: "rope_freqs.weight", shape: [8], data: factors, type: "F32" }]);
  file.close();

  const engine = await openEngine({ baseGguf: path, mode: "lora", backend: "onnx-cpu" });
  const without = await openEngine({ baseGguf: plain, mode: "lora", backend: "onnx-cpu" });
  const host = await openModelHost(hostSettings(path));
  try {
    const batch = [row(77, 2)];
    const found = (await engine.forward(batch, { adapter: null })).logProbs[0]!;
    const request = { adapter: null, tokens: [...batch[0]!.tokens], targetsFrom: 1 };
    const served = await score(host, request, AbortSignal.timeout(60_000));
    expect(largestDifference(found, served)).toBeLessThan(TOLERANCE.F32);
    const ignored = (await without.forward(batch, { adapter: null })).logProbs[0]!;
    expect(largestDifference(ignored, served)).toBeGreaterThan(3 * TOLERANCE.F32);
  } finally {
    await engine.close();
    await without.close();
    await host.close();
  }
});

function hostSettings(model: string) {
  return { model, threads: 1, contextLength: 128, sequences: 1, queueLimit: 4, adapterLimit: 2, gpu: false as const };
}

const largestDifference = (found: ArrayLike<number>, expected: readonly number[]) =>
  Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));

/** Every token after the first is a target. */
function row(length: number, seed: number): TokenBatch[number] {
  const tokens = Int32Array.from({ length }, (_, t) => 4 + ((t * 7919 + seed * 104_729) % 500));
  return { tokens, targets: Int32Array.from({ length: length - 1 }, (_, i) => i + 1) };
}
