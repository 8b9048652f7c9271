/** The GRPO run on a table that samples from itself: learning with every setting, groups without spread, resuming, stopping. */

import { describe, expect, it } from "vitest";
import type { Checkpoint } from "../../../trainer/checkpoint.ts";
import { trainGrpo } from "../../../trainer/methods/grpo.ts";
import { grpoRun, meanOf } from "./sampled-runs.ts";

const reward = "reward";

describe("trainGrpo", () => {
  it.each([
    ["the usual settings", {}],
    ["a mean per reply", { normaliser: "grpo" }],
    ["Dr. GRPO", { normaliser: "dr_grpo", learningRate: 0.03 }],
    ["BNPO in micro-batches", { normaliser: "bnpo", microBatchSize: 5 }],
    ["GSPO's ratio, several inner epochs", { ratio: "sequence", innerEpochs: 3 }],
    ["truncated replies masked", { maskTruncated: true }],
    ["a KL penalty", { beta: 0.02 }],
  ])("learns with %s", async (_, settings) => {
    const { run, steps } = grpoRun({}, { steps: 50, groupSize: 8, ...settings });
    await trainGrpo(run);
    const [before, after] = [meanOf(steps.slice(0, 5), reward), meanOf(steps.slice(-5), reward)];
    expect(before).toBeLessThan(0.5);
    expect(after).toBeGreaterThan(before + 0.3);
    // A mean over the inner epochs, of which only the first stands where the reference does.
    expect(steps[0]!.metrics.kl).toBeLessThan(0.01);
    expect(steps.at(-1)!.metrics.kl).toBeGreaterThan(0);
  });

  it("stays closer where the KL costs more", async () => {
    const farAfter = async (beta: number) => {
      const { run, steps } = grpoRun({}, { steps: 50, beta });
      await trainGrpo(run);
      return meanOf(steps.slice(-5), "kl");
    };
    expect(await farAfter(0)).toBeGreaterThan(2 * (await farAfter(1)));
  });

  it("reports every figure of an iteration", async () => {
    const { run, steps, rollouts } = grpoRun({}, { innerEpochs: 2 });
    await trainGrpo(run);
    const names = Object.keys(steps[0]!.metrics);
    for (const name of [
      ...["reward", "reward_std", "rewards/regex", "frac_reward_zero_std", "kl", "entropy", "loss"],
      ...["clip_ratio/low", "clip_ratio/high", "completions/length", "completions/clipped_ratio"],
      ...["grad_norm", "lr", "tokens", "epoch"],
    ])
      expect(names).toContain(name);
    expect(rollouts.used).toHaveLength(6);
    expect(new Set(rollouts.seeds).size).toBe(6);
  });

  it("counts groups without spread and spares them the pass", async () => {
    const { run, engine, steps } = grpoRun({}, { rewards: [{ kind: "regex", pattern: "$" }], steps: 3 });
    const [a, b] = (await trainGrpo(run)).tensors;
    expect(steps.map(({ metrics }) => metrics.frac_reward_zero_std)).toEqual([1, 1, 1]);
    expect(b!.data.every((x) => x === 0)).toBe(true);
    expect(a!.data.some((x) => x !== 0)).toBe(true);
    expect(engine.calls.accumulate).toBe(3);
    const rows = Math.max(...steps.map(({ metrics }) => metrics.tokens!)) / 3;
    expect(rows).toBeLessThan(12);
  });

  it("gives up where no two replies ever earned differently, and says what to try", async () => {
    const same = { rewards: [{ kind: "regex", pattern: "$" }], steps: 50 };
    const { run, steps } = grpoRun({}, same);
    await expect(trainGrpo(run)).rejects.toMatchObject({
      code: "NOTHING_TO_COMPARE",
      message: expect.stringMatching(/every reply of 10 iterations .* 1 on average.*Choose rewards/),
    });
    expect(steps).toHaveLength(9);
    // A run that has learned all there is ends without spread too, and goes on.
    const learned = grpoRun({}, same);
    const checkpoints: Checkpoint[] = [];
    const onCheckpoint = async (checkpoint: Checkpoint) => void checkpoints.push(checkpoint);
    await expect(trainGrpo({ ...learned.run, onCheckpoint })).rejects.toThrow("nothing could be learned");
    const resume = { ...checkpoints[0]!, state: { compared: 1 } };
    const later = grpoRun({ resume }, { ...same, steps: 12 });
    await trainGrpo(later.run);
    expect(later.steps.at(-1)!.step).toBe(12);
  });

  it("teaches nothing by replies that were cut off where they are masked", async () => {
    // Of one token, only the end itself is a whole reply, and it earns nothing.
    const settings = { maxTokens: 1, rewards: [{ kind: "regex", pattern: "3" }], steps: 1, groupSize: 32 };
    const free = grpoRun({}, settings);
    await trainGrpo(free.run);
    const masked = grpoRun({}, { ...settings, maskTruncated: true });
    const { tensors } = await trainGrpo(masked.run);
    const [whole, seen] = [free.steps[0]!.metrics, masked.steps[0]!.metrics];
    expect(seen.reward).toBe(whole.reward);
    expect(seen["completions/clipped_ratio"]).toBeGreaterThan(0.5);
    expect(seen["completions/clipped_ratio"]).toBeLessThan(1);
    expect(seen.tokens).toBeLessThan(whole.tokens! * (1 - seen["completions/clipped_ratio"]! + 0.1));
    expect(tensors[1]!.data.some((x) => x !== 0)).toBe(true);
  });

  it("leaves replies that are masked out of its figures, even where a KL penalty lets them pass", async () => {
    const first = async (settings: object) => {
      const { run, steps } = grpoRun({}, { maxTokens: 3, steps: 1, groupSize: 32, ...settings });
      await trainGrpo(run);
      return steps[0]!.metrics;
    };
    // Without a penalty masked replies do not pass at all, so the figures are those of whole replies alone.
    const [whole, masked, free] = [
      await first({ maskTruncated: true }),
      await first({ maskTruncated: true, beta: 0.1 }),
      await first({ beta: 0.1 }),
    ];
    expect(masked.tokens).toBe(free.tokens);
    expect(masked.entropy).toBeCloseTo(whole.entropy!, 12);
    expect(Math.abs(masked.entropy! - free.entropy!)).toBeGreaterThan(1e-3);
  });

  it("adds rewards by weight and tells each on its own", async () => {
    const rewards = [
      { kind: "regex", pattern: "3", weight: 2 },
      { kind: "regex", pattern: "7", weight: -1 },
      { kind: "length", min: 2, max: 4, weight: 0.5 },
    ];
    const { run, steps } = grpoRun({}, { rewards, steps: 1 });
    await trainGrpo(run);
    const { metrics } = steps[0]!;
    expect(metrics.reward).toBeCloseTo(
      2 * metrics["rewards/regex"]! - metrics["rewards/regex_2"]! + 0.5 * metrics["rewards/length"]!,
      12,
    );
  });

  it("divides advantages by their group's deviation, except in Dr. GRPO", async () => {
    const gradientAt = async (weight: number, normaliser: string) => {
      const { run, steps } = grpoRun({}, { rewards: [{ kind: "regex", pattern: "3", weight }], steps: 1, normaliser });
      await trainGrpo(run);
      return steps[0]!.metrics.grad_norm!;
    };
    expect((await gradientAt(2, "dapo")) / (await gradientAt(1, "dapo"))).toBeCloseTo(1, 3);
    expect((await gradientAt(2, "dr_grpo")) / (await gradientAt(1, "dr_grpo"))).toBeCloseTo(2, 6);
  });

  it("does not depend on how a step is cut into micro-batches", async () => {
    const [whole, cut] = [grpoRun({}, { steps: 2, microBatchSize: 64 }), grpoRun({}, { steps: 2, microBatchSize: 3 })];
    const [a, b] = [await trainGrpo(whole.run), await trainGrpo(cut.run)];
    for (const [i, tensor] of a.tensors.entries())
      for (const [k, value] of tensor.data.entries()) expect(b.tensors[i]!.data[k]).toBeCloseTo(value, 5);
  });

  it("gives the same adapter for the same seed and another for another", async () => {
    const first = await trainGrpo(grpoRun().run);
    expect(await trainGrpo(grpoRun().run)).toEqual(first);
    expect(await trainGrpo(grpoRun({ seed: 6 }).run)).not.toEqual(first);
  });

  it("resumes from any checkpoint to the very same adapter", async () => {
    const settings = { steps: 7, innerEpochs: 2, beta: 0.1 };
    const whole = grpoRun({}, settings);
    const expected = await trainGrpo(whole.run);
    expect(whole.checkpoints.map(({ step }) => step)).toEqual([2, 4, 6]);
    for (const checkpoint of whole.checkpoints) {
      const rest = grpoRun({ resume: checkpoint }, settings);
      expect(await trainGrpo(rest.run)).toEqual(expected);
      expect(rest.steps).toEqual(whole.steps.slice(checkpoint.step));
    }
  });

  it("stops at a KL above its limit even where the KL has no weight, and names the step", async () => {
    const { run, steps } = grpoRun({}, { steps: 60, stopKl: 0.02, learningRate: 0.05, groupSize: 8 });
    await expect(trainGrpo(run)).rejects.toThrow(
      /Training stopped at step \d+: the KL from the reference is 0\.\d+ nats per token, at most 0\.02/,
    );
    expect(steps.length).toBeGreaterThan(0);
  });

  it("refuses prompts without the answer that a reward compares with", async () => {
    const { run } = grpoRun({}, { rewards: [{ kind: "number" }] });
    const prompts = run.prompts.map((prompt) => ({ ...prompt, answer: null }));
    await expect(trainGrpo({ ...run, prompts })).rejects.toMatchObject({ code: "ANSWERS_MISSING" });
  });
});
