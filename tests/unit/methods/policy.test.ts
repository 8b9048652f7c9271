/** What a run puts into the engine and takes out of it, and the limit on its distance from the reference. */

import { describe, expect, it } from "vitest";
import { DataOrder } from "../../../trainer/data/order.ts";
import type { AdapterConfig, Engine } from "../../../trainer/engine/contract.ts";
import { beginsAtReference } from "../../../trainer/methods/reference.ts";
import { exportTrained, finishStep, type MethodRun, openPolicy } from "../../../trainer/methods/run.ts";
import { trainSft } from "../../../trainer/methods/sft.ts";
import { dpoRun, sftRun } from "./runs.ts";

const settings = (tuning: "lora" | "prompt" | "prefix" | "bottleneck" | "full") =>
  ({ tuning, rank: 3, alpha: 6, targets: ["attn_q"] }) as const;

/** Notes what was asked for instead of doing it. */
function asked(start: MethodRun["start"] = null) {
  const created: AdapterConfig[] = [];
  const engine = { createAdapter: (_: string, config: AdapterConfig) => created.push(config), loadAdapter: () => {} };
  const run = { engine: engine as unknown as Engine, seed: 1, start, resume: null, onStep: () => {} };
  return { run, created };
}

describe("openPolicy", () => {
  it("makes the kind of adapter that the tuning names, with a head where one is wanted", () => {
    const { run, created } = asked();
    expect(openPolicy(run, settings("lora"))).toEqual({ adapter: "policy" });
    openPolicy(run, settings("prefix"), { head: true });
    expect(created).toEqual([
      { targets: ["attn_q"], rank: 3, alpha: 6 },
      { kind: "prefix", rank: 3, alpha: 6, head: true },
    ]);
  });

  it("trains the base itself when everything is to be tuned, and says why an adapter cannot be its start", () => {
    const { run, created } = asked();
    expect(openPolicy(run, settings("full"))).toEqual({ adapter: null });
    expect(created).toEqual([]);
    const start = { kind: "lora", rank: 1, alpha: 1, tensors: [] } satisfies MethodRun["start"];
    expect(() => openPolicy(asked(start).run, settings("full"))).toThrow(/merge the adapter/);
  });

  it("refuses to go on from an adapter of another kind", () => {
    const { run } = asked({ kind: "lora", rank: 1, alpha: 1, tensors: [] });
    expect(() => openPolicy(run, settings("prompt"))).toThrow(
      "Expected a starting adapter of kind prompt, found lora; set tuning=lora, or begin without it.",
    );
  });
});

describe("beginsAtReference", () => {
  it("holds for what changes nothing at first and for what goes on from its own reference", () => {
    const start = { kind: "prefix", rank: 1, alpha: 1, tensors: [] } satisfies MethodRun["start"];
    const begins = (tuning: "lora" | "bottleneck" | "prompt" | "prefix", from: MethodRun["start"] = null) =>
      beginsAtReference({ start: from }, { tuning });
    expect([begins("lora"), begins("bottleneck"), begins("prefix", start)]).toEqual([true, true, true]);
    expect([begins("prompt"), begins("prefix")]).toEqual([false, false]);
  });
});

describe("exportTrained", () => {
  it("gives the adapter, or in full-parameter mode the whole model", async () => {
    const { run } = sftRun({}, { epochs: 1 });
    expect((await trainSft(run)).kind).toBe("adapter");
    const tensors = [{ name: "token_embd.weight", shape: [1, 1], data: Float32Array.of(1) }];
    const full = { exportBase: () => tensors } as unknown as Engine;
    expect(exportTrained(full, { adapter: null })).toEqual({ kind: "model", tensors });
  });
});

describe("a run's distance from its reference", () => {
  async function step(kl: number | undefined, stopKl: number | undefined) {
    const { run, engine, steps, checkpoints } = dpoRun();
    engine.createAdapter("policy", { rank: 1, alpha: 1 }, 1);
    const config = { ...run.config, stopKl, checkpointEvery: 1 };
    const place = { step: 2, totalSteps: 9, tokens: 7, order: new DataOrder(4, 1), metrics: { loss: 1 }, kl };
    await finishStep(run, config, { adapter: "policy" }, { ...place, state: { coefficient: 0.07 } });
    return { steps, checkpoints, engine };
  }

  it("ends it above the limit, with the step, the figure and what to try", async () => {
    await expect(step(1.25, 1)).rejects.toThrow(
      /stopped at step 2: the KL from the reference is 1\.250 nats per token, at most 1 are allowed \(stopKl\)\. Try a higher/,
    );
    await expect(step(1.25, 1)).rejects.toMatchObject({ code: "TRAINING_DIVERGED" });
  });

  it("does not matter up to the limit, nor where there is none", async () => {
    for (const [kl, limit] of [
      [1, 1],
      [5, undefined],
      [undefined, 1],
    ] as const)
      expect((await step(kl, limit)).steps).toHaveLength(1);
  });

  it("leaves the method's own numbers in the checkpoint", async () => {
    expect((await step(0.5, 1)).checkpoints[0]!.state).toEqual({ coefficient: 0.07 });
  });
});
