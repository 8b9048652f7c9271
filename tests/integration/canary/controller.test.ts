// The controller of canaries, with its clock in the test's hand: stages, promotion, rollback by the evidence, freeze, and two processes at once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import { lookAtCanary } from "../../../server/domain/canary/look.ts";
import { actOn, tendCanary } from "../../../server/domain/canary/tend.ts";
import { setSettings } from "../../../server/domain/setting.ts";
import { adapterOnDisk, measured, ratedPrompt, train } from "../../helpers/loop.ts";
import { choose, talk, thumb } from "../../helpers/traffic.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let other: Db;
let adapterId: string;
let armId: string;
let controlId: string;
let started: Date;

const PLAN = {
  stages: [
    { share: 100, leastReplies: 3, leastMinutes: 10 },
    { share: 500, leastReplies: 5, leastMinutes: 20 },
    { share: 1000, leastReplies: 0, leastMinutes: 0 },
  ],
  ...{ alpha: 0.05, leastErrors: 5, earlyPromotion: false },
};

beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Draft number ${++count}.`];
  admin = world.as(world.admin);
  other = createDb(world.url);
  await ratedPrompt(admin, "What shall it be?");
});
afterAll(() => other.$disconnect());

/** A candidate of its own each time: what was tried once is not tried again by itself. */
async function candidate(policy = {}) {
  const run = await admin.run.create({ method: "DPO" });
  const id = await train(world, run.id, adapterOnDisk(world.home), { gate: null });
  await measured(world.db, id, "PASSED", policy);
  return id;
}

beforeEach(async () => {
  for (const { deploymentId } of (await admin.deployment.traffic()).arms.slice(1)) {
    await admin.deployment.stopArm({ deploymentId });
  }
  await admin.deployment.unfreeze();
  await admin.deployment.activate({ adapterId: null });
  adapterId = await candidate();
  const traffic = await admin.deployment.startCanary({ adapterId, plan: PLAN });
  [controlId, armId] = traffic.arms.map(({ deploymentId }) => deploymentId) as [string, string];
  started = traffic.canary!.startedAt;
});

const minute = (minutes: number) => new Date(started.getTime() + minutes * 60_000);
const tend = (now: Date, db: Db = world.db) => tendCanary({ ...world.services, db }, now);
const say = (side: "arm" | "control", what: Omit<Parameters<typeof talk>[1], "userId" | "deploymentId">) =>
  talk(world.db, { userId: world.admin.id, deploymentId: side === "arm" ? armId : controlId, ...what });
const canary = () => world.db.canary.findUniqueOrThrow({ where: { deploymentId: armId } });
const arm = () => world.db.deployment.findUniqueOrThrow({ where: { id: armId } });
const reasonOf = (row: { reason?: unknown; endReason?: unknown }) => (row.reason ?? row.endReason) as { code: string };

describe("stages", () => {
  test("each begins when its replies and minutes are there, and the last makes the arm the default", async () => {
    await tend(minute(11));
    expect(await canary()).toMatchObject({ stage: 0, status: "RUNNING" });
    await say("arm", { count: 2 });
    await tend(minute(12));
    const waits = async () =>
      (await admin.deployment.traffic()).canary!.waitsFor.map(({ code, values }) => ({ code, values }));
    // The page asks at the real time, minutes after the start.
    expect(await waits()).toEqual([
      { code: "REPLIES_MISSING", values: { replies: 2, of: 3 } },
      { code: "MINUTES_MISSING", values: { minutes: 10 } },
    ]);
    await say("arm", { count: 1 });
    await tend(minute(9));
    expect(await canary()).toMatchObject({ stage: 0 });
    await tend(minute(10));
    expect(await canary()).toMatchObject({ stage: 1, stageSince: minute(10) });
    expect(await arm()).toMatchObject({ share: 500, deactivatedAt: null });

    // Replies of the stage before do not count again.
    await tend(minute(40));
    expect(await canary()).toMatchObject({ stage: 1 });
    await say("arm", { count: 5 });
    await tend(minute(40));
    expect(await canary()).toMatchObject({ status: "PROMOTED", endedAt: minute(40) });
    expect(reasonOf(await canary()).code).toBe("STAGES_PASSED");
    const [live, ...others] = await world.db.deployment.findMany({ where: { deactivatedAt: null } });
    expect(others).toEqual([]);
    const before = await arm();
    expect(live).toMatchObject({ adapterId, slot: "default", number: before.number + 1, gateId: before.gateId });
    expect(reasonOf(before).code).toBe("BECAME_DEFAULT");
    expect((await admin.adapter.get({ id: adapterId })).status).toBe("APPROVED");
    expect(world.engine.kept).toEqual([before.adapterId && (await admin.adapter.get({ id: adapterId })).sha256]);
    const audit = await world.db.auditEvent.findMany({ orderBy: { id: "desc" }, take: 3 });
    expect(audit.map(({ action, actorId }) => [action, actorId])).toContainEqual(["canary.promote", null]);
    const events = await world.db.event.findMany({ orderBy: { id: "desc" }, take: 1 });
    expect(events[0]).toMatchObject({ kind: "canary.promoted", data: { automatic: true, reason: "STAGES_PASSED" } });
    // Going back is going back to what the canary replaced.
    expect((await admin.deployment.rollback()).adapterId).toBeNull();
  });

  test("two processes move it on once", async () => {
    await say("arm", { count: 3 });
    await Promise.all([tend(minute(10)), tend(minute(10), other), tend(minute(10)), tend(minute(10), other)]);
    expect(await canary()).toMatchObject({ stage: 1 });
    const moves = await world.db.auditEvent.count({
      where: { action: "canary.advance", subject: `Canary:${(await canary()).id}` },
    });
    expect(moves).toBe(1);
  });

  test("what two processes have found is done once, and not at all once somebody was faster", async () => {
    await say("arm", { count: 3 });
    const finding = await lookAtCanary(world.db, minute(10));
    expect(finding).toMatchObject({ kind: "ADVANCE", stage: 0 });
    const on = (db: Db) => actOn({ ...world.services, db }, finding, minute(10));
    await Promise.all([on(world.db), on(other), on(world.db), on(other)]);
    expect(await canary()).toMatchObject({ stage: 1, status: "RUNNING" });
    await admin.deployment.stopArm({ deploymentId: armId });
    await on(other);
    expect(reasonOf(await canary()).code).toBe("STOPPED_BY_HAND");
  });

  test("a pause and a freeze hold the stage; both let the evidence speak", async () => {
    await say("arm", { count: 3 });
    await admin.deployment.pauseCanary();
    await tend(minute(60));
    expect(await canary()).toMatchObject({ stage: 0, status: "PAUSED" });
    await admin.deployment.resumeCanary();
    await admin.deployment.freeze({ reason: "Release week" });
    await say("arm", { count: 3 });
    await tend(minute(120));
    expect(await canary()).toMatchObject({ stage: 0, status: "RUNNING" });
    const traffic = await admin.deployment.traffic();
    expect(traffic.frozen).toMatchObject({ reason: "Release week", by: { id: world.admin.id } });
    expect(traffic.canary!.waitsFor.map(({ code }) => code)).toContain("FROZEN");
    for (const act of [
      () => admin.deployment.advanceCanary(),
      () => admin.deployment.setShare({ deploymentId: armId, share: 101 }),
      () => admin.deployment.startArm({ adapterId, share: 1 }),
    ]) {
      await expect(act()).rejects.toMatchObject({ cause: { code: "DEPLOYMENT_FROZEN" } });
    }
    await say("control", { count: 40, up: 40 });
    await say("arm", { count: 40, down: 40 });
    await tend(minute(121));
    expect(await canary()).toMatchObject({ status: "ROLLED_BACK" });
    await admin.deployment.unfreeze();
    expect((await admin.deployment.traffic()).frozen).toBeNull();
  });
});

describe("what is worse is taken away, with the reason", () => {
  const rolledBack = async (code: string) => {
    await tend(minute(1));
    const row = await canary();
    expect(row).toMatchObject({ status: "ROLLED_BACK", endedAt: minute(1) });
    expect(reasonOf(row).code).toBe(code);
    expect(await arm()).toMatchObject({ endReason: row.reason, deactivatedAt: minute(1) });
    const [event] = await world.db.event.findMany({ orderBy: { id: "desc" }, take: 1 });
    expect(event).toMatchObject({ kind: "canary.rolledBack", data: { reason: code, automatic: true } });
    const [line] = await world.db.auditEvent.findMany({ orderBy: { id: "desc" }, take: 1 });
    expect(line).toMatchObject({ action: "canary.rollback", actorId: null, subject: `Canary:${row.id}` });
    expect((await admin.deployment.traffic()).arms.map(({ deploymentId, share }) => [deploymentId, share])).toEqual([
      [controlId, 1000],
    ]);
    const [past] = (await admin.deployment.traffic()).past;
    expect(past).toMatchObject({ id: row.id, reason: { code } });
    return past!;
  };

  test("thumbs", async () => {
    await say("control", { count: 60, up: 48, down: 12 });
    await say("arm", { count: 40, up: 8, down: 32 });
    const { tests, figures } = await rolledBack("WORSE_THUMBS");
    const thumbs = tests.find(({ metric }) => metric === "thumbs")!;
    expect(thumbs.evidenceWorse).toBeGreaterThan(100);
    expect(thumbs).toMatchObject({ bar: 100, observations: { arm: 40, control: 60 } });
    expect(thumbs.difference!.high).toBeLessThan(0);
    expect(figures!.arm).toMatchObject({ replies: 40, up: 8, down: 32, judged: 1 });
  });

  test("errors", async () => {
    await say("control", { count: 30 });
    await say("arm", { count: 8, failed: 8 });
    await rolledBack("WORSE_ERRORS");
  });

  test("replies that are asked for again", async () => {
    await say("control", { count: 60, again: 4 });
    await say("arm", { count: 40, again: 32 });
    await rolledBack("WORSE_REGENERATE");
  });

  test("half as slow again and more", async () => {
    for (let i = 0; i < 30; i++) {
      await say("control", { count: 1, pace: 30 });
      await say("arm", { count: 1, pace: 60 });
    }
    await rolledBack("WORSE_LATENCY");
  });

  test("drafts that lose side by side", async () => {
    const sides = { userId: world.admin.id, arm: armId, control: controlId };
    await choose(world.db, sides, { arm: 1, control: 16, tie: 2 });
    const { tests } = await rolledBack("WORSE_SIDE_BY_SIDE");
    expect(tests.find(({ metric }) => metric === "sideBySide")?.observations).toEqual({ arm: 19, control: 19 });
  });

  test("and not what is slower by a fifth, or as good", async () => {
    for (let i = 0; i < 30; i++) {
      await say("control", { count: 1, pace: 30, up: i % 5 ? 1 : 0, down: i % 5 ? 0 : 1 });
      await say("arm", { count: 1, pace: 36, up: i % 5 ? 1 : 0, down: i % 5 ? 0 : 1 });
    }
    await tend(minute(1));
    expect(await canary()).toMatchObject({ status: "RUNNING" });
  });
});

describe("what counts", () => {
  const thumbsSeen = async () => {
    const { tests } = (await admin.deployment.traffic()).canary!;
    return tests.find(({ metric }) => metric === "thumbs")!.observations;
  };

  test("one word per conversation, once, however often it is looked at and whoever looks", async () => {
    const rows = await say("arm", { count: 4, up: 4 });
    await say("control", { count: 4, up: 4 });
    await Promise.all([tend(minute(1)), tend(minute(1), other)]);
    await tend(minute(1));
    expect(await thumbsSeen()).toEqual({ arm: 4, control: 4 });
    // The same people change their minds, and say more in the same conversations.
    await thumb(
      world.db,
      (await world.person(`Second${Date.now()}`)).id,
      rows.map(({ promptId, replyId: messageId }) => ({ promptId, messageId, value: -1 })),
    );
    await tend(minute(2));
    expect(await thumbsSeen()).toEqual({ arm: 4, control: 4 });
  });

  test("nothing from whoever has been put aside", async () => {
    const { id: raterId } = await world.person(`Troll${Date.now()}`);
    const quarantine = { quarantinedAt: new Date(), quarantineReason: "BELOW_BAR" };
    await world.db.raterTrust.create({ data: { raterId, figures: {}, ...quarantine } });
    const rows = await say("arm", { count: 2 });
    const down = rows.map(({ promptId, replyId: messageId }) => ({ promptId, messageId, value: -1 }));
    await thumb(world.db, raterId, down);
    await thumb(world.db, world.admin.id, down.slice(1));
    await tend(minute(1));
    expect(await thumbsSeen()).toEqual({ arm: 1, control: 0 });
  });

  test("a reply that becomes visible after a younger one was read is still read", async () => {
    const late = world.db.$transaction(
      async (tx) => {
        const rows = await talk(tx as unknown as Db, {
          userId: world.admin.id,
          deploymentId: armId,
          count: 1,
          failed: 1,
        });
        await say("arm", { count: 2 });
        await tend(minute(1), other);
        return rows[0]!.conversationId;
      },
      { timeout: 20_000 },
    );
    const conversationId = await late;
    expect(await world.db.armObservation.count({ where: { conversationId } })).toBe(0);
    await tend(minute(2));
    expect(await world.db.armObservation.findMany({ where: { conversationId } })).toMatchObject([
      { metric: "errors", value: 0, onArm: true },
    ]);
  });

  test("conversations that were drawn by another share say nothing any more, by whatever it was changed", async () => {
    const early = async () => [...(await say("arm", { count: 3 })), ...(await say("control", { count: 3 }))];
    const judge = (rows: Awaited<ReturnType<typeof early>>) =>
      thumb(
        world.db,
        world.admin.id,
        rows.map(({ promptId, replyId: messageId }) => ({ promptId, messageId, value: 1 })),
      );
    const ofFirst = await early();
    await judge(ofFirst.slice(0, 1));
    await tend(minute(10)); // the second stage begins
    expect(await canary()).toMatchObject({ stage: 1 });
    await judge(ofFirst.slice(1));
    await tend(minute(11));
    expect(await thumbsSeen()).toEqual({ arm: 1, control: 0 });
    const ofSecond = await early();
    await judge(ofSecond.slice(0, 2));
    await tend(minute(12));
    expect(await thumbsSeen()).toEqual({ arm: 3, control: 0 });

    await admin.deployment.setShare({ deploymentId: armId, share: 300 });
    await judge(ofSecond.slice(2));
    await judge(await early());
    await tend(minute(13));
    expect(await thumbsSeen()).toEqual({ arm: 6, control: 3 });
    // Another arm takes some of the control's.
    const late = await early();
    const beside = await candidate();
    const { arms } = await admin.deployment.startArm({ adapterId: beside, share: 100 });
    await judge(late);
    await judge(await early());
    await tend(minute(14));
    expect(await thumbsSeen()).toEqual({ arm: 9, control: 6 });
    const last = await early();
    const { deploymentId } = arms.find(({ adapterId }) => adapterId === beside)!;
    await admin.deployment.stopArm({ deploymentId });
    await judge(last);
    await tend(minute(15));
    expect(await thumbsSeen()).toEqual({ arm: 9, control: 6 });
  });

  test("conversations from before the canary say nothing of it", async () => {
    const [row] = await talk(world.db, { userId: world.admin.id, deploymentId: controlId, count: 1 });
    await admin.deployment.stopArm({ deploymentId: armId });
    adapterId = await candidate();
    const traffic = await admin.deployment.startCanary({ adapterId, plan: PLAN });
    armId = traffic.canary!.deploymentId;
    const { conversationId, promptId, replyId } = row!;
    await thumb(world.db, world.admin.id, [{ promptId, messageId: replyId, value: -1 }]);
    await tend(minute(1));
    expect(await world.db.armObservation.count({ where: { conversationId } })).toBe(0);
    expect(await thumbsSeen()).toEqual({ arm: 0, control: 0 });
  });
});

describe("by policy", () => {
  test("an adapter that passed its gate begins its canary by itself, once, and a refused or asking one does not", async () => {
    await admin.deployment.stopArm({ deploymentId: armId });
    const asking = await candidate({ promotion: "ASK" });
    await tend(minute(1));
    expect(await world.db.deployment.count({ where: { adapterId: asking } })).toBe(0);

    const wanted = await candidate({ promotion: "CANARY" });
    await setSettings(world.db, world.services.env, world.admin.id, { canaryPlan: PLAN });
    await Promise.all([tend(minute(2)), tend(minute(2), other), tend(minute(2)), tend(minute(2), other)]);
    const begun = await world.db.canary.findMany({ where: { deployment: { adapterId: wanted } } });
    expect(begun).toHaveLength(1);
    expect(begun[0]).toMatchObject({ automatic: true, startedById: null, startedAt: minute(2), plan: PLAN });
    const row = await world.db.deployment.findUniqueOrThrow({ where: { id: begun[0]!.deploymentId } });
    expect(row).toMatchObject({ share: 100, activatedById: null });
    expect(row.gateId).not.toBeNull();

    // Taken away by hand, it is not tried again.
    await admin.deployment.stopArm({ deploymentId: row.id });
    await tend(minute(3));
    expect(await world.db.canary.count({ where: { deployment: { adapterId: wanted } } })).toBe(1);
  });
});
