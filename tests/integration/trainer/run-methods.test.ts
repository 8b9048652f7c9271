/** A run of every method from the web's form to its end, on the bigram table: data, tools, samples, figures, what was made. */

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import { createTextScorer } from "../../../trainer/score-queue.ts";
import { type WorkerServices, workOnRun } from "../../../trainer/worker.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { insertPairs } from "../../helpers/loop.ts";
import { type ChatStub, chatStub } from "../../helpers/openai-stub.ts";
import { ScriptedRollouts } from "../../helpers/scripted-rollouts.ts";
import { type TinyModel, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld({
  ...{ JUDGE_URL: "http://judge.example.com/v1", JUDGE_MODEL: "judge" },
  ...{ TEACHER_URL: "http://teacher.example.com/v1", TEACHER_MODEL: "teacher" },
});
let admin: Caller;
let tiny: TinyModel;
let judge: ChatStub;
let teacher: ChatStub;
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  admin = world.as(world.admin);
  tiny = writeTinyModel(join(world.home, "tiny.gguf"));
  await insertPairs(
    world,
    world.admin.id,
    Array.from({ length: 24 }, (_, i) => `Say ${i}?`),
  );
  const replies = await world.db.message.findMany({ where: { role: "ASSISTANT" } });
  await world.db.feedback.createMany({
    data: replies.map(({ id, content }) => ({
      ...{ messageId: id, raterId: world.admin.id, reasons: [] },
      value: content === "Good." ? 1 : -1,
    })),
  });
  await world.db.baseModel.updateMany({ data: { sha256: tiny.sha256, name: "tiny" } });
  // Prefers the reply that comes first in the alphabet, wherever it stands.
  judge = await chatStub((asked) => {
    const [a, b] = ["A", "B"].map((name) => asked.match(new RegExp(`<reply ${name}>\\n([^]*?)\\n</reply`))?.[1] ?? "");
    return a! < b! ? "[[A]]" : "[[B]]";
  });
  teacher = await chatStub(() => "It is good.");
});
afterAll(() => Promise.all([judge?.close(), teacher?.close()]));

let rollouts: ScriptedRollouts;
let services: WorkerServices;
beforeEach(() => {
  rollouts = new ScriptedRollouts(512);
  services = {
    ...{ db: world.db, home: world.home, model: tiny.path, serving: null, owner: "test:1" },
    endpoints: { judge: { url: judge.url, model: "judge" }, teacher: { url: teacher.url, model: "teacher" } },
    openRollouts: async () => rollouts,
    openEngine: async () => new BigramEngine(512),
    enqueue: async () => {},
    shutdown: new AbortController().signal,
  };
});

type Request = Parameters<Caller["run"]["create"]>[0];
const CONFIG = { batchSize: 8, microBatchSize: 8, rank: 2, learningRate: 0.01, checkpointEvery: 1, sampleEvery: 2 };

async function finished(request: Request, config: Record<string, unknown> = {}) {
  const { id } = await admin.run.create({ seed: 7, ...request, config: { ...CONFIG, ...config } });
  await workOnRun(services, id);
  const run = await admin.run.get({ id });
  if (run.status !== "SUCCEEDED") throw new Error(`${request.method} ended as ${run.status}: ${run.error}`);
  const metrics = await world.db.runMetric.findMany({ where: { runId: id }, orderBy: { step: "asc" } });
  return {
    run,
    adapter: await admin.adapter.get({ id: run.adapterId! }),
    steps: metrics.map(({ values }) => values as Record<string, number>),
    samples: await admin.run.samples({ id }),
    log: (await admin.run.logs({ id })).map(({ text }) => text).join("\n"),
  };
}

const upload = async (kind: "PAIRS" | "PROMPTS" | "TEXTS" | "DIALOGUES", text: string) =>
  (await admin.dataset.upload({ kind, name: `some ${kind}`, text })).dataset!.id;
const jsonl = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).join("\n");

describe("methods over fixed data", () => {
  it.each([
    { method: "SFT", kind: "DIALOGUES", examples: 24, metric: "loss", measured: "heldout/loss" },
    { method: "DPO", kind: "PAIRS", examples: 24, metric: "rewards/margins", measured: "heldout/accuracy" },
    { method: "SIMPO", kind: "PAIRS", examples: 24, metric: "loss", measured: "heldout/accuracy" },
    { method: "ORPO", kind: "PAIRS", examples: 24, metric: "log_odds_ratio", measured: "heldout/accuracy" },
    { method: "KTO", kind: "THUMBS", examples: 48, metric: "kl", measured: "heldout/loss" },
  ] as const)("$method learns from what people judged", async ({ method, kind, examples, metric, measured }) => {
    const { run, adapter, steps, samples, log } = await finished({ method }, { epochs: 1 });
    expect(run.kind).toBe(kind);
    const { dataset } = run.lineage;
    expect(dataset.train + dataset.heldOut).toBe(examples);
    expect(dataset.heldOut).toBeGreaterThan(0);
    expect(steps).toHaveLength(run.totalSteps);
    for (const values of steps) expect(values[metric]).toBeTypeOf("number");
    expect(adapter.metrics[measured]).toBeTypeOf("number");
    expect(adapter).toMatchObject({ kind: "POLICY", tuning: "LORA", servable: true, rank: 2 });
    expect(log).toContain(`${dataset.train} examples to train on, ${dataset.heldOut} held out.`);

    // Every second step and at the end; before is the base, and the weights of each round say something else.
    const due = steps.map((_, i) => i + 1).filter((step) => step % 2 === 0 || step === run.totalSteps);
    expect([...new Set(samples.map(({ step }) => step))]).toEqual(due);
    expect(samples[0]).toMatchObject({ ordinal: 0, before: expect.stringMatching(/^base says/), ended: true });
    expect(samples[0]!.prompt).toEqual([{ role: "USER", content: expect.stringMatching(/^Say \d+\?$/) }]);
    expect(samples[0]!.after).not.toBe(samples.at(-1)!.after);
    expect(rollouts.closed).toBe(true);
  });

  it("PRETRAIN learns from an uploaded text", async () => {
    const id = await upload("TEXTS", "The quick brown fox jumps over the lazy dog. ".repeat(20));
    const request = { method: "PRETRAIN", source: { from: "DATASET", id } } as const;
    const { run, steps, samples } = await finished(request, { epochs: 2, maxLength: 32, batchSize: 2 });
    expect(run.lineage.dataset).toMatchObject({ id, origin: "UPLOAD", name: "some TEXTS" });
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss!);
    expect(samples).toEqual([]); // plain text has no prompts
  });

  it("SFT mixes general data in and says what was forgotten", async () => {
    const values = Array.from({ length: 40 }, (_, i) => ({ prompt: `Tell ${i}`, completion: "Paris." }));
    const replayDatasetId = await upload("DIALOGUES", jsonl(values));
    const { run, adapter, steps } = await finished({ method: "SFT", replayDatasetId }, { epochs: 1, replay: 0.25 });
    expect(run.lineage.replay?.id).toBe(replayDatasetId);
    expect(steps[0]!.replay_loss).toBeTypeOf("number");
    expect(adapter.metrics["general/loss_before"]).toBeTypeOf("number");
    expect(adapter.metrics["general/loss_after"]).not.toBe(adapter.metrics["general/loss_before"]);
  });
});

describe("a reward model and what is trained with it", () => {
  let rewardAdapterId: string;

  it("REWARD makes an adapter with a head that cannot be talked to", async () => {
    // The bigram table's head knows a reply by its last token alone, so these say which tokens they are.
    const reply = (content: string, id: number) => [{ role: "assistant", content, token_ids: [id] }];
    const pairs = Array.from({ length: 30 }, (_, i) => ({
      ...{ prompt: `Say ${i}`, chosen: reply("Good.", 300), rejected: reply("Bad.", 301) },
    }));
    const source = { from: "DATASET", id: await upload("PAIRS", jsonl(pairs)) } as const;
    const { adapter, steps, samples } = await finished({ method: "REWARD", source }, { epochs: 4 });
    rewardAdapterId = adapter.id;
    expect(adapter).toMatchObject({ kind: "REWARD", tuning: "LORA", servable: false });
    expect(adapter.files.map(({ name }) => name)).toContain("adapter.safetensors");
    expect(steps.at(-1)!.accuracy).toBe(1);
    expect(adapter.reward).toMatchObject({ accuracy: 1, calibration: [expect.objectContaining({ observed: 1 })] });
    expect(samples).toEqual([]);
    expect((await admin.adapter.list({ kind: "REWARD" })).map(({ id }) => id)).toContain(adapter.id);
    await expect(admin.deployment.activate({ adapterId: adapter.id })).rejects.toMatchObject({
      cause: { code: "NOT_SERVABLE", message: expect.stringContaining("is a reward model") },
    });
  });

  it("scores texts, and says why when it cannot", async () => {
    let opened = 0;
    const scorer = createTextScorer({
      ...services,
      openEngine: async () => {
        opened++;
        return new BigramEngine(512);
      },
    });
    const ask = (reply: string) => scorer.score({ adapterId: rewardAdapterId, items: [{ prompt: "Say 1?", reply }] });
    const [good, bad] = await Promise.all([ask("Good."), ask("Bad.")]);
    // Both texts end with the end token: that each gets a number is what is asked here.
    for (const answer of [good, bad]) expect(answer).toEqual({ scores: [expect.any(Number)] });
    expect(opened).toBe(1);
    expect(await ask("word ".repeat(200))).toEqual({ error: expect.stringMatching(/tokens together, at most 64/) });
    expect(await ask("Good.")).toEqual(good);
    expect(opened).toBe(2); // after a failure a fresh one
    await scorer.close();
  });

  const sampled = { maxTokens: 8, microBatchSize: 8 };

  it.each([
    { method: "PPO", config: { steps: 2, batchSize: 4, innerEpochs: 1 }, metric: "objective/kl" },
    {
      method: "GRPO",
      config: { steps: 2, batchSize: 2, groupSize: 2, rewards: [{ kind: "rewardModel" }] },
      metric: "reward",
    },
  ] as const)(
    "$method samples, scores with the reward model and makes a policy",
    async ({ method, config, metric }) => {
      const { run, adapter, steps, samples } = await finished({ method, rewardAdapterId }, { ...sampled, ...config });
      expect(run.lineage.rewardModel?.id).toBe(rewardAdapterId);
      expect(run.kind).toBe("PROMPTS");
      const { sampledTokens } = await world.db.run.findUniqueOrThrow({ where: { id: run.id } });
      expect(Number(sampledTokens)).toBeGreaterThan(0);
      expect(steps).toHaveLength(2);
      expect(steps[1]![metric]).toBeTypeOf("number");
      expect(adapter).toMatchObject({ kind: "POLICY", servable: true });
      expect(adapter.metrics["heldout/reward"]).toBeTypeOf("number");
      expect(samples.map(({ step }) => step)).toContain(2);
    },
  );

  it("GRPO checks the answers of uploaded prompts, and refuses prompts without", async () => {
    const values = Array.from({ length: 6 }, (_, i) => ({ prompt: `What is ${i} plus 1?`, answer: `${i + 1}` }));
    const source = { from: "DATASET", id: await upload("PROMPTS", jsonl(values)) } as const;
    const rewards = [{ kind: "number" }, { kind: "length", max: 2 }];
    const config = { ...sampled, rewards, steps: 1, batchSize: 2, groupSize: 4 };
    const { steps } = await finished({ method: "GRPO", source }, config);
    expect(steps[0]).toMatchObject({ "rewards/number": expect.any(Number), "rewards/length": expect.any(Number) });
    await expect(admin.run.create({ method: "GRPO", config: { rewards } })).rejects.toMatchObject({
      cause: { code: "ANSWERS_MISSING" },
    });
  });

  it("GRPO, given back in the middle and taken up by another worker, ends in the same adapter", async () => {
    const rewards = [{ kind: "length", max: 2 }, { kind: "rewardModel" }];
    const config = { ...sampled, rewards, steps: 4, batchSize: 2, groupSize: 4 };
    const whole = await finished({ method: "GRPO", rewardAdapterId }, config);
    const { id } = await admin.run.create({
      method: "GRPO",
      rewardAdapterId,
      seed: 7,
      config: { ...CONFIG, ...config },
    });
    const shutdown = new AbortController();
    const engine = new BigramEngine(512);
    engine.beforeAccumulate = (call) => {
      if (call === 2) shutdown.abort(new Error("shutting down"));
    };
    const first = { ...services, shutdown: shutdown.signal, openEngine: async () => engine };
    expect(await workOnRun(first, id)).toBe("returned");
    expect(await workOnRun({ ...services, openRollouts: async () => new ScriptedRollouts(512) }, id)).toBe("succeeded");
    const run = await admin.run.get({ id });
    expect((await admin.run.logs({ id })).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Going on after step [123]\.$/),
    );
    expect(run.adapterId).toBe(whole.adapter.id);
  });

  it("BEST_OF_K learns the best drafts", async () => {
    const { steps, adapter } = await finished(
      { method: "BEST_OF_K", rewardAdapterId },
      { ...sampled, epochs: 1, drafts: 2, batchSize: 8 },
    );
    expect(steps[0]!["drafts/best_score"]).toBeGreaterThanOrEqual(steps[0]!["drafts/mean_score"]!);
    expect(adapter.servable).toBe(true);
  });
});

describe("methods that ask somebody else", () => {
  const sampled = { maxTokens: 8, epochs: 1 };

  it("DISTIL imitates the teacher", async () => {
    const { adapter, run } = await finished({ method: "DISTIL" }, sampled);
    expect(teacher.asked.length).toBeGreaterThanOrEqual(run.examples);
    expect(adapter.servable).toBe(true);
  });

  it("RLAIF learns from the judge's pairs, which are kept apart from people's", async () => {
    const before = await admin.run.preview({ method: "DPO" });
    const { run, steps } = await finished({ method: "RLAIF" }, sampled);
    expect(steps[0]!["judge/consistent"]).toBeGreaterThan(0);
    expect(steps[0]!["judge/kappa"]).toBeTypeOf("number");
    expect((await world.db.run.findUniqueOrThrow({ where: { id: run.id } })).sampledTokens).toBeGreaterThan(0n);
    const { aiPairs } = run.lineage;
    expect(aiPairs).toMatchObject({ kind: "PAIRS", origin: "AI" });
    const { items } = await admin.dataset.get({ id: aiPairs!.id });
    expect(items.items.every(({ source }) => source === "AI")).toBe(true);
    expect(items.items[0]!.content).toMatchObject({ kind: "PAIRS", prompt: [{ role: "USER" }] });
    expect((await admin.run.preview({ method: "DPO" })).usable).toBe(before.usable);
  });
});

describe("what is trained", () => {
  const real: WorkerServices["openEngine"] = (log, mode) =>
    openEngine({ baseGguf: tiny.path, mode, backend: "onnx-cpu", threads: 1, log });

  it("with tuning=full is a new model, named by its content, that cannot be activated", async () => {
    services.openEngine = real;
    services.openRollouts = async ({ model }) => new ScriptedRollouts(512, basename(model));
    const { adapter, run, samples } = await finished({ method: "SFT" }, { tuning: "full", epochs: 1 });
    expect(adapter).toMatchObject({ kind: "POLICY", tuning: "FULL", servable: false, rank: null, alpha: null });
    const file = join(world.home, "models", adapter.sha256, "model.gguf");
    expect(await sha256OfFile(file)).toBe(adapter.sha256);
    expect(adapter.files.map(({ name }) => name)).toEqual(["model.gguf"]);
    expect(run.lineage.adapter).toMatchObject({ tuning: "FULL", servable: false });
    expect(new Set(samples.map(({ step }) => step))).toEqual(new Set([run.totalSteps]));
    expect(samples[0]).toMatchObject({
      before: expect.stringMatching(/^tiny\.gguf says/),
      after: expect.stringMatching(/^model\.gguf says/),
    });
    await expect(admin.deployment.activate({ adapterId: adapter.id })).rejects.toMatchObject({
      cause: { code: "NOT_SERVABLE", message: expect.stringContaining("HONE_MODEL") },
    });
  });

  it("with tuning=prefix is an adapter for the engine alone, and a run can go on from it", async () => {
    services.openEngine = real;
    const { adapter } = await finished({ method: "DPO" }, { tuning: "prefix", epochs: 1 });
    expect(adapter).toMatchObject({ kind: "POLICY", tuning: "PREFIX", servable: false, rank: 2 });
    const next = await finished({ method: "DPO", fromAdapterId: adapter.id }, { tuning: "prefix", epochs: 1 });
    expect(next.run.lineage.fromAdapter?.id).toBe(adapter.id);
    await expect(admin.run.create({ method: "DPO", fromAdapterId: adapter.id })).rejects.toMatchObject({
      cause: { code: "ADAPTER_REFUSED", message: expect.stringContaining("set tuning=prefix") },
    });
  });
});

describe("when something is missing or breaks", () => {
  it("a run whose sampler does not start goes on without sample replies where it needs none", async () => {
    services.openRollouts = async () => {
      throw new Error("no room for a sampler");
    };
    const { samples, log } = await finished({ method: "DPO" }, { epochs: 1 });
    expect(samples).toEqual([]);
    expect(log).toContain("No sample replies will be shown: no room for a sampler");
    const { id } = await admin.run.create({ method: "RLAIF", config: CONFIG });
    expect(await workOnRun(services, id)).toBe("failed");
  });

  it("a round of samples that fails is a line in the log", async () => {
    rollouts.beforeSample = (round) => {
      if (round === 2) throw new Error("the sampler coughed");
    };
    const { log, run } = await finished({ method: "DPO" }, { epochs: 1 });
    expect(run.status).toBe("SUCCEEDED");
    expect(log).toContain("No sample replies at step 2: the sampler coughed");
  });

  it("a run that is cancelled while it gathers ends at once and makes nothing", async () => {
    const { id } = await admin.run.create({ method: "RLAIF", config: { ...CONFIG, sampleEvery: 0, maxTokens: 8 } });
    rollouts.beforeSample = async (_round, signal) => {
      await admin.run.cancel({ id });
      await new Promise((resolve) => signal!.addEventListener("abort", resolve)); // at the next heartbeat
    };
    const asked = judge.asked.length;
    expect(await workOnRun(services, id)).toBe("cancelled");
    expect(judge.asked.length).toBe(asked);
    expect(existsSync(join(world.home, "checkpoints", id))).toBe(false);
  });
});
