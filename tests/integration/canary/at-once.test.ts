// Two admins, two servers and the system act on the traffic at the same moment: whoever comes second finds what the first has left.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import { advanceCanary, pauseCanary, startCanary } from "../../../server/domain/canary/acts.ts";
import { stopArm } from "../../../server/domain/canary/arm-acts.ts";
import { freeze } from "../../../server/domain/canary/freeze.ts";
import { setShare } from "../../../server/domain/canary/share.ts";
import type { TrafficStage } from "../../../server/domain/canary/stage.ts";
import { tendCanary } from "../../../server/domain/canary/tend.ts";
import { activateAdapter, rollBack } from "../../../server/domain/deployment.ts";
import { setRetired } from "../../../server/domain/registry/label.ts";
import { adapterOnDisk, measured, ratedPrompt, train } from "../../helpers/loop.ts";
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
  world.engine.onEnsure = () => {};
  await admin.deployment.unfreeze();
  for (const { deploymentId } of (await admin.deployment.traffic()).arms.slice(1)) {
    await admin.deployment.stopArm({ deploymentId });
  }
  await admin.deployment.activate({ adapterId: null });
});

async function candidate(): Promise<string> {
  const run = await admin.run.create({ method: "DPO" });
  const id = await train(world, run.id, adapterOnDisk(world.home), { gate: null });
  await measured(world.db, id, "PASSED");
  return id;
}
const stage = (db: Db = world.db): TrafficStage => ({
  ...{ ...world.services, db },
  ...{ actorId: world.admin.id, now: new Date() },
});
const live = () => world.db.deployment.findFirstOrThrow({ where: { slot: "default", deactivatedAt: null } });
const code = (wanted: string) => ({ cause: { code: wanted } });
/** What happens while the adapter is loaded, which is before anything has changed. */
const meanwhile = (act: () => Promise<unknown>) => {
  world.engine.onEnsure = async () => {
    world.engine.onEnsure = () => {};
    await act();
  };
};

test("of two who want to be rid of the same release, the second does not bring it back", async () => {
  const adapterId = await candidate();
  await admin.deployment.activate({ adapterId });
  const { id: from } = await live();
  expect((await admin.deployment.rollback({ from })).adapterId).toBeNull();
  // Without the word of what they saw, this click would go on to the adapter again.
  await expect(admin.deployment.rollback({ from })).rejects.toMatchObject(code("CONFLICT"));
  expect((await live()).adapterId).toBeNull();

  await admin.deployment.activate({ adapterId });
  const again = (await live()).id;
  await Promise.allSettled([world.db, other, world.db, other].map((db) => rollBack(stage(db), { from: again })));
  expect((await live()).adapterId).toBeNull();
});

test.each([
  [
    "another release went live: the gate measured it against what is gone",
    "GATE_REQUIRED",
    (id: string) => admin.deployment.activate({ adapterId: id }),
  ],
  ["deployments were frozen", "DEPLOYMENT_FROZEN", () => freeze(stage(other), { reason: "Enough" })],
  [
    "it was retired",
    "ILLEGAL_STATE",
    (_: string, own: string) =>
      setRetired({ ...world.services, db: other }, world.admin.id, { id: own, retired: true, now: new Date() }),
  ],
  [
    "its files were deleted",
    "ADAPTER_MISSING",
    (_: string, own: string) => other.adapter.update({ where: { id: own }, data: { filesDeletedAt: new Date() } }),
  ],
] as const)(
  "an activation, a canary and an arm come to nothing when, while they are prepared, %s",
  async (_what, wanted, act) => {
    for (const go of [
      (adapterId: string) => admin.deployment.activate({ adapterId }),
      (adapterId: string) => admin.deployment.startCanary({ adapterId }),
      (adapterId: string) => admin.deployment.startArm({ adapterId, share: 10 }),
    ]) {
      await admin.deployment.unfreeze();
      await admin.deployment.activate({ adapterId: null });
      const [own, faster] = [await candidate(), await candidate()];
      meanwhile(() => act(faster, own));
      await expect(go(own)).rejects.toMatchObject(code(wanted));
      expect(await world.db.deployment.count({ where: { adapterId: own } })).toBe(0);
    }
  },
);

test("of two who move a canary on from the same stage, the second does not move it on by two", async () => {
  const step = (share: number) => ({ share, leastReplies: 1000, leastMinutes: 1000 });
  const plan = { stages: [step(10), step(100), step(1000)], alpha: 0.05, leastErrors: 5, earlyPromotion: false };
  await admin.deployment.startCanary({ adapterId: await candidate(), plan });
  const ends = await Promise.allSettled([world.db, other].map((db) => advanceCanary(stage(db), { from: 0 })));
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect((await admin.deployment.traffic()).canary).toMatchObject({ status: "RUNNING", stage: 1 });
  await expect(admin.deployment.advanceCanary({ from: 0 })).rejects.toMatchObject(code("CONFLICT"));
});

test("a rollback does not go to an adapter whose files went while it was loaded", async () => {
  const [first, second] = [await candidate(), await candidate()];
  await admin.deployment.activate({ adapterId: first });
  await measured(world.db, second, "PASSED");
  await admin.deployment.activate({ adapterId: second, override: "Measured before" });
  meanwhile(() => other.adapter.update({ where: { id: first }, data: { filesDeletedAt: new Date() } }));
  await expect(admin.deployment.rollback()).rejects.toMatchObject(code("ADAPTER_MISSING"));
  expect((await live()).adapterId).toBe(second);
});

test("promotion, rollback, activation, freeze, shares and stops at the same moment leave one whole state", async () => {
  const step = (share: number) => ({ share, leastReplies: 0, leastMinutes: 0 });
  const plan = { stages: [step(100), step(1000)], alpha: 0.05, leastErrors: 5, earlyPromotion: false };
  for (let round = 0; round < 4; round++) {
    await admin.deployment.unfreeze();
    await admin.deployment.activate({ adapterId: null });
    const [old, next, third] = [await candidate(), await candidate(), await candidate()];
    await admin.deployment.activate({ adapterId: old });
    await startCanary(stage(), { adapterId: next, plan, override: "Measured before" });
    const arm = await world.db.deployment.findFirstOrThrow({ where: { adapterId: next, deactivatedAt: null } });
    const acts = [
      (db: Db) => tendCanary({ ...world.services, db }, new Date()),
      (db: Db) => advanceCanary(stage(db)),
      (db: Db) => rollBack(stage(db)),
      (db: Db) => activateAdapter(stage(db), { adapterId: third, override: "At once" }),
      (db: Db) => stopArm(stage(db), { deploymentId: arm.id }),
      (db: Db) => setShare(stage(db), { deploymentId: arm.id, share: 200 }),
      (db: Db) => pauseCanary(stage(db)),
      (db: Db) => freeze(stage(db), { reason: "Enough for today" }),
    ];
    const turned = acts.map((_, i) => acts[(i + 2 * round) % acts.length]!);
    const ends = await Promise.allSettled(turned.map((act, i) => act(i % 2 ? other : world.db)));
    // What is refused is refused in words.
    for (const end of ends) if (end.status === "rejected") expect(end.reason).toMatchObject({ name: "AppError" });
    await whole();
  }
});

/** What holds whatever happened. */
async function whole(): Promise<void> {
  const rows = await world.db.deployment.findMany({ orderBy: { number: "asc" }, include: { canary: true } });
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1));
  const active = rows.filter(({ deactivatedAt }) => deactivatedAt === null);
  expect(active.filter(({ slot }) => slot === "default")).toHaveLength(1);
  expect(new Set(active.map(({ adapterId }) => adapterId)).size).toBe(active.length);
  const given = active.reduce((sum, { slot, share }) => sum + (slot === "default" ? 0 : share), 0);
  expect(given).toBeLessThanOrEqual(1000);
  for (const { canary, deactivatedAt } of rows) {
    const goesOn = canary?.status === "RUNNING" || canary?.status === "PAUSED";
    if (canary) expect(goesOn, canary.status).toBe(deactivatedAt === null);
  }
  const lines = await world.db.auditEvent.findMany({ orderBy: { id: "asc" }, select: { action: true } });
  const actions = lines.map(({ action }) => action);
  // A freeze waits for the act that is being done, and none comes behind it but those that take traffic away.
  const [frozen, lifted] = [actions.lastIndexOf("deployment.freeze"), actions.lastIndexOf("deployment.unfreeze")];
  const behind = frozen > lifted ? actions.slice(frozen) : [];
  for (const action of ["deployment.activate", "canary.promote", "canary.advance"])
    expect(behind).not.toContain(action);
}
