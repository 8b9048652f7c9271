// Arms that no canary moves are watched all the same: one with a fixed share beside the default arm, and a new default arm beside what was kept
// of the release before it. What is worse loses its traffic by itself, with the reason, once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import { takeAway } from "../../../server/domain/canary/take-away.ts";
import { tendCanary } from "../../../server/domain/canary/tend.ts";
import { lookAtArm } from "../../../server/domain/canary/watch.ts";
import { adapterOnDisk, measured, ratedPrompt, train } from "../../helpers/loop.ts";
import { choose, talk } from "../../helpers/traffic.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let other: Db;

beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Draft number ${++count}.`];
  admin = world.as(world.admin);
  other = createDb(world.url);
  await ratedPrompt(admin, "What shall it be?");
});
afterAll(() => other.$disconnect());

beforeEach(async () => {
  for (const { deploymentId } of (await admin.deployment.traffic()).arms.slice(1)) {
    await admin.deployment.stopArm({ deploymentId });
  }
  await admin.deployment.unfreeze();
  await admin.deployment.activate({ adapterId: null });
});

async function candidate() {
  const run = await admin.run.create({ method: "DPO" });
  const id = await train(world, run.id, adapterOnDisk(world.home), { gate: null });
  await measured(world.db, id, "PASSED");
  return id;
}

const tend = (db: Db = world.db, now = new Date()) => tendCanary({ ...world.services, db }, now);
const say = (deploymentId: string, what: Omit<Parameters<typeof talk>[1], "userId" | "deploymentId">) =>
  talk(world.db, { userId: world.admin.id, deploymentId, ...what });
const row = (id: string) => world.db.deployment.findUniqueOrThrow({ where: { id }, include: { watch: true } });
const code = ({ endReason }: { endReason: unknown }) => (endReason as { code: string } | null)?.code;
const newest = async () => ({
  event: (await world.db.event.findFirst({ orderBy: { id: "desc" } }))!,
  line: (await world.db.auditEvent.findFirst({ orderBy: { id: "desc" } }))!,
});

describe("an arm with a fixed share", () => {
  let armId: string;
  let controlId: string;
  let adapterId: string;

  beforeEach(async () => {
    adapterId = await candidate();
    const { arms } = await admin.deployment.startArm({ adapterId, share: 200 });
    [controlId, armId] = arms.map(({ deploymentId }) => deploymentId) as [string, string];
  });

  test("loses its traffic when people like it less; the reason is on it, in the trail and in an event", async () => {
    await say(controlId, { count: 60, up: 48, down: 12 });
    await say(armId, { count: 40, up: 8, down: 32 });
    await Promise.all([tend(), tend(other)]);
    expect(code(await row(armId))).toBe("WORSE_THUMBS");
    const { arms } = await admin.deployment.traffic();
    expect(arms.map(({ deploymentId, share }) => [deploymentId, share])).toEqual([[controlId, 1000]]);
    const { event, line } = await newest();
    const subject = `Deployment:${armId}`;
    expect(event).toMatchObject({ kind: "arm.stopped", subject, data: { reason: "WORSE_THUMBS", automatic: true } });
    expect(line).toMatchObject({ action: "deployment.stopArm", subject, actorId: null });
    expect(await world.db.event.count({ where: { kind: "arm.stopped", subject } })).toBe(1);
    expect((await admin.overview.get()).attention).toContainEqual(
      expect.objectContaining({
        kind: "RELEASE_TAKEN_BACK",
        reason: [expect.objectContaining({ code: "WORSE_THUMBS" })],
      }),
    );
  });

  test("also when its drafts lose side by side, and while everything is frozen", async () => {
    await choose(world.db, { userId: world.admin.id, arm: armId, control: controlId }, { arm: 1, control: 16 });
    await admin.deployment.freeze({ reason: "Release week" });
    await tend();
    expect(code(await row(armId))).toBe("WORSE_SIDE_BY_SIDE");
  });

  test("stays while it is as good, and the page says how it stands", async () => {
    await say(controlId, { count: 40, up: 30, down: 10 });
    await say(armId, { count: 40, up: 30, down: 10 });
    await tend();
    const arm = (await admin.deployment.traffic()).arms.find(({ deploymentId }) => deploymentId === armId)!;
    const { tests, endedAt } = arm.watch!;
    expect(endedAt).toBeNull();
    expect(tests.find(({ metric }) => metric === "thumbs")).toMatchObject({
      ...{ bar: 100, observations: { arm: 40, control: 40 } },
    });
  });

  test("is compared anew with another default arm, and by conversations that began after it", async () => {
    await say(controlId, { count: 10, up: 10 });
    await say(armId, { count: 10, down: 10 });
    const nextId = (await admin.deployment.activate({ adapterId: await candidate() })).id;
    await tend();
    const arm = (await admin.deployment.traffic()).arms.find(({ deploymentId }) => deploymentId === armId)!;
    expect(arm.watch!.tests.find(({ metric }) => metric === "thumbs")!.observations).toEqual({ arm: 0, control: 0 });
    await say(nextId, { count: 60, up: 60 });
    await say(armId, { count: 40, down: 40 });
    await tend();
    expect(code(await row(armId))).toBe("WORSE_THUMBS");
    expect((await row(armId)).watch!.controlId).toBe(nextId);
  });

  test("is left alone when somebody was faster than what a look has found", async () => {
    await say(controlId, { count: 60, up: 60 });
    await say(armId, { count: 40, down: 40 });
    const harm = (await lookAtArm(world.db, armId, new Date()))!;
    await admin.deployment.stopArm({ deploymentId: armId });
    await takeAway(world.services, harm, new Date());
    expect(code(await row(armId))).toBe("STOPPED_BY_HAND");
  });
});

describe("a new default arm", () => {
  /** The base has spoken, and something else is live now. */
  async function replaced(before: Omit<Parameters<typeof talk>[1], "userId" | "deploymentId">) {
    const [base] = (await admin.deployment.traffic()).arms;
    await say(base!.deploymentId, before);
    const release = await admin.deployment.activate({ adapterId: await candidate() });
    return { baseId: base!.deploymentId, releaseId: release.id };
  }

  /** A thumb counts once its reply is an hour old. */
  const ripe = () => new Date(Date.now() + 61 * 60_000);

  test("is rolled back when people like it less than what it replaced, even though that speaks no more", async () => {
    const { baseId, releaseId } = await replaced({ count: 100, up: 80, down: 20 });
    await say(releaseId, { count: 60, up: 15, down: 45 });
    await tend();
    expect((await row(releaseId)).deactivatedAt).toBeNull();
    await Promise.all([tend(world.db, ripe()), tend(other, ripe())]);
    expect(code(await row(releaseId))).toBe("WORSE_THUMBS");
    const [live, ...others] = (await admin.deployment.traffic()).arms;
    expect(others).toEqual([]);
    expect(live).toMatchObject({ adapterId: null, watch: null });
    expect(live!.deploymentId).not.toBe(baseId);
    const { event, line } = await newest();
    expect(event).toMatchObject({ kind: "deployment.rolledBack", data: { reason: "WORSE_THUMBS", automatic: true } });
    expect(line).toMatchObject({ action: "deployment.rollback", actorId: null, after: { reason: "WORSE_THUMBS" } });
    expect((await admin.overview.get()).attention.map(({ kind }) => kind)).toContain("RELEASE_TAKEN_BACK");
    // What is back is watched by nobody: it does not go back and forth.
    await say(live!.deploymentId, { count: 40, down: 40 });
    await tend(world.db, ripe());
    expect((await admin.deployment.traffic()).arms[0]!.deploymentId).toBe(live!.deploymentId);
  });

  test("is rolled back when its replies fail", async () => {
    const { releaseId } = await replaced({ count: 60 });
    await say(releaseId, { count: 25, failed: 15 });
    await tend();
    expect(code(await row(releaseId))).toBe("WORSE_ERRORS");
  });

  test("is not rolled back for its first few conversations, whatever they say, nor for what took longer", async () => {
    const { releaseId } = await replaced({ count: 60, up: 60, pace: 10 });
    await say(releaseId, { count: 19, down: 19, pace: 100 });
    await tend(world.db, ripe());
    expect((await row(releaseId)).deactivatedAt).toBeNull();
    await say(releaseId, { count: 1, down: 1, pace: 100 });
    await tend(world.db, ripe());
    expect(code(await row(releaseId))).toBe("WORSE_THUMBS");
  });

  test("has held its own once the words about the release before it are used up", async () => {
    const { releaseId } = await replaced({ count: 30, up: 20, down: 10 });
    const kept = async () =>
      (await row(releaseId)).watch!.state as { kept: { thumbs: number[]; errors: number[] } | null };
    await say(releaseId, { count: 10, up: 6, down: 4 });
    await tend(world.db, ripe());
    expect((await kept()).kept!.thumbs).toHaveLength(20);
    expect((await kept()).kept!.errors).toHaveLength(20);
    await say(releaseId, { count: 25, up: 17, down: 8 });
    const now = ripe();
    await tend(world.db, now);
    expect((await row(releaseId)).watch).toMatchObject({ endedAt: now });
    await say(releaseId, { count: 60, down: 60 });
    await tend(world.db, ripe());
    expect((await row(releaseId)).deactivatedAt).toBeNull();
  });
});
