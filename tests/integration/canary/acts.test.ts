// What admins do with the traffic: who is let through, what is refused and changes nothing, and that every act is in the audit trail.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startCanary } from "../../../server/domain/canary/acts.ts";
import type { ErrorCode } from "../../../server/errors.ts";
import { failEachCall, faultyDb } from "../../helpers/faults.ts";
import { adapterOnDisk, measured, ratedPrompt, train } from "../../helpers/loop.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld({ INFERENCE_ADAPTERS: "3" });
let admin: Caller;

beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Draft number ${++count}.`];
  admin = world.as(world.admin);
  await ratedPrompt(admin, "What shall it be?");
});

beforeEach(async () => {
  await admin.deployment.unfreeze();
  for (const { deploymentId } of (await admin.deployment.traffic()).arms.slice(1)) {
    await admin.deployment.stopArm({ deploymentId });
  }
  await admin.deployment.activate({ adapterId: null });
});

async function candidate(gate: Parameters<typeof measured>[2] | null = "PASSED", policy = {}) {
  const run = await admin.run.create({ method: "DPO" });
  const id = await train(world, run.id, adapterOnDisk(world.home), { gate: null });
  if (gate) await measured(world.db, id, gate, policy);
  return id;
}

const refused = (act: Promise<unknown>, code: ErrorCode) => expect(act).rejects.toMatchObject({ cause: { code } });
const active = () => world.db.deployment.findMany({ where: { deactivatedAt: null }, orderBy: { number: "asc" } });
const lastAudit = () => world.db.auditEvent.findFirstOrThrow({ orderBy: { id: "desc" } });

describe("nothing goes live past its gate", () => {
  test("not while it is measured, nor when it was refused; with a reason it does, and the reason stays", async () => {
    const [running, bad] = [await candidate(null), await candidate("REFUSED")];
    const before = await active();
    for (const [adapterId, code] of [
      [running, "GATE_RUNNING"],
      [bad, "GATE_REQUIRED"],
    ] as const) {
      await refused(admin.deployment.activate({ adapterId }), code);
      await refused(admin.deployment.startCanary({ adapterId }), code);
      await refused(admin.deployment.startArm({ adapterId, share: 10 }), code);
    }
    expect(await active()).toEqual(before);
    const release = await admin.deployment.activate({ adapterId: bad, override: "The old one is on fire" });
    expect(release).toMatchObject({ override: "The old one is on fire", active: true, isDefault: true, share: 1000 });
    expect(await lastAudit()).toMatchObject({
      ...{ action: "deployment.activate", actorId: world.admin.id },
      after: { override: "The old one is on fire", number: release.number },
    });
    expect(await world.db.gateDecision.count({ where: { gate: { adapterId: bad } } })).toBe(0);
  });

  test("a policy without overrides knows no reason", async () => {
    const bad = await candidate("REFUSED");
    const { gatePolicy } = await admin.setting.get();
    await admin.setting.set({ gatePolicy: { ...gatePolicy, override: false } });
    await refused(admin.deployment.activate({ adapterId: bad, override: "Because I say so" }), "GATE_REQUIRED");
    await admin.setting.set({ gatePolicy });
  });

  test("the activating admin's click is an approval, one of as many as the policy asks for", async () => {
    const alone = await candidate("UNDECIDED", { approvals: 2 });
    await refused(admin.deployment.activate({ adapterId: alone }), "GATE_REQUIRED");
    const enough = await candidate("UNDECIDED");
    const release = await admin.deployment.activate({ adapterId: enough });
    expect(release.gateId).not.toBeNull();
    const decisions = await world.db.gateDecision.findMany({ where: { gateId: release.gateId! } });
    expect(decisions).toMatchObject([{ userId: world.admin.id, approved: true }]);
  });

  test("what was measured against another live adapter is measured again", async () => {
    const [one, two] = [await candidate(), await candidate()];
    await admin.deployment.activate({ adapterId: one });
    await refused(admin.deployment.activate({ adapterId: two }), "GATE_REQUIRED");
    // What was live before, and the bare base, need no gate.
    await admin.deployment.activate({ adapterId: null });
    expect((await admin.deployment.activate({ adapterId: one })).adapterId).toBe(one);
  });

  test("an old sign-in is not enough for what gives traffic, and enough for what takes it away", async () => {
    const stale = world.as(world.admin, { session: { id: world.admin.id, authenticatedAt: new Date(0) } });
    const adapterId = await candidate();
    await refused(stale.deployment.activate({ adapterId }), "FRESH_SIGN_IN_NEEDED");
    await refused(stale.deployment.startCanary({ adapterId }), "FRESH_SIGN_IN_NEEDED");
    const { arms } = await admin.deployment.startArm({ adapterId, share: 10 });
    const { deploymentId } = arms[1]!;
    await refused(stale.deployment.setShare({ deploymentId, share: 1000 }), "FRESH_SIGN_IN_NEEDED");
    for (const share of [5, 0])
      expect((await stale.deployment.setShare({ deploymentId, share })).arms[1]).toMatchObject({ share });
    await stale.deployment.stopArm({ deploymentId });
    await admin.deployment.activate({ adapterId });
    expect((await stale.deployment.rollback()).adapterId).toBeNull();
    expect((await stale.deployment.freeze({ reason: "Enough for today" })).frozen?.reason).toBe("Enough for today");
  });
});

describe("arms", () => {
  test("share what there is: no more than all, no more arms than the inference process keeps, none twice", async () => {
    const [one, two, three] = [await candidate(), await candidate(), await candidate()];
    await admin.deployment.startArm({ adapterId: one, share: 600 });
    await refused(admin.deployment.startArm({ adapterId: one, share: 10 }), "ILLEGAL_STATE");
    await refused(admin.deployment.startArm({ adapterId: two, share: 401 }), "INVALID_INPUT");
    const { arms, mostArms } = await admin.deployment.startArm({ adapterId: two, share: 400 });
    expect(mostArms).toBe(3);
    expect(arms.map(({ share, isDefault }) => [share, isDefault])).toEqual([
      [0, true],
      [600, false],
      [400, false],
    ]);
    expect(world.engine.kept).toEqual(arms.map(({ adapterSha256 }) => adapterSha256));
    await refused(admin.deployment.startArm({ adapterId: three, share: 0 }), "TOO_MANY_ARMS");
    await refused(admin.deployment.setShare({ deploymentId: arms[1]!.deploymentId, share: 601 }), "INVALID_INPUT");
    await refused(admin.deployment.setShare({ deploymentId: arms[0]!.deploymentId, share: 1 }), "ILLEGAL_STATE");
    await refused(admin.deployment.stopArm({ deploymentId: arms[0]!.deploymentId }), "ILLEGAL_STATE");
    const after = await admin.deployment.setShare({ deploymentId: arms[1]!.deploymentId, share: 100 });
    expect(after.arms.map(({ share }) => share)).toEqual([500, 100, 400]);
    expect(await lastAudit()).toMatchObject({
      action: "deployment.setShare",
      before: { share: 600 },
      after: { share: 100 },
    });
    // Activated, an arm's adapter is the default one; its arm is over and the other goes on.
    const release = await admin.deployment.activate({ adapterId: two, override: "It has shown what it can" });
    expect((await active()).map(({ adapterId }) => adapterId)).toEqual([one, two]);
    expect(release).toMatchObject({ share: 900 });
    await refused(admin.deployment.stopArm({ deploymentId: arms[2]!.deploymentId }), "NOT_FOUND");
  });

  test("the database itself refuses a share that cannot be", async () => {
    const [live] = await active();
    const update = (data: object) => world.db.deployment.update({ where: { id: live!.id }, data });
    await expect(update({ share: 5 })).rejects.toThrow(/Deployment_share/);
    await expect(update({ slot: "arm:99", share: 1001 })).rejects.toThrow(/Deployment_share/);
  });
});

describe("canaries", () => {
  test("one at a time, moved by hand to its end", async () => {
    const [one, two] = [await candidate(), await candidate()];
    const started = await admin.deployment.startCanary({ adapterId: one });
    expect(started.canary).toMatchObject({
      stage: 0,
      status: "RUNNING",
      startedBy: { id: world.admin.id },
      automatic: false,
    });
    expect(started.arms.map(({ share }) => share)).toEqual([990, 10]);
    await refused(admin.deployment.startCanary({ adapterId: two }), "CANARY_RUNNING");
    expect((await admin.deployment.advanceCanary()).arms.map(({ share }) => share)).toEqual([900, 100]);
    const slower = await admin.deployment.setShare({ deploymentId: started.canary!.deploymentId, share: 50 });
    expect(slower.canary).toMatchObject({
      status: "PAUSED",
      reason: { code: "SHARE_SET_BY_HAND", values: { share: 0.05 } },
    });
    await refused(admin.deployment.pauseCanary(), "ILLEGAL_STATE");
    const resumed = await admin.deployment.resumeCanary();
    expect(resumed.canary).toMatchObject({ status: "RUNNING", reason: null, stage: 1 });
    expect(resumed.arms.map(({ share }) => share)).toEqual([900, 100]);
    await admin.deployment.advanceCanary();
    const promoted = await admin.deployment.advanceCanary();
    expect(promoted.canary).toBeNull();
    expect(promoted.past[0]).toMatchObject({ status: "PROMOTED", reason: { code: "PROMOTED_BY_HAND" } });
    expect(promoted.arms.map(({ adapterId, share }) => [adapterId, share])).toEqual([[one, 1000]]);
    await refused(admin.deployment.advanceCanary(), "ILLEGAL_STATE");
  });

  test("another release ends it: as promoted where it is the same adapter, else as superseded", async () => {
    const [one, two] = [await candidate(), await candidate()];
    await admin.deployment.startCanary({ adapterId: one });
    await admin.deployment.activate({ adapterId: two });
    let [past] = (await admin.deployment.traffic()).past;
    expect(past).toMatchObject({ status: "ROLLED_BACK", adapterId: one, reason: { code: "SUPERSEDED" } });
    await admin.deployment.activate({ adapterId: null });
    const three = await candidate();
    await admin.deployment.startCanary({ adapterId: three });
    await admin.deployment.activate({ adapterId: three });
    [past] = (await admin.deployment.traffic()).past;
    expect(past).toMatchObject({ status: "PROMOTED", adapterId: three, reason: { code: "PROMOTED_BY_HAND" } });
    expect(await active()).toHaveLength(1);
  });

  test("whatever breaks while it begins, there is a whole one or none", async () => {
    const adapterId = await candidate();
    const { services } = world;
    const places = await failEachCall(
      async (fault) => {
        const engine = { ensureAdapter: async () => fault(), keepAdapters: async () => {} };
        const stage = {
          db: faultyDb(world.db, fault),
          engine,
          env: services.env,
          actorId: world.admin.id,
          now: new Date(),
        };
        await startCanary(stage, { adapterId });
      },
      async () => {
        const [canaries, arms, lines] = await Promise.all([
          world.db.canary.count({ where: { deployment: { adapterId } } }),
          world.db.deployment.count({ where: { adapterId } }),
          world.db.auditEvent.count({ where: { action: "canary.start" } }),
        ]);
        expect(arms).toBe(canaries);
        expect(lines).toBe(await world.db.canary.count());
        for (const { deploymentId } of (await admin.deployment.traffic()).arms.slice(1)) {
          await admin.deployment.stopArm({ deploymentId });
        }
      },
    );
    expect(places).toBeGreaterThan(8);
  });
});
