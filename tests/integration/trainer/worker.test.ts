/** A worker and its Run on a real database: trained to the end, cancelled, taken over, given back, failed. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { reapRuns } from "../../../server/domain/run-reaper.ts";
import { readAdapter } from "../../../server/gguf/read-adapter.ts";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import { POLICY } from "../../../trainer/methods/run.ts";
import { checkpointFolder } from "../../../trainer/run-job.ts";
import { type Outcome, type WorkerServices, workOnRun } from "../../../trainer/worker.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";

import { insertPairs, ratedPrompt } from "../../helpers/loop.ts";
import { ScriptedRollouts } from "../../helpers/scripted-rollouts.ts";
import { type TinyModel, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let tiny: TinyModel;
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  admin = world.as(world.admin);
  tiny = writeTinyModel(join(world.home, "tiny.gguf"));
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  for (let i = 0; i < 24; i++) await ratedPrompt(admin, `Question number ${i}?`);
  // Replies came from the scripted model; what is trained is one that really exists.
  await world.db.baseModel.updateMany({ data: { sha256: tiny.sha256, name: "tiny" } });
});

/** A trainer process's services over the bigram table, which a test can hold or break at any step. */
let engine: BigramEngine;
let shutdown: AbortController;
let services: WorkerServices;
beforeEach(() => {
  engine = new BigramEngine(512);
  shutdown = new AbortController();
  services = {
    db: world.db,
    home: world.home,
    model: tiny.path,
    serving: null,
    endpoints: { judge: null, teacher: null },
    openRollouts: async () => new ScriptedRollouts(512),
    openEngine: async (log) => {
      log("Training engine: bigram table, because a test wants it.");
      return engine;
    },
    owner: "test:1",
    enqueue: async (_tx, runId) => void world.enqueued.push(runId),
    shutdown: shutdown.signal,
  };
});

const CONFIG = { epochs: 3, batchSize: 8, rank: 2, learningRate: 0.01, checkpointEvery: 2 };
const newRun = async (config: Record<string, unknown> = CONFIG, method: "DPO" | "SFT" = "DPO") =>
  (await admin.run.create({ method, config, seed: 7 })).id;
const row = (id: string) => world.db.run.findUniqueOrThrow({ where: { id }, include: { adapter: true } });
/** Lets a lease run out: again, where a heartbeat that was on its way has renewed it. */
const reapExpired = (id: string) =>
  expect
    .poll(
      async () => {
        await world.db.run.update({ where: { id }, data: { leaseExpiresAt: new Date(Date.now() - 1000) } });
        return reapRuns(world.db, { enqueue: async () => {} });
      },
      { timeout: 30_000 },
    )
    .toContain(id);
const logOf = async (id: string) => (await admin.run.logs({ id })).map(({ text }) => text).join("\n");
const checkpoints = (id: string) => existsSync(checkpointFolder(world.home, id));
/** Calls `act` once, before the `nth` micro-batch from now. */
const beforeStep = (nth: number, act: () => Promise<unknown>) => {
  engine.beforeAccumulate = async (call) => {
    if (call === nth) await act();
  };
};

describe("a worker", () => {
  it("trains a run to its end: steps, log, adapter files and row, figures, nothing left over", async () => {
    const id = await newRun();
    expect(await workOnRun({ ...services, serving: world.engine }, id)).toBe<Outcome>("succeeded");

    const run = await row(id);
    const steps = await world.db.runMetric.findMany({ where: { runId: id }, orderBy: { step: "asc" } });
    expect(run).toMatchObject({ status: "SUCCEEDED", attempt: 1, leaseOwner: null, step: run.totalSteps });
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: run.totalSteps }, (_, i) => i + 1));
    expect((steps[0]!.values as { loss: number }).loss).toBeCloseTo(Math.LN2, 6);
    expect(await logOf(id)).toContain("Training engine: bigram table");

    const { sha256, path, bytes, rank, alpha, metrics } = run.adapter!;
    expect(path).toBe(`adapters/${sha256}/adapter.gguf`);
    expect(await sha256OfFile(join(world.home, path))).toBe(sha256);
    expect({ rank, alpha, bytes: Number(bytes) > 0 }).toEqual({ rank: 2, alpha: 32, bytes: true });
    expect(readdirSync(join(world.home, "adapters", sha256)).sort()).toEqual(
      ["adapter.gguf", "adapter_config.json", "adapter_model.safetensors"].sort(),
    );
    const { dataset } = (await admin.run.get({ id })).lineage;
    expect(dataset.heldOut).toBeGreaterThan(0);
    expect(metrics).toMatchObject({ "heldout/pairs": dataset.heldOut, "replies/prompts": 16 });
    expect(metrics).toHaveProperty(["replies/kl_base"], expect.any(Number));
    const sampled = world.engine.requests.slice(-32);
    expect(new Set(sampled.map(({ adapter }) => adapter?.sha256 ?? null))).toEqual(new Set([sha256, null]));
    expect(readdirSync(join(world.home, "adapters"))).toEqual([sha256]);
    expect(checkpoints(id)).toBe(false);
  });

  it("makes the same adapter again from the same data, settings and seed", async () => {
    const [first, again] = [await newRun(), await newRun()];
    await workOnRun(services, first);
    expect(await workOnRun({ ...services, openEngine: async () => new BigramEngine(512) }, again)).toBe("succeeded");
    expect((await row(again)).adapterId).toBe((await row(first)).adapterId);
  });

  it("keeps a trained adapter that cannot be measured, and says what is missing", async () => {
    const id = await newRun();
    world.engine.up = false;
    expect(await workOnRun({ ...services, serving: world.engine }, id)).toBe("succeeded");
    world.engine.up = true;
    expect(await logOf(id)).toContain("Replies could not be measured: The scripted engine is down.");
    expect((await row(id)).adapter!.metrics).toHaveProperty(["heldout/accuracy"]);
  });

  it("imitates the chosen replies in an SFT run", async () => {
    const id = await newRun(CONFIG, "SFT");
    expect(await workOnRun(services, id)).toBe("succeeded");
    const steps = await world.db.runMetric.findMany({ where: { runId: id }, orderBy: { step: "asc" } });
    const losses = steps.map(({ values }) => (values as { loss: number }).loss);
    // Steps have different examples, so halves are compared and not single steps.
    const half = Math.floor(losses.length / 2);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(losses.slice(-half))).toBeLessThan(mean(losses.slice(0, half)));
  });

  it("does nothing with a run that is over, held by another, or unknown", async () => {
    const id = await newRun();
    await workOnRun(services, id);
    expect(await workOnRun(services, id)).toBe("nothing to do");
    expect(await workOnRun(services, "00000000-0000-4000-8000-000000000000")).toBe("nothing to do");
  });

  it("stops within a step when the run is cancelled, and leaves no adapter", async () => {
    const id = await newRun();
    beforeStep(3, () => admin.run.cancel({ id }));
    expect(await workOnRun(services, id)).toBe("cancelled");
    expect(await row(id)).toMatchObject({ status: "CANCELLED", adapter: null, leaseOwner: null });
    // The step under way was recorded, and its answer said that the run is cancelled.
    expect(engine.calls.accumulate).toBe(3);
    expect(checkpoints(id)).toBe(false);
  });

  it("leaves nothing behind when what it trains on is erased meanwhile", async () => {
    const eve = await world.person("Eve");
    await insertPairs(world, eve.id, ["Eve's question?"]);
    const id = await newRun();
    beforeStep(4, async () => {
      expect(checkpoints(id)).toBe(true);
      await admin.erasure.run({ userId: eve.id });
    });
    expect(await workOnRun(services, id)).toBe("lost");
    expect(await row(id)).toMatchObject({ status: "CANCELLED", adapter: null, leaseOwner: null });
    expect(checkpoints(id)).toBe(false);
  });

  it("writes nothing once another worker has the run, and that one ends it", async () => {
    const id = await newRun();
    let successor: Promise<Outcome> | undefined;
    beforeStep(4, async () => {
      await reapExpired(id);
      const other = { ...services, owner: "test:2", openEngine: async () => new BigramEngine(512) };
      successor = workOnRun(other, id);
      await successor;
    });
    expect(await workOnRun(services, id)).toBe("lost");
    expect(await successor).toBe("succeeded");
    const run = await row(id);
    expect(run).toMatchObject({ status: "SUCCEEDED", attempt: 2 });
    // Steps 1 to 3 come from the ghost and were done before the takeover; the successor resumed after step 2.
    const steps = await world.db.runMetric.findMany({ where: { runId: id }, orderBy: { step: "asc" } });
    expect(steps.map(({ attempt }) => attempt)).toEqual([1, 1, ...Array(run.totalSteps - 2).fill(2)]);
  });

  it("gives its run back when the process is to end, and the next worker goes on to the same adapter", async () => {
    const whole = await newRun();
    await workOnRun(services, whole);

    const id = await newRun();
    engine = new BigramEngine(512);
    beforeStep(3, async () => shutdown.abort(new Error("shutting down")));
    expect(await workOnRun({ ...services, openEngine: async () => engine }, id)).toBe("returned");
    expect(await row(id)).toMatchObject({ status: "QUEUED", attempt: 1, leaseOwner: null });
    expect(world.enqueued.at(-1)).toBe(id);
    expect(await workOnRun(services, id)).toBe("nothing to do"); // still shutting down

    const next = { ...services, shutdown: new AbortController().signal, openEngine: async () => new BigramEngine(512) };
    expect(await workOnRun(next, id)).toBe("succeeded");
    expect(await logOf(id)).toContain("Going on after step 3.");
    expect((await row(id)).adapterId).toBe((await row(whole)).adapterId);
  });

  it("resumes from the checkpoint of a worker that died", async () => {
    const id = await newRun();
    const died = new Promise<never>(() => {});
    const reached = new Promise<void>((resolve) => {
      // What is left of a killed process: its lease, its rows and its files.
      beforeStep(6, () => {
        resolve();
        return died;
      });
    });
    void workOnRun(services, id);
    await reached;
    await reapExpired(id);
    expect(await workOnRun({ ...services, openEngine: async () => new BigramEngine(512) }, id)).toBe("succeeded");
    expect(await logOf(id)).toContain("Going on after step 4.");
    expect(await row(id)).toMatchObject({ status: "SUCCEEDED", attempt: 2 });
  });

  it("says in one sentence why a run failed: diverged, another base, nothing left to train on", async () => {
    const diverged = await newRun();
    beforeStep(3, async () => {
      const weights = engine.exportAdapter(POLICY);
      weights.tensors[1]!.data.fill(Number.NaN);
      engine.loadAdapter(POLICY, weights);
    });
    expect(await workOnRun(services, diverged)).toBe("failed");
    expect(await row(diverged)).toMatchObject({
      status: "FAILED",
      errorCode: "TRAINING_DIVERGED",
      error: expect.stringMatching(/^Training diverged at step 3: loss is NaN\. Try a lower learningRate/),
    });

    const other = await newRun();
    const model = writeTinyModel(join(world.home, "other.gguf"), { seed: 2 }).path;
    expect(await workOnRun({ ...services, model }, other)).toBe("failed");
    expect(await row(other)).toMatchObject({
      errorCode: "BASE_MISMATCH",
      error: expect.stringContaining("HONE_MODEL"),
    });

    const short = await newRun({ ...CONFIG, maxLength: 4 });
    expect(await workOnRun({ ...services, openEngine: async () => new BigramEngine(512) }, short)).toBe("failed");
    expect(await row(short)).toMatchObject({ errorCode: "NO_EXAMPLES" });
    expect(checkpoints(short)).toBe(false);
  });

  it("keeps the insides of an unexpected failure out of the page", async () => {
    const id = await newRun();
    beforeStep(2, async () => {
      throw new TypeError("x is not a function");
    });
    expect(await workOnRun(services, id)).toBe("failed");
    expect(await row(id)).toMatchObject({ errorCode: "INTERNAL", error: expect.not.stringContaining("function") });
  });

  it("trains a real model, and the adapter on disk is one for it", async () => {
    const id = await newRun({ ...CONFIG, epochs: 1 });
    const open = (log: (sentence: string) => void) =>
      openEngine({ baseGguf: tiny.path, mode: "lora", backend: "onnx-cpu", threads: 1, log });
    expect(await workOnRun({ ...services, openEngine: open }, id)).toBe("succeeded");
    const { adapter } = await row(id);
    const stored = readAdapter(join(world.home, adapter!.path), tiny.config, { sha256: tiny.sha256 });
    expect(stored).toMatchObject({ rank: 2, alpha: 32 });
    expect(stored.tensors).toHaveLength(2 * 7 * 2);
  });
});
