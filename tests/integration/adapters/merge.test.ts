/** Merged and fully trained models in the real llama.cpp: the same log-probabilities as base + adapter, and as the engine. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FloatType } from "../../../server/gguf/format.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import type { StorageType } from "../../../server/gguf/rewrite-model.ts";
import { openModelHost } from "../../../server/inference/model-host.ts";
import { score } from "../../../server/inference/score.ts";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { exportAdapter } from "../../../trainer/adapters/export.ts";
import { exportModel } from "../../../trainer/adapters/export-model.ts";
import { mergeAdapter } from "../../../trainer/adapters/merge.ts";
import { readAdapterFile } from "../../../trainer/adapters/read.ts";
import type { Architecture, TokenBatch } from "../../../trainer/engine/contract.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import { type TinyModel, writeTinyAdapter, writeTinyModel } from "../../helpers/tiny-model.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-merge-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nats; what F32 weights and F32 attention states allow. */
const TOLERANCE = 1e-4;

const batch: TokenBatch = [1, 2].map((seed) => {
  const tokens = Int32Array.from({ length: 60 }, (_, t) => 4 + ((t * 7919 + seed * 104_729) % 500));
  return { tokens, targets: Int32Array.from({ length: 59 }, (_, i) => i + 1) };
});

/** Log-probabilities of the batch as llama.cpp serves them. */
async function served(model: string, adapter: { path: string; sha256: string } | null): Promise<number[]> {
  const limits = { contextLength: 128, sequences: 1, queueLimit: 4, adapterLimit: 2 };
  const host = await openModelHost({ model, threads: 1, gpu: false, ...limits });
  try {
    const rows: number[] = [];
    for (const { tokens } of batch)
      rows.push(...(await score(host, { adapter, tokens: [...tokens], targetsFrom: 1 }, AbortSignal.timeout(60_000))));
    return rows;
  } finally {
    await host.close();
  }
}

/** The same by the training engine. */
async function computed(model: TinyModel, adapter: string | null): Promise<number[]> {
  const engine = await openEngine({ baseGguf: model.path, mode: "lora", backend: "onnx-cpu" });
  try {
    if (adapter) engine.loadAdapter("policy", await readAdapterFile(adapter, engine.config));
    const { logProbs } = await engine.forward(batch, { adapter: adapter && "policy" });
    return logProbs.flatMap((row) => [...row]);
  } finally {
    await engine.close();
  }
}

const largestDifference = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

const tiny = (architecture: Architecture, type: FloatType = "F32") =>
  writeTinyModel(join(folder, `${architecture}-${type}.gguf`), {
    architecture,
    type,
    tiedEmbeddings: architecture === "qwen3",
    headWidth: architecture === "qwen2" ? 16 : 32,
    seed: 3,
  });

describe("mergeAdapter", () => {
  it.each(["llama", "qwen2", "qwen3"] as const)("%s: F32 equals base + adapter, served and computed", async (arch) => {
    const model = tiny(arch);
    const adapter = writeTinyAdapter(join(folder, `${arch}-adapter.gguf`), model.config, { baseSha256: model.sha256 });
    const out = join(folder, `${arch}-merged.gguf`);
    const { model: merged, retyped } = await mergeAdapter({
      base: model.path,
      adapter: adapter.path,
      out,
      type: "f32",
    });
    expect(retyped).toBe(0);
    expect(merged.sha256).toBe(await sha256OfFile(out));

    const found = await served(out, null);
    const withAdapter = await served(model.path, adapter);
    expect(largestDifference(found, withAdapter)).toBeLessThan(TOLERANCE);
    expect(largestDifference(found, await computed(model, adapter.path))).toBeLessThan(TOLERANCE);
    // An adapter that moved nothing would agree without having been merged.
    expect(largestDifference(found, await served(model.path, null))).toBeGreaterThan(1);
  });

  it("expands a quantised base: F32 from Q8_0 equals the engine's base + adapter", async () => {
    const model = tiny("llama", "Q8_0");
    const adapter = writeTinyAdapter(join(folder, "q8-adapter.gguf"), model.config, { baseSha256: model.sha256 });
    const out = join(folder, "q8-merged.gguf");
    const { retyped } = await mergeAdapter({ base: model.path, adapter: adapter.path, out, type: "f32" });
    expect(retyped).toBe(2 * 7 + 2);
    expect(largestDifference(await served(out, null), await computed(model, adapter.path))).toBeLessThan(TOLERANCE);
  });

  it.each<[StorageType, Record<string, number>, number]>([
    ["keep", { F16: 14, Q8_0: 2, F32: 5 }, 1],
    ["f16", { F16: 16, F32: 5 }, 1],
    ["q8_0", { Q8_0: 16, F32: 5 }, 7],
  ])("stores a Q8_0 base's matrices as asked (%s)", async (type, expected, fileType) => {
    const model = tiny("llama", "Q8_0");
    const adapter = writeTinyAdapter(join(folder, "types-adapter.gguf"), model.config, { deviation: 0.01 });
    const out = join(folder, `types-${type}.gguf`);
    await mergeAdapter({ base: model.path, adapter: adapter.path, out, type });
    const file = openGguf(out);
    const counts: Record<string, number> = {};
    for (const tensor of file.tensors.values()) counts[tensor.type.name] = (counts[tensor.type.name] ?? 0) + 1;
    file.close();
    expect(counts).toEqual(expected);
    expect(file.metadata.get("general.file_type")!.value).toBe(fileType);
    // Each is a model that llama.cpp loads and that says nearly the same.
    expect(largestDifference(await served(out, null), await computed(model, adapter.path))).toBeLessThan(0.5);
  });

  it("keeps every word of the base's metadata, and records what it was made of", async () => {
    const model = tiny("qwen2");
    const adapter = writeTinyAdapter(join(folder, "meta-adapter.gguf"), model.config);
    const out = join(folder, "meta-merged.gguf");
    await mergeAdapter({ base: model.path, adapter: adapter.path, out, type: "keep" });
    const [before, after] = [openGguf(model.path), openGguf(out)];
    before.close();
    after.close();
    const added = new Map(after.metadata);
    expect(added.get("general.name")!.value).toBe(`tiny-random + ${adapter.sha256.slice(0, 8)}`);
    expect(added.get("hone.merged.base.sha256")!.value).toBe(model.sha256);
    expect(added.get("hone.merged.adapter.sha256")!.value).toBe(adapter.sha256);
    added.delete("hone.merged.base.sha256");
    added.delete("hone.merged.adapter.sha256");
    added.set("general.name", before.metadata.get("general.name")!);
    expect(added).toEqual(before.metadata);
    expect([...after.tensors.keys()]).toEqual([...before.tensors.keys()]);
  });

  it("refuses what is no change of weights, and leaves what was there", async () => {
    const model = tiny("qwen3");
    const base = { name: "tiny", sha256: model.sha256 };
    const { width } = model.config;
    const tensor = (name: string, rows: number) => ({
      name,
      shape: [rows, width],
      data: new Float32Array(rows * width),
    });
    const lora = writeTinyAdapter(join(folder, "other.gguf"), model.config, { baseSha256: "cd".repeat(32) });
    const plain = { kind: "lora" as const, rank: lora.rank, alpha: lora.alpha, tensors: lora.tensors };
    const reward = { ...plain, tensors: [...lora.tensors, tensor("head.weight", 1)] };
    const prompt = { kind: "prompt" as const, rank: 4, alpha: 1, tensors: [tensor("prompt.weight", 4)] };
    const path = async (name: string, weights: Parameters<typeof exportAdapter>[1]) =>
      join(folder, name, (await exportAdapter(join(folder, name), weights, model.config, base)).file);
    const out = join(folder, "refused.gguf");
    writeFileSync(out, "as it was");
    const merge = (adapter: string) => mergeAdapter({ base: model.path, adapter, out, type: "f32" });
    await expect(merge(await path("reward", reward))).rejects.toThrow(/it is a reward model, .*; merge a policy\.$/);
    await expect(merge(await path("prompt", prompt))).rejects.toThrow(/it is a prompt adapter, and only LoRA/);
    await expect(merge(lora.path)).rejects.toMatchObject({ code: "BASE_MISMATCH" });
    expect(readFileSync(out, "utf8")).toBe("as it was");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("leaves no file behind when values do not fit the type", async () => {
    const model = tiny("llama");
    const adapter = writeTinyAdapter(join(folder, "huge.gguf"), model.config, { deviation: 3000 });
    const out = join(folder, "huge-merged.gguf");
    const merging = mergeAdapter({ base: model.path, adapter: adapter.path, out, type: "f16" });
    await expect(merging).rejects.toThrow(/too large for F16.*write the model as f32\.$/);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe("exportModel", () => {
  it.each(["llama", "qwen2", "qwen3"] as const)(
    "%s: a trained base is served as it was trained",
    async (architecture) => {
      const model = tiny(architecture);
      const engine = await openEngine({ baseGguf: model.path, mode: "full", backend: "onnx-cpu" });
      try {
        const before = (await engine.forward(batch, { adapter: null })).logProbs.flatMap((row) => [...row]);
        const upstream = { logProbs: batch.map(({ targets }) => new Float64Array(targets.length).fill(-0.01)) };
        for (let step = 0; step < 3; step++) {
          await engine.accumulateKnown(batch, { adapter: null }, upstream);
          await engine.step({
            learningRate: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weightDecay: 0,
            clipNorm: 1,
          });
        }
        const after = (await engine.forward(batch, { adapter: null })).logProbs.flatMap((row) => [...row]);
        const out = join(folder, `full-${architecture}`);
        const made = await exportModel(out, engine.exportBase(), model.path);
        const path = join(out, made.file);
        expect(made.sha256).toBe(await sha256OfFile(path));
        expect(largestDifference(await served(path, null), after)).toBeLessThan(TOLERANCE);
        expect(largestDifference(after, before)).toBeGreaterThan(1);
      } finally {
        await engine.close();
      }
    },
  );

  it("refuses weights of another model", async () => {
    const [model, other] = [tiny("llama"), tiny("qwen2")];
    await expect(exportModel(join(folder, "wrong"), other.tensors, model.path)).rejects.toMatchObject({
      code: "BASE_MISMATCH",
    });
    const [, ...rest] = model.tensors;
    await expect(exportModel(join(folder, "wrong"), rest, model.path)).rejects.toThrow(/token_embd\.weight .* none/);
    expect(existsSync(join(folder, "wrong"))).toBe(false);
  });
});
