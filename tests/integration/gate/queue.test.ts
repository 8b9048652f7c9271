// The queue of gates on a real database: claimed by one, lost with its lease, begun anew after a crash, called off, given back, refused.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDb } from "../../../server/db.ts";
import { beatGate, claimGate, finishGate, recordSuite, setGateProgress } from "../../../server/domain/gate/hold.ts";
import { cancelGate, openGate, requestGate } from "../../../server/domain/gate/open.ts";
import { judgeSuite, verdictOf } from "../../../server/domain/gate/verdict.ts";
import { gatePolicySchema, SUITES } from "../../../server/domain/views/gate.ts";
import { type GateOutcome, type GateWorkerServices, workOnGate, workOnGates } from "../../../trainer/gate-queue.ts";
import { createTurns } from "../../../trainer/turns.ts";
import { workOnRun } from "../../../trainer/worker.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { ratedPrompt } from "../../helpers/loop.ts";
import { ScriptedRollouts } from "../../helpers/scripted-rollouts.ts";
import { type TinyModel, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let tiny: TinyModel;
let rollouts: ScriptedRollouts;
let shutdown: AbortController;
let services: GateWorkerServices & Parameters<typeof workOnRun>[0];
/** An adapter that a run of two steps made. */
let adapterId: string;

beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  admin = world.as(world.admin);
  tiny = writeTinyModel(join(world.home, "tiny.gguf"));
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  for (let i = 0; i < 40; i++) await ratedPrompt(admin, `Question number ${i}?`);
  await world.db.baseModel.updateMany({ data: { sha256: tiny.sha256, name: "tiny" } });
});

beforeEach(async () => {
  rollouts = new ScriptedRollouts(512);
  shutdown = new AbortController();
  services = {
    ...{ db: world.db, home: world.home, model: tiny.path, serving: null, owner: "test:1", shutdown: shutdown.signal },
    endpoints: { judge: null, teacher: null },
    openRollouts: async () => rollouts,
    openEngine: async () => new BigramEngine(512, 256),
    enqueue: async () => {},
  };
  adapterId ??= await trained();
  await world.db.gate.deleteMany();
  await world.db.event.deleteMany();
  await world.db.adapter.updateMany({ data: { status: "CANDIDATE" } });
});

async function trained(): Promise<string> {
  const config = { epochs: 1, batchSize: 32, rank: 2, learningRate: 0.01, sampleEvery: 0 };
  const { id } = await admin.run.create({ method: "DPO", config, seed: 7 });
  expect(await workOnRun(services, id)).toBe("succeeded");
  return (await world.db.run.findUniqueOrThrow({ where: { id } })).adapterId!;
}

const request = () => requestGate(world.db, world.admin.id, { adapterId });
const row = (id: string) =>
  world.db.gate.findUniqueOrThrow({
    where: { id },
    include: { evaluations: true, samples: { orderBy: { ordinal: "asc" } } },
  });
const expire = (id: string) =>
  world.db.gate.update({ where: { id }, data: { leaseExpiresAt: new Date(Date.now() - 1000) } });
const measured = (suite: (typeof SUITES)[number]) => ({
  ...{ suite, metrics: {}, seconds: 0.1 },
  ...judgeSuite(suite, { kind: "notApplicable", why: "NO_JUDGE" }, gatePolicySchema.parse({})),
});
const VERDICT = verdictOf(new Map(SUITES.map((suite) => [suite, { status: "PASSED" as const }])));

describe("opening a gate", () => {
  it("happens with the end of a run, once however often it is asked for", async () => {
    const { id } = await admin.run.create({
      ...{ method: "DPO", seed: 8 },
      config: { epochs: 1, batchSize: 32, rank: 2, learningRate: 0.01, sampleEvery: 0 },
    });
    await workOnRun(services, id);
    const made = (await world.db.run.findUniqueOrThrow({ where: { id } })).adapterId!;
    const [gate, ...others] = await world.db.gate.findMany({ where: { adapterId: made } });
    expect(others).toEqual([]);
    expect(gate).toMatchObject({ status: "QUEUED", requestedById: null, liveAdapterId: null, attempt: 0 });
    expect(gate!.progress).toMatchObject({ suite: null, done: 0 });
    const again = await Promise.all(
      [world.db, world.db].map((db) => requestGate(db, world.admin.id, { adapterId: made })),
    );
    expect(new Set([...again, gate!.id]).size).toBe(1);
  });

  it("is for policies that can speak: a reward model gets none", async () => {
    const { sha256: _, id: __, ...rest } = await world.db.adapter.findUniqueOrThrow({ where: { id: adapterId } });
    const data = {
      ...rest,
      metrics: {},
      source: undefined,
      kind: "REWARD" as const,
      servable: false,
      sha256: "ab".repeat(32),
    };
    const reward = await world.db.adapter.create({ data });
    const open = { adapterId: reward.id, firingId: null, requestedById: null };
    expect(await world.db.$transaction((tx) => openGate(tx, open))).toBeNull();
    await expect(requestGate(world.db, world.admin.id, { adapterId: reward.id })).rejects.toMatchObject({
      code: "NOT_SERVABLE",
    });
    await world.db.adapter.delete({ where: { id: reward.id } });
  });
});

describe("a trainer", () => {
  it("measures every suite, gives a verdict with its reasons, and leaves nothing behind", async () => {
    const id = await request();
    expect(await workOnGate(services)).toBe<GateOutcome>("measured");
    const gate = await row(id);
    expect(gate).toMatchObject({ attempt: 1, leaseOwner: null, leaseExpiresAt: null, error: null });
    expect(gate.evaluations.map(({ suite }) => suite).sort()).toEqual([...SUITES].sort());
    expect(gate.evaluations.filter(({ status }) => status === "MISSING")).toEqual([]);
    const byName = new Map(gate.evaluations.map((one) => [one.suite, one]));
    expect(byName.get("rewardModel")).toMatchObject({
      status: "NOT_APPLICABLE",
      reason: [{ code: "NO_REWARD_MODEL" }],
    });
    expect(byName.get("judge")).toMatchObject({ status: "NOT_APPLICABLE" });
    expect(gate.verdict).not.toBeNull();
    expect(gate.status).toBe(verdictOf(new Map(gate.evaluations.map((one) => [one.suite as "speed", one]))).status);
    expect(gate.samples.length).toBeGreaterThan(0);
    expect(rollouts.closed).toBe(true);
    const [event] = await world.db.event.findMany({ where: { subject: `Gate:${id}` } });
    expect(event!.kind).toBe(
      { PASSED: "gate.passed", UNDECIDED: "gate.undecided", REFUSED: "gate.refused" }[gate.status as "PASSED"],
    );
    expect(await workOnGate(services)).toBe("nothing to do");
  });

  it("comes to the same figures again: everything is drawn from the adapter's own seed", async () => {
    const figuresOf = async () => {
      const id = await request();
      await workOnGate(services);
      const { evaluations, samples } = await row(id);
      return {
        samples: samples.map(({ gateId: _, ...rest }) => rest),
        evaluations: evaluations
          .filter(({ suite }) => suite !== "speed")
          .map(({ suite, metrics, status }) => ({ suite, metrics, status }))
          .sort((a, b) => (a.suite < b.suite ? -1 : 1)),
      };
    };
    const first = await figuresOf();
    rollouts = new ScriptedRollouts(512);
    expect(await figuresOf()).toEqual(first);
  });

  it("says which suite could not be measured, and that refuses", async () => {
    const id = await request();
    await world.db.checkPrompt.updateMany({ where: { kind: "SAFETY" }, data: { enabled: false } });
    try {
      expect(await workOnGate(services)).toBe("measured");
    } finally {
      await world.db.checkPrompt.updateMany({ where: { kind: "SAFETY" }, data: { enabled: true } });
    }
    const gate = await row(id);
    expect(gate.status).toBe("REFUSED");
    expect(gate.evaluations.find(({ suite }) => suite === "safety")!.status).toBe("MISSING");
    expect(gate.verdict).toContainEqual({ area: "gate", code: "SUITE_MISSING", values: { suite: "safety" } });
    expect(await world.db.adapter.findUniqueOrThrow({ where: { id: adapterId } })).toMatchObject({
      status: "REJECTED",
    });
  });

  it("refuses weights that overflow: what cannot be counted is nobody's draw", async () => {
    const id = await request();
    class Overflowing extends BigramEngine {
      override async forward(...[batch, use]: Parameters<BigramEngine["forward"]>) {
        const found = await super.forward(batch, use);
        return use.adapter === "candidate"
          ? { ...found, logProbs: found.logProbs.map((row) => row.fill(Number.NaN)) }
          : found;
      }
    }
    expect(await workOnGate({ ...services, openEngine: async () => new Overflowing(512, 256) })).toBe("measured");
    const gate = await row(id);
    expect(gate.status).toBe("REFUSED");
    const missing = gate.evaluations.filter(({ status }) => status === "MISSING").map(({ suite }) => suite);
    expect(missing.sort()).toEqual(["divergence", "general", "heldOutPairs"]);
  });

  it("refuses when the judge that is configured does not answer, and says so", async () => {
    const server = createServer((_, response) => void response.writeHead(401).end("no such key"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const judge = { url: `http://127.0.0.1:${port}`, model: "judge" };
    const id = await request();
    try {
      expect(await workOnGate({ ...services, endpoints: { ...services.endpoints, judge } })).toBe("measured");
    } finally {
      server.close();
    }
    const found = (await row(id)).evaluations.find(({ suite }) => suite === "judge")!;
    expect(found).toMatchObject({ status: "MISSING", reason: [{ code: "COULD_NOT_MEASURE" }] });
    expect(found.reason).toMatchObject([{ values: { error: "ENDPOINT_FAILED" } }]);
    expect((await row(id)).status).toBe("REFUSED");
  });

  it("fails a gate whose replies cannot be sampled, with the reason", async () => {
    const id = await request();
    rollouts.beforeSample = () => {
      throw new Error("out of memory");
    };
    expect(await workOnGate(services)).toBe("failed");
    expect(await row(id)).toMatchObject({ status: "FAILED", errorCode: "INTERNAL", leaseOwner: null });
    const [event] = await world.db.event.findMany({ where: { subject: `Gate:${id}` } });
    expect(event).toMatchObject({ kind: "gate.failed", data: { gateId: id, errorCode: "INTERNAL" } });
    expect((await row(id)).finishedAt).not.toBeNull();
  });

  it("fails a gate of another base model", async () => {
    const id = await request();
    const { path } = writeTinyModel(join(world.home, "other.gguf"), { seed: 2 });
    expect(await workOnGate({ ...services, model: path })).toBe("failed");
    expect(await row(id)).toMatchObject({ status: "FAILED", errorCode: "BASE_MISMATCH" });
  });

  it("gives its gate back when it shuts down, and that costs no attempt", async () => {
    const id = await request();
    rollouts.beforeSample = () => shutdown.abort(new Error("stopping"));
    expect(await workOnGate(services)).toBe("returned");
    expect(await row(id)).toMatchObject({ status: "QUEUED", attempt: 1, maxAttempts: 4, leaseOwner: null });
  });

  it("stops when the gate is called off", async () => {
    const id = await request();
    rollouts.beforeSample = async (round) => {
      if (round === 2) await cancelGate(world.db, world.admin.id, { id, now: new Date() });
    };
    expect(await workOnGate(services)).toBe("lost");
    const gate = await row(id);
    expect(gate).toMatchObject({ status: "CANCELLED", leaseOwner: null, verdict: null });
    expect(gate.evaluations).toEqual([]);
    await expect(cancelGate(world.db, world.admin.id, { id, now: new Date() })).rejects.toMatchObject({
      code: "ILLEGAL_STATE",
    });
  });

  it("works on what is there, and ends when told", async () => {
    const id = await request();
    let begun = () => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const stop = workOnGates(
      {
        ...services,
        openEngine: async () => {
          begun();
          return new BigramEngine(512, 256);
        },
      },
      createTurns(),
    );
    await beginning;
    await stop();
    expect((await row(id)).finishedAt).not.toBeNull();
  });
});

describe("two trainers", () => {
  it("share the gates: each is claimed once", async () => {
    const other = createDb(world.url);
    await request();
    const claims = await Promise.all(
      Array.from({ length: 6 }, (_, i) => claimGate(i % 2 ? other : world.db, { owner: `test:${i}` })),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    await other.$disconnect();
  });

  it("take a gate over from one that died: from the beginning, and the dead one writes nothing more", async () => {
    const id = await request();
    const first = (await claimGate(world.db, { owner: "dead" }))!;
    expect(await recordSuite(world.db, first, measured("judge"))).toBe(true);
    expect(await claimGate(world.db, { owner: "second" })).toBeNull();
    await expire(id);
    const second = (await claimGate(world.db, { owner: "second" }))!;
    expect(second.attempt).toBe(2);
    expect((await row(id)).evaluations).toEqual([]);

    expect(await beatGate(world.db, first)).toBe("lost");
    expect(await recordSuite(world.db, first, measured("speed"))).toBe(false);
    await setGateProgress(world.db, first, { suite: "speed", done: 0.9, secondsLeft: 1 });
    expect(await finishGate(world.db, first, { verdict: VERDICT, samples: [], now: new Date() })).toBe(false);
    expect(await row(id)).toMatchObject({ status: "RUNNING", progress: null, evaluations: [] });

    expect(await beatGate(world.db, second)).toBe("ok");
    expect(await finishGate(world.db, second, { verdict: VERDICT, samples: [], now: new Date() })).toBe(true);
    expect(await row(id)).toMatchObject({ status: "PASSED", leaseOwner: null });
  });

  it("give up a gate that killed its trainer three times", async () => {
    const id = await request();
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect((await claimGate(world.db, { owner: "dying" }))!.attempt).toBe(attempt);
      await expire(id);
    }
    expect(await claimGate(world.db, { owner: "next" })).toBeNull();
    expect(await row(id)).toMatchObject({ status: "FAILED", errorCode: "TRAINER_LOST" });
    const told = await world.db.event.findMany({ where: { subject: `Gate:${id}`, kind: "gate.failed" } });
    expect(told).toMatchObject([{ data: { errorCode: "TRAINER_LOST" } }]);
  });

  it("measure against what is live when they begin, not when they were asked, and never against itself", async () => {
    const id = await request();
    const { db } = world;
    const first = await db.deployment.findFirstOrThrow({ where: { deactivatedAt: null } });
    const { number, slot, share, baseModelId } = first;
    const other = await db.adapter.create({
      data: { baseModelId, sha256: "e".repeat(64), path: "e.gguf", rank: 4, alpha: 8, bytes: 1, metrics: {} },
    });
    const next = (more: number, adapter: string | null) =>
      db.$transaction(async (tx) => {
        await tx.deployment.updateMany({ where: { deactivatedAt: null }, data: { deactivatedAt: new Date() } });
        await tx.deployment.create({ data: { slot, share, baseModelId, number: number + more, adapterId: adapter } });
      });
    /** What it is measured against by whoever claims it now. */
    const against = async () => {
      await db.gate.updateMany({ where: { id, status: "RUNNING" }, data: { attempt: 0, leaseExpiresAt: new Date(0) } });
      const claimed = await claimGate(db, { owner: "test" });
      expect((await row(id)).liveAdapterId).toBe(claimed!.gate.liveAdapter?.id ?? null);
      return claimed!.gate.liveAdapter?.id ?? null;
    };
    try {
      await next(1, other.id);
      expect(await against()).toBe(other.id);
      // Made live past its gate: beside what spoke before it, however often it was made live since.
      await next(2, adapterId);
      expect(await against()).toBe(other.id);
      await next(3, adapterId);
      expect(await against()).toBe(other.id);
      await next(4, null);
      expect(await against()).toBeNull();
      await next(5, adapterId);
      expect(await against()).toBeNull();
    } finally {
      await db.deployment.deleteMany({ where: { number: { gt: number } } });
      await db.deployment.update({ where: { id: first.id }, data: { deactivatedAt: null } });
      await db.adapter.delete({ where: { id: other.id } }).catch(() => {});
    }
  });
});
