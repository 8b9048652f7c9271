/** The PPO run on a table that samples from itself: learning, order of operations, resuming, stopping. */

import { describe, expect, it } from "vitest";
import { HEAD, type TokenSequence } from "../../../trainer/engine/contract.ts";
import { trainPpo } from "../../../trainer/methods/ppo.ts";
import { POLICY } from "../../../trainer/methods/run.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { END } from "../../helpers/bigram-rollouts.ts";
import { meanOf, ppoRun, WANTS_3 } from "./sampled-runs.ts";

/** A reward model that pays for replies that end. */
function endsReward() {
  const engine = new BigramEngine();
  engine.createAdapter("r", { rank: 2, alpha: 4, head: true }, 1);
  const weights = engine.exportAdapter("r");
  weights.tensors.find(({ name }) => name === HEAD)!.data[END] = 1;
  return { sha256: "r".repeat(64), weights };
}

describe("trainPpo", () => {
  it("earns more and stays near the model it came from", async () => {
    const { run, steps, rollouts } = ppoRun({}, { steps: 60, batchSize: 32 });
    const weights = await trainPpo(run);
    const [before, after] = [meanOf(steps.slice(0, 5), "rewards/regex"), meanOf(steps.slice(-5), "rewards/regex")];
    expect(before).toBeLessThan(0.5);
    expect(after).toBeGreaterThan(before + 0.3);
    expect(steps[0]!.metrics["objective/kl"]).toBeCloseTo(0, 9);
    expect(meanOf(steps.slice(-5), "objective/kl")).toBeGreaterThan(0.05);
    expect(meanOf(steps.slice(-5), "kl_per_token")).toBeLessThan(1);
    expect(meanOf(steps.slice(-20), "loss/value")).toBeLessThan(0.7 * meanOf(steps.slice(0, 5), "loss/value"));
    expect(rollouts.used).toHaveLength(60);
    expect(weights.tensors.map(({ name }) => name)).not.toContain(HEAD);
  });

  it("stays closer where the KL costs more", async () => {
    const farAfter = async (klCoefficient: number) => {
      const { run, steps } = ppoRun({}, { steps: 40, batchSize: 32, klCoefficient });
      await trainPpo(run);
      return meanOf(steps.slice(-5), "objective/kl");
    };
    expect(await farAfter(0)).toBeGreaterThan(2 * (await farAfter(0.5)));
  });

  it("reports every figure of an iteration", async () => {
    const { run, steps } = ppoRun();
    await trainPpo(run);
    expect(steps.map(({ step, totalSteps }) => [step, totalSteps])).toEqual([1, 2, 3, 4, 5, 6].map((i) => [i, 6]));
    expect(Object.keys(steps[0]!.metrics).sort()).toEqual(
      [
        ...["objective/kl", "objective/entropy", "objective/scores", "objective/rlhf_reward"],
        ...["objective/non_score_reward", "loss", "loss/policy", "loss/value", "policy/approxkl", "policy/clipfrac"],
        ...["policy/ratio", "val/clipfrac", "val/explained_variance", "eos_rate", "length", "kl_coefficient"],
        ...["kl_per_token", "rewards/regex", "grad_norm", "lr", "tokens", "epoch"],
      ].sort(),
    );
    expect(steps[0]!.metrics.epoch).toBeCloseTo(16 / 6, 12);
  });

  it("takes innerEpochs × miniBatches optimiser steps an iteration, the first at a ratio of exactly 1", async () => {
    const { run, engine, steps } = ppoRun({}, { steps: 2, innerEpochs: 3, miniBatches: 2, microBatchSize: 4 });
    await trainPpo(run);
    expect(engine.calls.step).toBe(12);
    expect(engine.calls.accumulate).toBe(2 * 3 * 4);
    const once = ppoRun({}, { steps: 2, innerEpochs: 1 });
    await trainPpo(once.run);
    for (const { metrics } of once.steps) {
      expect(metrics["policy/ratio"]).toBeCloseTo(1, 12);
      expect(metrics["policy/approxkl"]).toBeCloseTo(0, 12);
      // At a ratio of 1 the loss is minus the mean of the advantages, which are whitened.
      expect(metrics["loss/policy"]).toBeCloseTo(0, 12);
    }
    expect(steps[0]!.metrics["policy/ratio"]).not.toBe(1);
  });

  it("reads the value of a state where its token was chosen, one position before the token", async () => {
    const { run, engine } = ppoRun({}, { steps: 1, innerEpochs: 1 });
    const rows: TokenSequence[] = [];
    const { accumulate } = engine;
    engine.accumulate = (batch, ...rest) => {
      rows.push(...batch);
      return accumulate.call(engine, batch, ...rest);
    };
    await trainPpo(run);
    for (const { targets, readouts } of rows) expect([...readouts!]).toEqual([...targets].map((target) => target - 1));
  });

  it("does not depend on how a step is cut into micro-batches", async () => {
    const [whole, cut] = [ppoRun({}, { steps: 2, microBatchSize: 64 }), ppoRun({}, { steps: 2, microBatchSize: 3 })];
    const [a, b] = [await trainPpo(whole.run), await trainPpo(cut.run)];
    for (const [i, tensor] of a.tensors.entries())
      for (const [k, value] of tensor.data.entries()) expect(b.tensors[i]!.data[k]).toBeCloseTo(value, 5);
    for (const [name, value] of Object.entries(whole.steps[1]!.metrics))
      expect([name, cut.steps[1]!.metrics[name]!]).toEqual([name, expect.closeTo(value, 4)]);
  });

  it("gives the same adapter for the same seed and another for another", async () => {
    const first = await trainPpo(ppoRun().run);
    expect(await trainPpo(ppoRun().run)).toEqual(first);
    expect(await trainPpo(ppoRun({ seed: 6 }).run)).not.toEqual(first);
  });

  it("resumes from any checkpoint to the very same adapter, the adaptive coefficient included", async () => {
    const settings = { steps: 9, klTarget: 0.01, klHorizon: 20 };
    const whole = ppoRun({}, settings);
    const expected = await trainPpo(whole.run);
    expect(whole.checkpoints.map(({ step }) => step)).toEqual([2, 4, 6, 8]);
    const coefficients = whole.steps.map(({ metrics }) => metrics.kl_coefficient!);
    expect(new Set(coefficients).size).toBeGreaterThan(4);
    for (const checkpoint of whole.checkpoints) {
      const rest = ppoRun({ resume: checkpoint }, settings);
      expect(await trainPpo(rest.run)).toEqual(expected);
      expect(rest.steps).toEqual(whole.steps.slice(checkpoint.step));
    }
  });

  it("samples every iteration with the newest adapter and a seed of its own", async () => {
    const { run, rollouts } = ppoRun();
    await trainPpo(run);
    expect(new Set(rollouts.seeds).size).toBe(6);
    const b = rollouts.used.map((weights) => weights!.tensors[1]!.data.join());
    expect(new Set(b).size).toBe(6);
  });

  it("takes the penalty off replies that did not end, and whitens rewards without losing their mean's sign", async () => {
    const { run, steps } = ppoRun({}, { missingEosPenalty: 2, steps: 1 });
    await trainPpo(run);
    const { metrics } = steps[0]!;
    expect(metrics.eos_rate).toBeLessThan(1);
    expect(metrics["objective/scores"]).toBeCloseTo(metrics["rewards/regex"]! - 2 * (1 - metrics.eos_rate!), 12);
    expect(metrics["objective/rlhf_reward"]).toBeCloseTo(
      metrics["objective/scores"]! + metrics["objective/non_score_reward"]!,
      12,
    );
    const whitened = ppoRun({}, { whitenRewards: true, steps: 1 });
    await trainPpo(whitened.run);
    expect(whitened.steps[0]!.metrics["loss/value"]).not.toBe(metrics["loss/value"]);
  });

  it("learns from a reward model beside the policy, and leaves it as it was", async () => {
    const rewardModel = endsReward();
    const before = structuredClone(rewardModel.weights);
    const { run, steps, engine } = ppoRun(
      { rewardModel },
      { rewards: [{ kind: "rewardModel", weight: 2 }], steps: 40, batchSize: 32, missingEosPenalty: 0 },
    );
    await trainPpo(run);
    for (const { metrics } of steps) {
      expect(metrics["rewards/rewardModel"]).toBeCloseTo(metrics.eos_rate!, 6);
      expect(metrics["objective/scores"]).toBeCloseTo(2 * metrics.eos_rate!, 6);
    }
    expect(meanOf(steps.slice(-5), "eos_rate")).toBeGreaterThan(meanOf(steps.slice(0, 5), "eos_rate") + 0.2);
    expect(rewardModel.weights).toEqual(before);
    expect(() => engine.exportAdapter("reward model")).toThrow(/No adapter/);
  });

  it("measures the KL from the adapter it goes on from", async () => {
    const start = await trainPpo(ppoRun({}, { steps: 30 }).run);
    const next = ppoRun({ start }, { steps: 2 });
    await trainPpo(next.run);
    expect(next.steps[0]!.metrics["objective/kl"]).toBeCloseTo(0, 9);
    expect(next.steps[1]!.metrics["objective/kl"]).not.toBeCloseTo(0, 6);
    expect(() => next.engine.exportAdapter("reference")).toThrow(/No adapter/);
  });

  it("stops at a KL above its limit, names the step, and makes no adapter", async () => {
    const { run, steps } = ppoRun({}, { steps: 60, stopKl: 0.02, klCoefficient: 0, learningRate: 0.05 });
    await expect(trainPpo(run)).rejects.toThrow(
      /Training stopped at step \d+: the KL from the reference is 0\.\d+ nats per token, at most 0\.02/,
    );
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.length).toBeLessThan(60);
  });

  it("names the step when its numbers stop being numbers", async () => {
    const { run, engine, steps } = ppoRun();
    engine.beforeAccumulate = () => {
      if (steps.length !== 2) return;
      const policy = engine.exportAdapter(POLICY);
      policy.tensors[1]!.data.fill(Number.NaN);
      engine.loadAdapter(POLICY, policy);
    };
    await expect(trainPpo(run)).rejects.toThrow(/at step 3: .* is NaN/);
  });

  it("ends when it is cancelled, and after a checkpoint when it is paused", async () => {
    const cancel = new AbortController();
    const cancelled = ppoRun({ cancel: cancel.signal });
    cancelled.rollouts.beforeSample = (round) => {
      if (round === 3) cancel.abort(new Error("enough"));
    };
    await expect(trainPpo(cancelled.run)).rejects.toThrow("enough");
    expect(cancelled.steps).toHaveLength(2);
    const pause = new AbortController();
    const paused = ppoRun({ pause: pause.signal });
    paused.rollouts.beforeSample = (round) => {
      if (round === 3) pause.abort(new Error("later"));
    };
    await expect(trainPpo(paused.run)).rejects.toThrow("later");
    expect(paused.checkpoints.at(-1)!.step).toBe(3);
  });

  it("refuses before it samples what lacks a reward model, a judge, an answer, or prompts", async () => {
    const refused = (settings: object, change: object = {}) => trainPpo(ppoRun(change, settings).run);
    await expect(refused({ rewards: [{ kind: "rewardModel" }] })).rejects.toMatchObject({
      code: "REWARD_MODEL_MISSING",
    });
    await expect(refused({ rewards: [{ kind: "judge" }] })).rejects.toMatchObject({ code: "ENDPOINT_MISSING" });
    const open = [{ prompt: [], tokens: Int32Array.of(1), answer: null, origin: "line 3" }];
    await expect(refused({ rewards: [{ kind: "exact" }] }, { prompts: open })).rejects.toThrow(/^line 3: .* has none/);
    await expect(refused({ rewards: WANTS_3 }, { prompts: [] })).rejects.toThrow(/There are no prompts/);
  });
});
