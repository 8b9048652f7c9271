/** Adapters in PEFT's layout: names, shapes, the row order of llama's Q and K, and the way back. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linearShapes } from "../../../server/gguf/model-config.ts";
import { readPeft } from "../../../server/gguf/peft.ts";
import { readAdapter } from "../../../server/gguf/read-adapter.ts";
import { readSafetensors } from "../../../server/gguf/safetensors.ts";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { exportAdapter } from "../../../trainer/adapters/export.ts";
import { writePeft } from "../../../trainer/adapters/peft.ts";
import { type AdapterWeights, LINEAR_LAYERS, type ModelConfig } from "../../../trainer/engine/contract.ts";
import { CONFIG, randomAdapter } from "./random-adapter.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-peft-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = (architecture: ModelConfig["architecture"]): ModelConfig => ({ ...CONFIG, architecture });
const lora = (config: ModelConfig, head = false) => randomAdapter("lora", { config, head });
const byName = (adapter: Pick<AdapterWeights, "tensors">) =>
  new Map(adapter.tensors.map((tensor) => [tensor.name, tensor]));

describe("PEFT files", () => {
  it.each(["llama", "qwen2", "qwen3"] as const)("are read back bit for bit (%s)", async (architecture) => {
    const config = model(architecture);
    const adapter = lora(config);
    await writePeft(folder, adapter, config, "some/base");
    const back = await readPeft(folder, config);
    expect(byName(back)).toEqual(byName(adapter));
    expect([back.rank, back.alpha]).toEqual([3, 6]);
  });

  it("carry PEFT's names, shapes and settings", async () => {
    await writePeft(folder, lora(model("qwen3")), model("qwen3"), "some/base");
    const { tensors, metadata } = await readSafetensors(join(folder, "adapter_model.safetensors"));
    expect(metadata).toEqual({ format: "pt" });
    expect(tensors).toHaveLength(2 * 7 * 2);
    const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
    expect(shapes.get("base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight")).toEqual([3, 16]);
    expect(shapes.get("base_model.model.model.layers.1.self_attn.k_proj.lora_B.weight")).toEqual([4, 3]);
    expect(shapes.get("base_model.model.model.layers.0.mlp.down_proj.lora_A.weight")).toEqual([3, 24]);
    const config = JSON.parse(readFileSync(join(folder, "adapter_config.json"), "utf8"));
    expect(config).toMatchObject({
      peft_type: "LORA",
      task_type: "CAUSAL_LM",
      base_model_name_or_path: "some/base",
      r: 3,
      lora_alpha: 6,
      target_modules: ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"],
    });
  });

  it("undo the converter's row order of Q and K for llama, and only there", async () => {
    // The converter: rows.reshape(heads, 2, headWidth / 2).swapaxes(1, 2). Heads of width 4, so within each head
    // the GGUF rows 0, 1, 2, 3 are Hugging Face's rows 0, 2, 1, 3.
    for (const [architecture, q] of [
      ["llama", [0, 2, 1, 3, 4, 6, 5, 7]],
      ["qwen3", [0, 1, 2, 3, 4, 5, 6, 7]],
    ] as const) {
      const rows = (count: number) => Float32Array.from({ length: count * 3 }, (_, i) => Math.floor(i / 3));
      const config = model(architecture);
      const adapter = lora(config);
      for (const tensor of adapter.tensors) if (tensor.name.endsWith("lora_b")) tensor.data.set(rows(tensor.shape[0]!));
      await writePeft(folder, adapter, config, "some/base");
      const { tensors } = await readSafetensors(join(folder, "adapter_model.safetensors"));
      const rowsOf = (module: string) => {
        const name = `base_model.model.model.layers.0.self_attn.${module}.lora_B.weight`;
        return [...tensors.find((tensor) => tensor.name === name)!.data].filter((_, i) => i % 3 === 0);
      };
      expect(rowsOf("q_proj")).toEqual(q);
      expect(rowsOf("k_proj")).toEqual(q.slice(0, 4));
      expect(rowsOf("v_proj")).toEqual([0, 1, 2, 3]);
      expect(rowsOf("o_proj")).toEqual(Array.from({ length: 16 }, (_, i) => i));
    }
  });

  it.each<[string, object, RegExp]>([
    ["another method", { peft_type: "LOHA" }, /no plain LoRA config \(see peft_type\)/],
    ["a missing rank", { r: undefined }, /see r\)/],
    ["weights split into size and direction", { use_dora: true }, /see use_dora\)/],
    ["ranks of their own for some layers", { rank_pattern: { q_proj: 2 } }, /see rank_pattern\)/],
    ["scales of their own for some layers", { alpha_pattern: { q_proj: 2 } }, /see alpha_pattern\)/],
    ["a base that was changed to begin with", { init_lora_weights: "pissa" }, /see init_lora_weights\)/],
    ["layers that are repeated", { layer_replication: [[0, 1]] }, /see layer_replication\)/],
    ["other modules that were trained", { modules_to_save: ["embed_tokens"] }, /see modules_to_save\)/],
    ["biases", { bias: "all" }, /see bias\)/],
    ["another rank than its tensors", { r: 4 }, /does not fit the rank 4/],
  ])("are refused with %s", async (_, config, message) => {
    await writePeft(folder, lora(model("qwen3")), model("qwen3"), "some/base");
    rewriteConfig(config);
    await expect(readPeft(folder, model("qwen3"))).rejects.toThrow(message);
  });

  it("keep the scale of a rank-stabilised adapter, alpha / √rank", async () => {
    await writePeft(folder, lora(model("qwen3")), model("qwen3"), "some/base");
    rewriteConfig({ use_rslora: true, use_dora: false, rank_pattern: {}, layer_replication: null });
    const { alpha, rank } = await readPeft(folder, model("qwen3"));
    expect(alpha / rank).toBeCloseTo(6 / Math.sqrt(3), 12);
  });

  const rewriteConfig = (changes: object) => {
    const file = join(folder, "adapter_config.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...changes }));
  };
});

describe("PEFT files of the other kinds", () => {
  const written = async (name: string, adapter: AdapterWeights, config: ModelConfig) => {
    await writePeft(join(folder, name), adapter, config, "some/base");
    const json = JSON.parse(readFileSync(join(folder, name, "adapter_config.json"), "utf8"));
    return { json, ...(await readSafetensors(join(folder, name, "adapter_model.safetensors"))) };
  };

  it("hold a reward model as a model for sequence classification, and give it back", async () => {
    const reward = lora(model("llama"), true);
    const { json, tensors } = await written("reward", reward, model("llama"));
    expect(json).toMatchObject({ peft_type: "LORA", task_type: "SEQ_CLS", modules_to_save: ["score"] });
    const score = tensors.find(({ name }) => name === "base_model.model.score.weight")!;
    expect(score).toEqual({ ...reward.tensors.at(-1)!, name: "base_model.model.score.weight" });
    expect(byName(await readPeft(join(folder, "reward"), model("llama")))).toEqual(byName(reward));
  });

  it("hold prompt-tuning's embeddings as they are", async () => {
    const adapter = randomAdapter("prompt");
    const { json, tensors } = await written("prompt", adapter, CONFIG);
    expect(json).toMatchObject({ peft_type: "PROMPT_TUNING", num_virtual_tokens: 3, token_dim: 16, num_layers: 2 });
    expect(tensors).toEqual([{ ...adapter.tensors[0]!, name: "prompt_embeddings" }]);
  });

  it.each([
    ["llama", [0, 2, 1, 3]],
    ["qwen3", [0, 1, 2, 3]],
  ] as const)(
    "hold each virtual token's keys and values block by block, %s's keys in its order",
    async (arch, order) => {
      const adapter = randomAdapter("prefix", { config: model(arch) });
      const { json, tensors } = await written(`prefix-${arch}`, adapter, model(arch));
      expect(json).toMatchObject({ peft_type: "PREFIX_TUNING", num_virtual_tokens: 3, token_dim: 4 });
      expect(json).toMatchObject({ num_attention_heads: 1, num_layers: 2, prefix_projection: false });
      const [matrix] = tensors;
      expect([matrix!.name, matrix!.shape]).toEqual(["prompt_embeddings", [3, 2 * 2 * 4]]);
      const at = (name: string, token: number, channel: number) => byName(adapter).get(name)!.data[token * 4 + channel];
      for (let token = 0; token < 3; token++) {
        for (let block = 0; block < 2; block++) {
          const row = [...matrix!.data.subarray(token * 16 + block * 8, token * 16 + (block + 1) * 8)];
          expect(row.slice(0, 4)).toEqual(order.map((channel) => at(`blk.${block}.prefix_k.weight`, token, channel)));
          expect(row.slice(4)).toEqual(
            [0, 1, 2, 3].map((channel) => at(`blk.${block}.prefix_v.weight`, token, channel)),
          );
        }
      }
    },
  );

  it.each(["bottleneck", "prompt", "prefix"] as const)(
    "are left out where PEFT has no such thing (%s)",
    async (kind) => {
      const adapter = randomAdapter(kind, { head: kind !== "bottleneck" });
      await exportAdapter(join(folder, `alone-${kind}`), adapter, CONFIG, { name: "tiny", sha256: "ab".repeat(32) });
      expect(readdirSync(join(folder, `alone-${kind}`))).toEqual(["adapter.safetensors"]);
    },
  );
});

describe("exportAdapter", () => {
  const base = { name: "tiny", sha256: "ab".repeat(32) };

  it("writes both layouts, names the adapter by its content, and says nothing about when", async () => {
    const config = model("llama");
    const adapter = lora(config);
    const first = await exportAdapter(join(folder, "one"), adapter, config, base);
    const second = await exportAdapter(
      join(folder, "two"),
      { ...adapter, tensors: adapter.tensors.toReversed() },
      config,
      base,
    );
    expect(second).toEqual(first);
    expect(first.sha256).toBe(await sha256OfFile(join(folder, "one", "adapter.gguf")));
    for (const name of ["adapter_config.json", "adapter_model.safetensors"])
      expect(readFileSync(join(folder, "one", name))).toEqual(readFileSync(join(folder, "two", name)));
    expect(byName(readAdapter(join(folder, "one", "adapter.gguf"), config, base))).toEqual(byName(adapter));
  });

  it("covers exactly the engine's seven linear layers", () => {
    expect([...linearShapes(model("llama")).keys()]).toEqual([...LINEAR_LAYERS]);
  });
});
