/** The DPO run on a model small enough to know everything about: where it starts, ends, resumes and stops. */

import { describe, expect, it } from "vitest";
import { EngineError } from "../../../trainer/engine/contract.ts";
import type { ReferenceLogProbs } from "../../../trainer/methods/dpo.ts";
import { trainDpo } from "../../../trainer/methods/dpo.ts";
import { POLICY } from "../../../trainer/methods/run.ts";
import { dpoRun, somePairs } from "./runs.ts";

/** What a run on the usual pairs finds its reference to be. */
async function referenceOf(): Promise<ReferenceLogProbs> {
  let found: ReferenceLogProbs | null = null;
  const write = async (logProbs: ReferenceLogProbs) => {
    found = logProbs;
  };
  await trainDpo(dpoRun({ referenceCache: { read: async () => null, write } }).run);
  return found!;
}

describe("trainDpo", () => {
  it("starts at ln 2 and ends with every pair told apart", async () => {
    const { run, steps } = dpoRun({}, { epochs: 30 });
    await trainDpo(run);
    expect(steps).toHaveLength(90);
    expect(steps[0]!.metrics.loss).toBeCloseTo(Math.LN2, 12);
    expect(steps[0]!.metrics["rewards/accuracies"]).toBe(0);
    const last = steps.at(-1)!.metrics;
    expect(last.loss).toBeLessThan(0.5);
    expect(last["rewards/accuracies"]).toBe(1);
    expect(last["rewards/chosen"]! - last["rewards/rejected"]!).toBeCloseTo(last["rewards/margins"]!, 12);
  });

  it("reports every figure of a step, under the names TRL uses", async () => {
    const { run, steps } = dpoRun();
    await trainDpo(run);
    expect(Object.keys(steps[0]!.metrics).sort()).toEqual(
      [
        ...["loss", "rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies"],
        ...["logps/chosen", "logps/rejected", "entropy", "mean_token_accuracy", "grad_norm", "lr", "tokens", "epoch"],
      ].sort(),
    );
    expect(steps.map(({ step, totalSteps }) => [step, totalSteps])).toEqual(
      Array.from({ length: 9 }, (_, i) => [i + 1, 9]),
    );
    expect(steps.at(-1)!.metrics.epoch).toBe(3);
    const perEpoch = run.pairs.reduce((n, p) => n + p.chosen.tokens.length + p.rejected.tokens.length, 0);
    expect(steps.at(-1)!.metrics.tokens).toBe(3 * perEpoch);
  });

  it("gives the same adapter for the same seed and another for another", async () => {
    const first = await trainDpo(dpoRun().run);
    expect(await trainDpo(dpoRun().run)).toEqual(first);
    expect(await trainDpo(dpoRun({ seed: 6 }).run)).not.toEqual(first);
  });

  it("does not depend on how a step is cut into micro-batches", async () => {
    const whole = dpoRun();
    const cut = dpoRun({}, { microBatchSize: 1 });
    const [a, b] = [await trainDpo(whole.run), await trainDpo(cut.run)];
    for (const [i, tensor] of a.tensors.entries())
      for (const [k, value] of tensor.data.entries()) expect(b.tensors[i]!.data[k]).toBeCloseTo(value, 5);
    expect(cut.engine.calls.accumulate).toBe(30);
    for (const [i, { metrics }] of whole.steps.entries())
      for (const name of ["loss", "entropy", "mean_token_accuracy", "rewards/margins"])
        expect(cut.steps[i]!.metrics[name]).toBeCloseTo(metrics[name]!, 5);
  });

  it("resumes from any checkpoint to the very same adapter", async () => {
    const whole = dpoRun();
    const expected = await trainDpo(whole.run);
    expect(whole.checkpoints.map(({ step }) => step)).toEqual([2, 4, 6, 8]);
    for (const checkpoint of whole.checkpoints) {
      const rest = dpoRun({ resume: checkpoint });
      expect(await trainDpo(rest.run)).toEqual(expected);
      expect(rest.steps).toEqual(whole.steps.slice(checkpoint.step));
    }
  });

  it("uses a frozen copy of the starting adapter as reference in a later round", async () => {
    const start = await trainDpo(dpoRun().run);
    const second = dpoRun({ start, pairs: somePairs(10, 2) });
    const result = await trainDpo(second.run);
    expect(second.steps[0]!.metrics.loss).toBeCloseTo(Math.LN2, 12);
    expect(result).not.toEqual(start);
    expect(() => second.engine.exportAdapter("reference")).toThrow(/No adapter/);
  });

  it("stops when the reference is another model than the one it starts from", async () => {
    const wrong: ReferenceLogProbs = { chosen: new Float64Array(10).fill(-1), rejected: new Float64Array(10).fill(-9) };
    const { run, steps } = dpoRun({ referenceCache: { read: async () => wrong, write: async () => {} } });
    await expect(trainDpo(run)).rejects.toThrow(/first loss to be ln 2 = 0\.6931472, found/);
    expect(steps).toEqual([]);
  });

  it.each([
    ["sigmoid", Math.LN2],
    ["cdpo", Math.LN2],
    ["robust", Math.LN2],
    ["ipo", 1 / (4 * 0.2 ** 2)],
    ["ipo_sum", 1 / (4 * 0.2 ** 2)],
    ["hinge", 1],
  ])(
    "starts at its known first loss with %s, tells the pairs apart, and notices a wrong reference",
    async (loss, first) => {
      const { run, steps } = dpoRun({}, { loss, beta: 0.2, epochs: 30 });
      await trainDpo(run);
      expect(steps[0]!.metrics.loss).toBeCloseTo(first, 12);
      expect(steps.at(-1)!.metrics.loss).toBeLessThan(0.9 * first);
      expect(steps.at(-1)!.metrics["rewards/accuracies"]).toBe(1);
      // One pair of ten is off, both ways alike, so that not even h shows it.
      const wrong = await referenceOf();
      for (const half of [wrong.chosen, wrong.rejected]) half[3]! += 1e-4;
      const cache = { read: async () => wrong, write: async () => {} };
      const other = dpoRun({ referenceCache: cache }, { loss, beta: 0.2, batchSize: 10 });
      await expect(trainDpo(other.run)).rejects.toMatchObject({ code: "REFERENCE_MISMATCH" });
    },
  );

  it("adds an SFT term where it is given weight: the chosen replies get likelier outright", async () => {
    const plain = dpoRun({}, { epochs: 10 });
    const mixed = dpoRun({}, { epochs: 10, sftWeight: 1 });
    await trainDpo(plain.run);
    await trainDpo(mixed.run);
    expect(plain.steps[0]!.metrics).not.toHaveProperty("nll_loss");
    const [first, last] = [mixed.steps[0]!.metrics, mixed.steps.at(-1)!.metrics];
    expect(first.loss).toBeCloseTo(Math.LN2 + first.nll_loss!, 12);
    expect(last["logps/chosen"]).toBeGreaterThan(plain.steps.at(-1)!.metrics["logps/chosen"]!);
  });

  it("takes a pair's own probability of being the wrong way round before the run's", async () => {
    const labelSmoothing = 0.3;
    const pairs = somePairs(10).map((pair) => ({ ...pair, epsilon: labelSmoothing }));
    const own = await trainDpo(dpoRun({ pairs }, { loss: "cdpo", labelSmoothing: 0 }).run);
    expect(own).toEqual(await trainDpo(dpoRun({}, { loss: "cdpo", labelSmoothing }).run));
    expect(own).not.toEqual(await trainDpo(dpoRun({}, { loss: "cdpo", labelSmoothing: 0 }).run));
  });

  it("computes the reference once and reads it back when resumed", async () => {
    let kept: ReferenceLogProbs | null = null;
    const referenceCache = {
      read: async () => kept,
      write: async (logProbs: ReferenceLogProbs) => {
        kept = logProbs;
      },
    };
    const whole = dpoRun({ referenceCache });
    const expected = await trainDpo(whole.run);
    expect(whole.engine.calls.forward).toBe(3);
    const rest = dpoRun({ referenceCache, resume: whole.checkpoints[1]! });
    expect(await trainDpo(rest.run)).toEqual(expected);
    expect(rest.engine.calls.forward).toBe(0);
  });

  it("names the step and what to try when its numbers stop being numbers", async () => {
    const { run, engine, steps } = dpoRun();
    engine.beforeAccumulate = (call) => {
      if (call !== 4) return;
      const policy = engine.exportAdapter(POLICY);
      policy.tensors[1]!.data.fill(Number.NaN);
      engine.loadAdapter(POLICY, policy);
    };
    await expect(trainDpo(run)).rejects.toThrow(/diverged at step 4: loss is NaN\. Try a lower learningRate/);
    expect(steps).toHaveLength(3);
    expect(engine.calls.step).toBe(3);
  });

  it("adds the step to what the engine says", async () => {
    const { run, engine } = dpoRun();
    engine.beforeAccumulate = (call) => {
      if (call === 2) throw new EngineError("its weights have diverged.");
    };
    await expect(trainDpo(run)).rejects.toThrow("Training stopped at step 2: its weights have diverged.");
  });

  it("stops between micro-batches when told to, with the reason it was given", async () => {
    const stop = new AbortController();
    const { run, engine, steps } = dpoRun({ cancel: stop.signal });
    engine.beforeAccumulate = (call) => {
      if (call === 3) stop.abort(new Error("cancelled by the admin"));
    };
    await expect(trainDpo(run)).rejects.toThrow("cancelled by the admin");
    // The step under way ends, the next one never begins.
    expect(steps).toHaveLength(3);
    expect(engine.calls.accumulate).toBe(3);
  });

  it("pauses after the step under way, with a checkpoint from which it goes on", async () => {
    const expected = await trainDpo(dpoRun().run);
    const stop = new AbortController();
    const { run, engine, checkpoints } = dpoRun({ pause: stop.signal }, { checkpointEvery: 100 });
    engine.beforeAccumulate = (call) => {
      if (call === 5) stop.abort(new Error("shutting down"));
    };
    await expect(trainDpo(run)).rejects.toThrow("shutting down");
    expect(checkpoints.map(({ step }) => step)).toEqual([5]);
    expect(await trainDpo(dpoRun({ resume: checkpoints[0]! }).run)).toEqual(expected);
  });

  it("gives a pair of weight 2 the pull of two pairs", async () => {
    const [pair] = somePairs(1);
    const settings = { batchSize: 3, epochs: 4 };
    const [other] = somePairs(1, 9);
    const doubled = await trainDpo(dpoRun({ pairs: [pair!, pair!, other!] }, settings).run);
    const weighted = await trainDpo(dpoRun({ pairs: [{ ...pair!, weight: 2 }, other!] }, settings).run);
    for (const [i, tensor] of doubled.tensors.entries())
      for (const [k, value] of tensor.data.entries()) expect(weighted.tensors[i]!.data[k]).toBeCloseTo(value, 5);
  });

  it("refuses to run without pairs", async () => {
    await expect(trainDpo(dpoRun({ pairs: [] }).run)).rejects.toThrow(/no pairs to train on/);
  });
});
