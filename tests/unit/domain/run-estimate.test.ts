// Predictions before a run, and the command that does the same: figures worked out by hand, words quoted for a shell.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { meanSize, sizeOf } from "../../../server/domain/dataset-size.ts";
import { trainCommand } from "../../../server/domain/run-command.ts";
import {
  countParameters,
  resolveRunConfig,
  SAMPLER_BYTES,
  type TrainingMethod,
  trainingBytes,
} from "../../../server/domain/run-config.ts";
import { predictBytes, predictMinutes, trainedTokens } from "../../../server/domain/run-estimate.ts";

const run = (method: TrainingMethod, config: object, size = { prompt: 10, replies: 20, rows: 1 }, examples = 100) => ({
  ...{ method, examples, size },
  config: resolveRunConfig(method, config, { parameters: 5e6, examples }),
});
/** The starter's. */
const STARTER = {
  ...{ layers: 6, width: 256, heads: 8, kvHeads: 4, headWidth: 32, feedForward: 688, vocabulary: 2560 },
  tiedEmbeddings: true,
};

test("sizes: sampled tokens are counted, texts are guessed at 3.5 bytes a token", () => {
  const turn = (content: string, tokenIds: number[] | null = null) => ({ role: "user" as const, content, tokenIds });
  const pair = {
    prompt: [turn("x".repeat(35))],
    chosen: { content: "…", tokenIds: [1, 2, 3] },
    rejected: { content: "y".repeat(7), tokenIds: null },
    weight: 1,
  };
  expect(sizeOf(pair)).toEqual({ prompt: 10 + 1 + 4, replies: 3 + 2 + 1, rows: 2 });
  expect(sizeOf({ text: "热".repeat(7) })).toEqual({ prompt: 0, replies: 6, rows: 1 });
  expect(meanSize([sizeOf(pair), sizeOf({ text: "" })])).toEqual({ prompt: 7.5, replies: 3, rows: 1.5 });
  expect(meanSize([])).toEqual({ prompt: 0, replies: 0, rows: 0 });
});

test("trained tokens by method", () => {
  expect(trainedTokens(run("SFT", { epochs: 2 }))).toBe(2 * 100 * 30);
  expect(trainedTokens(run("DPO", { epochs: 1 }, { prompt: 10, replies: 20, rows: 2 }))).toBe(100 * (2 * 10 + 20));
  const ppo = { steps: 5, batchSize: 4, innerEpochs: 3, maxTokens: 16 };
  expect(trainedTokens(run("PPO", ppo, { prompt: 10, replies: 0, rows: 1 }))).toBe(5 * 4 * 3 * (10 + 8));
  const grpo = { steps: 5, batchSize: 4, groupSize: 8, innerEpochs: 1, maxTokens: 16 };
  expect(trainedTokens(run("GRPO", grpo, { prompt: 10, replies: 0, rows: 1 }))).toBe(5 * 32 * (10 + 8));
});

test("minutes come from the pace of earlier runs, else from the model's size, and say which", () => {
  const sft = run("SFT", { epochs: 2 });
  // 6,000 tokens at 0.05 s each.
  expect(predictMinutes(sft, { parameters: 5e6, pace: 0.05 })).toEqual({ value: 5, from: "RUNS" });
  expect(predictMinutes(sft, { parameters: 5e6, pace: null })).toEqual({ value: 1, from: "ESTIMATE" });
  // 6 operations for each of 6,000 tokens and 7e9 weights, at 80e9 a second on two threads, and 15 s besides.
  expect(predictMinutes(sft, { parameters: 7e9, pace: null })).toEqual({ value: 53, from: "ESTIMATE" });
  expect(predictMinutes(sft, { parameters: 7e9, pace: null, threads: 8 }).value).toBe(13);
});

test("memory: the base in float32, the adapter with its optimiser, activations; a whole model takes far more", () => {
  expect(countParameters(STARTER)).toBe(2560 * 256 + 6 * (2 * 256 * 256 + 2 * 256 * 128 + 3 * 256 * 688));
  const place = { rows: 8, length: 64, samples: false };
  const lora = { tuning: "lora", rank: 16, targets: ["attn_q"] } as const;
  const bytes = trainingBytes(STARTER, lora, place);
  const adapter = 6 * 16 * (256 + 256);
  expect(trainingBytes(STARTER, { ...lora, rank: 32 }, place) - bytes).toBe(16 * adapter);
  expect(trainingBytes(STARTER, { ...lora, tuning: "full" }, place) - bytes).toBe(
    12 * countParameters(STARTER) - 16 * adapter,
  );
  expect(trainingBytes(STARTER, lora, { ...place, samples: true }) - bytes).toBe(
    2 * countParameters(STARTER) + SAMPLER_BYTES,
  );
  expect(predictBytes(run("DPO", {}, { prompt: 10, replies: 20, rows: 2 }), STARTER)).toBeGreaterThan(
    predictBytes(run("SFT", {}), STARTER),
  );
});

test("the command says all that was chosen, and a shell reads it back as it was meant", () => {
  const parts = { kind: "PROMPTS", base: "models/starter.gguf", from: null, rewardModel: null, replay: false } as const;
  expect(trainCommand({ ...parts, method: "DPO", kind: "PAIRS", config: {} })).toBe(
    "npm run train -- dpo --base models/starter.gguf --data pairs.jsonl --out out/ --config overLong=drop",
  );
  const rewards = [{ kind: "regex", pattern: "it's (\\d+)" }];
  const command = trainCommand({
    ...{ ...parts, method: "BEST_OF_K", replay: true, seed: 3, config: { rewards, drafts: 2 } },
    ...{ from: "a b/adapter.gguf", rewardModel: "r.safetensors" },
  });
  expect(command).toContain("best-of-k ");
  const words = execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
    .trimEnd()
    .split("\n");
  expect(words.slice(4)).toEqual([
    ...["best-of-k", "--base", "models/starter.gguf", "--data", "prompts.jsonl", "--out", "out/"],
    ...["--from", "a b/adapter.gguf", "--reward", "r.safetensors", "--replay", "replay.jsonl", "--seed", "3"],
    ...["--config", "overLong=drop", "--config", `rewards=${JSON.stringify(rewards)}`, "--config", "drafts=2"],
  ]);
});
