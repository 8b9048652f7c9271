// From a firing to its end on a real database: stages become Runs once, build on each other, keep their budgets, and end with a reason.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import { openBoss, RUN_QUEUE, sendRun } from "../../../server/domain/queue.ts";
import { claimRun, failRun, heartbeat, recordStep, returnRun } from "../../../server/domain/run.ts";
import { advanceFiring } from "../../../server/domain/schedule/advance.ts";
import { dryRun } from "../../../server/domain/schedule/dry-run.ts";
import { cancelFiring, createSchedule, runScheduleNow } from "../../../server/domain/schedule/schedule.ts";
import { beginStage, stagesToBegin } from "../../../server/domain/schedule/stage.ts";
import { tickSchedules } from "../../../server/domain/schedule/tick.ts";
import { readFiring } from "../../../server/domain/schedule/view.ts";
import { checkpointFolder } from "../../../trainer/run-job.ts";
import { workOnStages } from "../../../trainer/stage-queue.ts";
import { createTurns } from "../../../trainer/turns.ts";
import { workOnRun } from "../../../trainer/worker.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { adapterOnDisk, ratedPrompt, train } from "../../helpers/loop.ts";
import { aSchedule, beginStages } from "../../helpers/schedules.ts";
import { ScriptedRollouts } from "../../helpers/scripted-rollouts.ts";
import { writeTinyModel } from "../../helpers/tiny-model.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let other: Db;
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  other = createDb(world.url);
  const ann = world.as(await world.person("Ann"));
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  for (let i = 0; i < 24; i++) await ratedPrompt(ann, `Question number ${i}?`);
});
afterAll(() => other.$disconnect());
beforeEach(async () => {
  await world.db.gate.deleteMany();
  await world.db.run.deleteMany();
  await world.db.scheduleFiring.deleteMany();
  await world.db.schedule.deleteMany();
  await world.db.adapter.deleteMany();
});

const NOW = new Date("2026-03-10T10:00:00Z");
const SMALL = { epochs: 1, batchSize: 8, rank: 2 };
const DPO = { method: "DPO", config: SMALL };
const REWARD = { method: "REWARD", config: SMALL };

/** A schedule that was started by hand and whose firing runs. @returns ids */
async function started(changes: Record<string, unknown> = {}) {
  const { id } = await createSchedule(
    world.db,
    world.admin.id,
    aSchedule({ cron: null, minNewPairs: 1e6, ...changes }),
    NOW,
  );
  const firing = await runScheduleNow(world.db, world.admin.id, id, NOW);
  await tickSchedules(world.db, NOW);
  return { id, firingId: firing.id };
}
const firing = (id: string) => readFiring(world.db, id, NOW);
const trained = (runId: string, kind: "POLICY" | "REWARD" = "POLICY") =>
  train(world, runId, { ...adapterOnDisk(world.home), kind, servable: kind === "POLICY" });

describe("a stage", () => {
  test("becomes one Run, however many trainers take it up at once", async () => {
    const { firingId } = await started();
    const { queue, env } = world.services;
    const made = await Promise.all(
      [world.db, other, world.db, other].map((db) => beginStage({ db, queue, env }, firingId, NOW)),
    );
    expect(made.filter((id) => id !== null)).toHaveLength(1);
    expect(await world.db.run.findMany({ select: { firingId: true, stage: true, createdById: true } })).toEqual([
      { firingId, stage: 0, createdById: world.admin.id },
    ]);
    expect(await beginStages(world, NOW, other)).toEqual([]);
  });

  test("goes on from what the stages before it made, and the last one ends the firing", async () => {
    const stages = [REWARD, DPO, { method: "PPO", config: { steps: 1, batchSize: 4, rank: 2 } }];
    const { firingId } = await started({ pipeline: { start: "BASE", stages } });
    const [rewardRun] = await beginStages(world, NOW);
    const rewardId = await trained(rewardRun!, "REWARD");
    expect(await firing(firingId)).toMatchObject({ status: "RUNNING", stage: 1 });

    const [dpoRun] = await beginStages(world, NOW);
    expect(await world.db.run.findUniqueOrThrow({ where: { id: dpoRun! } })).toMatchObject({
      fromAdapterId: null,
      stage: 1,
    });
    const policyId = await trained(dpoRun!);

    const [ppoRun] = await beginStages(world, NOW);
    expect(await world.db.run.findUniqueOrThrow({ where: { id: ppoRun! } })).toMatchObject({
      ...{ method: "PPO", stage: 2, fromAdapterId: policyId, rewardAdapterId: rewardId },
    });
    await trained(ppoRun!);
    const over = await firing(firingId);
    expect(over).toMatchObject({ status: "SUCCEEDED", stage: 2 });
    expect(over.stages.map(({ run }) => run?.status)).toEqual(["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]);
    // The end of a Run is told once; told again it moves nothing.
    await world.db.$transaction((tx) => advanceFiring(tx, { runId: rewardRun!, now: NOW }));
    expect(await firing(firingId)).toMatchObject({ status: "SUCCEEDED", stage: 2 });
  });

  test("of more urgent schedules comes first, and so does its Run in the queue", async () => {
    const low = await started({ priority: -5 });
    const high = await started({ priority: 9 });
    expect(await stagesToBegin(world.db, NOW)).toEqual([high.firingId, low.firingId]);
    const boss = await openBoss(world.url, { work: false });
    try {
      const enqueue = (tx: Parameters<typeof sendRun>[1], runId: string) => sendRun(boss, tx, runId);
      const planner = { db: world.db, queue: { enqueue }, env: world.services.env };
      const [lowRun, highRun] = [
        await beginStage(planner, low.firingId, NOW),
        await beginStage(planner, high.firingId, NOW),
      ];
      const taken = async () => (await boss.fetch<{ runId: string }>(RUN_QUEUE))[0]?.data.runId;
      expect([await taken(), await taken()]).toEqual([highRun, lowRun]);
    } finally {
      await boss.stop({ graceful: false });
    }
  });

  test("waits for quiet hours between two stages, and says so", async () => {
    const { firingId } = await started({
      pipeline: { stages: [REWARD, DPO] },
      quietHours: [{ from: "12:00", to: "13:00" }],
    });
    await trained((await beginStages(world, NOW))[0]!, "REWARD");
    const noon = new Date("2026-03-10T12:10:00Z");
    expect(await beginStages(world, noon)).toEqual([]);
    expect((await readFiring(world.db, firingId, noon)).reason).toMatchObject({ code: "QUIET_HOURS" });
    expect(await beginStages(world, new Date("2026-03-10T13:00:00Z"))).toHaveLength(1);
  });
});

describe("a firing that cannot go on", () => {
  test("is skipped where its first stage is refused, with the reason, and nothing is left behind", async () => {
    const { firingId } = await started({ pipeline: { stages: [{ method: "PPO" }] } });
    expect(await beginStages(world, NOW)).toEqual([]);
    expect(await firing(firingId)).toMatchObject({
      status: "SKIPPED",
      reason: { code: "STAGE_REFUSED", values: { stage: 1, method: "PPO", error: "REWARD_MODEL_MISSING" } },
    });
    expect(await world.db.run.count()).toBe(0);
  });

  test("fails with its Run, whichever process says so", async () => {
    const { firingId } = await started();
    const [runId] = await beginStages(world, NOW);
    const claimed = await claimRun(world.db, { runId: runId!, owner: "test" });
    await failRun(world.db, {
      runId: runId!,
      attempt: claimed!.attempt,
      error: "It broke.",
      errorCode: "TRAINING_DIVERGED",
    });
    await Promise.all([tickSchedules(world.db, NOW), tickSchedules(other, NOW)]);
    expect(await firing(firingId)).toMatchObject({
      status: "FAILED",
      reason: { code: "RUN_FAILED", values: { stage: 1, method: "DPO", error: "TRAINING_DIVERGED" } },
    });
  });

  test("cancelled, it takes its Run with it; a stage that is being begun meanwhile comes to nothing", async () => {
    const { firingId } = await started();
    const [runId] = await beginStages(world, NOW);
    await cancelFiring(world.db, world.admin.id, firingId, NOW);
    expect(await world.db.run.findUniqueOrThrow({ where: { id: runId! } })).toMatchObject({ status: "CANCELLED" });

    const second = await started();
    const { queue, env } = world.services;
    // The data are frozen and the Run is made; before that is committed somebody cancels.
    let cancelling: Promise<unknown> | undefined;
    const enqueue: typeof queue.enqueue = async () => {
      cancelling = cancelFiring(other, world.admin.id, second.firingId, NOW);
      await cancelling;
    };
    expect(await beginStage({ db: world.db, queue: { enqueue }, env }, second.firingId, NOW)).toBeNull();
    await cancelling;
    expect(await firing(second.firingId)).toMatchObject({ status: "CANCELLED", reason: { code: "CANCELLED" } });
    expect(await world.db.run.count({ where: { firingId: second.firingId } })).toBe(0);
  });
});

describe("budgets", () => {
  test("device time is metered by the lease: over attempts, and not beyond a dead trainer's last word", async () => {
    const { id } = await world.as(world.admin).run.create({ method: "DPO", config: SMALL });
    const began = Date.now();
    /** No more is metered besides than the time that the test itself took. */
    const expectSeconds = async (least: number) => {
      const { deviceSeconds } = await world.db.run.findUniqueOrThrow({ where: { id } });
      expect(deviceSeconds).toBeGreaterThanOrEqual(least);
      expect(deviceSeconds).toBeLessThan(least + (Date.now() - began) / 1000);
    };
    /** As if the lease had last been renewed so long ago. */
    const pass = (passed: number) =>
      world.db
        .$executeRaw`UPDATE "Run" SET "leaseExpiresAt" = now() + make_interval(secs => ${30 - passed}) WHERE "id" = ${id}::uuid`;
    const hold = { runId: id, attempt: (await claimRun(world.db, { runId: id, owner: "one" }))!.attempt };
    await pass(12);
    expect(await heartbeat(world.db, hold)).toBe("ok");
    await expectSeconds(12);
    await pass(5);
    await recordStep(world.db, { ...hold, step: 1, totalSteps: 3, metrics: { tokens: 480 } });
    await recordStep(world.db, { ...hold, step: 1, totalSteps: 3, metrics: { tokens: 480 } });
    await expectSeconds(17);
    await pass(3);
    await returnRun(world.db, async () => {}, hold);
    await expectSeconds(20);
    await claimRun(world.db, { runId: id, owner: "two" });
    await expectSeconds(20);
    expect(await world.db.run.findUniqueOrThrow({ where: { id } })).toMatchObject({ tokens: 480n });
  });

  test("a Run is given what is left of the month, and none where nothing is", async () => {
    const { id, firingId } = await started({ runMinutes: 60, monthMinutes: 70 });
    const [runId] = await beginStages(world, NOW);
    expect(await world.db.run.findUniqueOrThrow({ where: { id: runId! } })).toMatchObject({ maxMinutes: 60 });
    await trained(runId!);
    await world.db.run.update({ where: { id: runId! }, data: { deviceSeconds: 58.5 * 60 } });

    const next = await runScheduleNow(world.db, world.admin.id, id, NOW);
    await tickSchedules(world.db, NOW);
    const [second] = await beginStages(world, NOW);
    expect(await world.db.run.findUniqueOrThrow({ where: { id: second! } })).toMatchObject({ maxMinutes: 11 });
    await trained(second!);
    await world.db.run.update({ where: { id: second! }, data: { deviceSeconds: 11 * 60 } });

    const third = await runScheduleNow(world.db, world.admin.id, id, NOW);
    await tickSchedules(world.db, NOW);
    expect(await firing(third.id)).toMatchObject({
      status: "SKIPPED",
      reason: { code: "MONTH_SPENT", values: { spent: 70, limit: 70 } },
    });
    expect(await world.db.event.findMany({ where: { kind: "schedule.skipped" } })).toHaveLength(1);
    expect([(await firing(firingId)).status, (await firing(next.id)).status]).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    // The next month has minutes again.
    const april = new Date("2026-04-01T00:00:00Z");
    const fourth = await runScheduleNow(world.db, world.admin.id, id, april);
    await tickSchedules(world.db, april);
    expect(await firing(fourth.id)).toMatchObject({ status: "RUNNING" });
  });

  test("a Run over its budget ends with BUDGET_SPENT, its checkpoint is removed, and the firing says why", async () => {
    const tiny = writeTinyModel(join(world.home, "tiny.gguf"));
    await world.db.baseModel.updateMany({ data: { sha256: tiny.sha256, name: "tiny" } });
    const { firingId } = await started({
      runMinutes: 1,
      pipeline: {
        stages: [{ method: "DPO", config: { ...SMALL, epochs: 20, checkpointEvery: 1, learningRate: 0.01 } }],
      },
    });
    const [runId] = await beginStages(world, NOW);
    const engine = new BigramEngine(512);
    engine.beforeAccumulate = async (call) => {
      if (call !== 4) return;
      expect(existsSync(checkpointFolder(world.home, runId!))).toBe(true);
      await world.db.run.update({ where: { id: runId! }, data: { deviceSeconds: 61 } });
    };
    mkdirSync(join(world.home, "tmp"), { recursive: true });
    const outcome = await workOnRun(
      {
        ...{ db: world.db, home: world.home, model: tiny.path, serving: null, owner: "test:1" },
        ...{ endpoints: { judge: null, teacher: null }, openRollouts: async () => new ScriptedRollouts(512) },
        ...{ openEngine: async () => engine, enqueue: async () => {}, shutdown: new AbortController().signal },
      },
      runId!,
    );
    expect(outcome).toBe("failed");
    expect(await world.db.run.findUniqueOrThrow({ where: { id: runId! } })).toMatchObject({
      status: "FAILED",
      errorCode: "BUDGET_SPENT",
    });
    expect(existsSync(checkpointFolder(world.home, runId!))).toBe(false);
    await tickSchedules(world.db, NOW);
    expect((await firing(firingId)).reason).toMatchObject({ code: "RUN_FAILED", values: { error: "BUDGET_SPENT" } });
  });
});

test("a dry run says what would be frozen and done, what stands in the way, and stores nothing", async () => {
  const quiet = aSchedule({
    pipeline: { stages: [REWARD, { method: "PPO", config: { steps: 3, rank: 2 } }, { method: "DISTIL" }] },
    quietHours: [{ from: "09:00", to: "11:00" }],
    runMinutes: 1,
  });
  const before = await world.db.dataset.count();
  const dry = await dryRun(world.services, { input: quiet }, NOW);
  expect(dry.stages.map(({ method, plan }) => [method, plan?.steps])).toEqual([
    ["REWARD", expect.any(Number)],
    ["PPO", 3],
    ["DISTIL", expect.any(Number)],
  ]);
  expect(dry.stages[0]!.plan!.train + dry.stages[0]!.plan!.heldOut).toBe(24);
  // PPO scores with what the first stage will make; DISTIL has no teacher here.
  expect(dry.obstacles.map(({ code, values }) => [code, values.stage ?? null, values.advice ?? null])).toEqual([
    ["QUIET_HOURS", null, null],
    ["STAGE_STOPPED", 3, "NO_TEACHER"],
  ]);
  expect(dry.upcoming.map(({ at, quiet }) => [at.getUTCHours(), quiet]).slice(0, 2)).toEqual([
    [11, false],
    [12, false],
  ]);
  expect([await world.db.dataset.count(), await world.db.run.count(), await world.db.schedule.count()]).toEqual([
    before,
    0,
    0,
  ]);
});

test("a trainer takes up what waits in its turn, one stage after the other, until it is told to stop", async () => {
  const [first, second] = [await started(), await started()];
  const turns = createTurns();
  let free = () => {};
  const busy = turns.take(
    () =>
      new Promise<void>((resolve) => {
        free = resolve;
      }),
  );
  const begun: string[] = [];
  let both = () => {};
  const all = new Promise<void>((resolve) => {
    both = resolve;
  });
  const queue = {
    enqueue: async (_tx: unknown, runId: string) => {
      if (begun.push(runId) === 2) both();
    },
  };
  const stop = workOnStages({ db: world.db, queue, env: world.services.env, turns, now: () => NOW });
  expect(await world.db.run.count()).toBe(0);
  free();
  await busy;
  await all;
  await stop();
  const runs = await world.db.run.findMany({ select: { id: true, firingId: true } });
  expect(runs.map(({ id }) => id).sort()).toEqual([...begun].sort());
  expect(runs.map(({ firingId }) => firingId).sort()).toEqual([first.firingId, second.firingId].sort());
});
