/** PPO and GRPO with a real engine and real llama.cpp on a tiny model: same seed same bits, and an interrupted run ends the same. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunConfig, resolveRunConfig } from "../../../server/domain/run-config.ts";
import { openTokenizer, type Tokenizer } from "../../../server/gguf/tokenizer.ts";
import type { PromptExample, TokenisedPrompt } from "../../../trainer/data/example.ts";
import { chatTokens, tokenisePrompts } from "../../../trainer/data/tokenise.ts";
import { HEAD } from "../../../trainer/engine/contract.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import type { StepReport } from "../../../trainer/methods/run.ts";
import { openRollouts } from "../../../trainer/rollout/rollouts.ts";
import { train } from "../../../trainer/train.ts";
import { type TinyModel, writeTinyModel } from "../../helpers/tiny-model.ts";
import { temporaryFolder } from "../inference/server.ts";

const folder = temporaryFolder();
let model: TinyModel;
let tokenizer: Tokenizer;
let prompts: TokenisedPrompt[];
beforeAll(async () => {
  model = writeTinyModel(`${folder.path}/model.gguf`, { contextLength: 128 });
  tokenizer = await openTokenizer(model.path);
  const examples = ["Hello", "What is this?", "One and two", "Good day"].map((content, i): PromptExample => {
    return { prompt: [{ role: "user", content }], answer: null, origin: `prompt ${i + 1}` };
  });
  prompts = tokenisePrompts(examples, chatTokens(tokenizer), { maxLength: 128, overLong: "error" }, 16).examples;
});
afterAll(async () => {
  await tokenizer.close();
  folder.remove();
});

const SMALL = {
  ...{ rank: 4, steps: 4, maxTokens: 12, batchSize: 4, learningRate: 0.01, stopKl: 100, checkpointEvery: 1 },
  rewards: [{ kind: "regex", pattern: "[st]" }],
};

/** One life of a run: a fresh engine and a fresh sampler over the folder that the last one left. */
async function live(method: "PPO" | "GRPO", name: string, onStep: (report: StepReport) => void) {
  const engine = await openEngine({ baseGguf: model.path, mode: "lora", threads: 1, backend: "onnx-cpu" });
  const rollouts = await openRollouts({ model: model.path, folder: folder.path, contextLength: 128 });
  try {
    const settings =
      method === "PPO" ? { klTarget: 0.5, klHorizon: 20, missingEosPenalty: 0.3 } : { groupSize: 4, beta: 0.1 };
    const config = resolveRunConfig(method, { ...SMALL, ...settings }, { parameters: 1, examples: prompts.length });
    const plan =
      method === "PPO"
        ? { method, config: config as RunConfig<"PPO">, examples: prompts }
        : { method, config: config as RunConfig<"GRPO">, examples: prompts };
    return await train({
      plan,
      engine,
      tools: { chat: chatTokens(tokenizer), rollouts },
      base: { name: "tiny", sha256: model.sha256 },
      start: null,
      seed: 3,
      folder: join(folder.path, name),
      onStep,
    });
  } finally {
    await rollouts.close();
    await engine.close();
  }
}

describe.each(["PPO", "GRPO"] as const)("%s", (method) => {
  it("ends in the same bits whether it was interrupted or not", async () => {
    const whole: StepReport[] = [];
    const expected = await live(method, `${method}-whole`, (report) => void whole.push(report));
    expect(whole).toHaveLength(4);
    if (expected.kind !== "adapter") throw new Error("expected an adapter");
    const { tensors } = expected.weights;
    expect(tensors.map(({ name }) => name)).not.toContain(HEAD);
    expect(tensors.some(({ name, data }) => name.endsWith("lora_b") && data.some((x) => x !== 0))).toBe(true);

    const seen: StepReport[] = [];
    const dies = (report: StepReport) => {
      seen.push(report);
      // Dies before the checkpoint of this step is written.
      if (report.step === 3) throw new Error("killed");
    };
    await expect(live(method, `${method}-broken`, dies)).rejects.toThrow("killed");
    const rest: StepReport[] = [];
    expect(await live(method, `${method}-broken`, (report) => void rest.push(report))).toEqual(expected);
    expect(rest).toEqual(whole.slice(2));
    rmSync(join(folder.path, `${method}-broken`), { recursive: true });
  });
});
