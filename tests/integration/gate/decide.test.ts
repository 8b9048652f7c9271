// What a gate's verdict lets people do: approve, taste, activate; who may, and what stands in the way.
import { randomBytes } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GateStatus, Prisma } from "../../../prisma/generated/client.ts";
import { assertFiles } from "../../../server/domain/canary/prepare.ts";
import { approveByActivating, mayGoLive } from "../../../server/domain/gate/may-go-live.ts";
import { gatePolicySchema } from "../../../server/domain/views/gate.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { waitingForLocks } from "../../helpers/locks.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let other: Viewer;
let live: { id: string; baseModelId: string };
beforeAll(async () => {
  admin = world.as(world.admin);
  other = await world.person("Olga", "ADMIN");
  live = await world.db.deployment.findFirstOrThrow({ where: { deactivatedAt: null } });
});
beforeEach(() => world.db.deployment.update({ where: { id: live.id }, data: { adapterId: null } }));

const newAdapter = () =>
  world.db.adapter.create({
    data: {
      ...{ sha256: randomBytes(32).toString("hex"), baseModelId: live.baseModelId, rank: 8, alpha: 16 },
      ...{ path: "adapters/x/adapter.gguf", bytes: 1, metrics: {} },
    },
  });

const SAMPLES = 4;

/** A gate that is over, as a trainer leaves it. */
async function gateOf(
  adapterId: string,
  status: GateStatus,
  policy: Prisma.InputJsonObject = {},
  more: Partial<Prisma.GateUncheckedCreateInput> = {},
) {
  const over = !["QUEUED", "RUNNING"].includes(status);
  const gate = await world.db.gate.create({
    data: {
      ...{ adapterId, status, baseModelId: live.baseModelId, seed: 1, finishedAt: over ? new Date() : null },
      policy: gatePolicySchema.parse(policy),
      ...more,
    },
  });
  await world.db.gateSample.createMany({
    data: Array.from({ length: SAMPLES }, (_, ordinal) => ({
      ...{ gateId: gate.id, ordinal, suite: "length", figures: {}, telling: ordinal, flipped: ordinal % 2 === 1 },
      prompt: [{ role: "USER", content: `Question ${ordinal}?` }],
      ...{ candidate: `candidate ${ordinal}`, live: `live ${ordinal}` },
    })),
  });
  return gate;
}

const may = (adapterId: string | null, asked: string | null = world.admin.id) =>
  mayGoLive(world.db, { adapterId, asked });
const reasonOf = async (...args: Parameters<typeof may>) => {
  const answer = await may(...args);
  return answer.allowed ? null : answer.reason.code;
};

describe("an adapter may go live", () => {
  it("when it is the bare base, or was live before", async () => {
    expect(await may(null)).toEqual({ allowed: true, gateId: null });
    const { id } = await newAdapter();
    expect(await reasonOf(id)).toBe("NOT_MEASURED");
    await world.db.deployment.update({ where: { id: live.id }, data: { adapterId: id } });
    expect(await may(id)).toEqual({ allowed: true, gateId: null });
  });

  it.each([
    ["QUEUED", "STILL_MEASURED", "GATE_RUNNING"],
    ["RUNNING", "STILL_MEASURED", "GATE_RUNNING"],
    ["REFUSED", "WAS_REFUSED", "GATE_REQUIRED"],
    ["FAILED", "COULD_NOT_BE_MEASURED", "GATE_REQUIRED"],
  ] as const)("not while its gate is %s", async (status, reason, code) => {
    const { id } = await newAdapter();
    await gateOf(id, status);
    expect(await may(id)).toMatchObject({ allowed: false, code, reason: { code: reason }, mayOverride: true });
  });

  it.each(["PASSED", "UNDECIDED"] as const)("when its gate is %s and an admin asks", async (status) => {
    const { id } = await newAdapter();
    const gate = await gateOf(id, status);
    expect(await may(id)).toEqual({ allowed: true, gateId: gate.id });
  });

  it("not when something else is live than it was measured against", async () => {
    const { id } = await newAdapter();
    await gateOf(id, "PASSED");
    await world.db.deployment.update({ where: { id: live.id }, data: { adapterId: (await newAdapter()).id } });
    expect(await reasonOf(id)).toBe("STALE");
  });

  it("by the newest gate: a later refusal outweighs an earlier pass, a cancelled one says nothing", async () => {
    const { id } = await newAdapter();
    await gateOf(id, "PASSED", {}, { createdAt: new Date(1000) });
    await gateOf(id, "CANCELLED", {}, { createdAt: new Date(3000) });
    expect((await may(id)).allowed).toBe(true);
    await gateOf(id, "REFUSED", {}, { createdAt: new Date(2000) });
    expect(await reasonOf(id)).toBe("WAS_REFUSED");
  });

  it("with as many approvals as the policy asks for, the one who asks counted once", async () => {
    const { id } = await newAdapter();
    const gate = await gateOf(id, "PASSED", { approvals: 2 });
    expect(await reasonOf(id)).toBe("TOO_FEW_APPROVALS");
    await admin.gate.decide({ gateId: gate.id, approved: true });
    expect(await reasonOf(id)).toBe("TOO_FEW_APPROVALS");
    await world.as(other).gate.decide({ gateId: gate.id, approved: true });
    expect((await may(id)).allowed).toBe(true);
  });

  it("not against another admin's refusal, until they take it back", async () => {
    const { id } = await newAdapter();
    const gate = await gateOf(id, "PASSED");
    await world.as(other).gate.decide({ gateId: gate.id, approved: false, note: "It sounds odd." });
    expect(await reasonOf(id)).toBe("REFUSED_BY_ADMIN");
    expect(await world.db.adapter.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: "REJECTED" });
    await world.as(other).gate.decide({ gateId: gate.id, approved: true });
    expect((await may(id)).allowed).toBe(true);
    expect(await world.db.adapter.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: "CANDIDATE" });
  });

  it("by itself only when it passed, the policy says so, and nobody tried before", async () => {
    const asks = await newAdapter();
    await gateOf(asks.id, "PASSED");
    expect(await reasonOf(asks.id, null)).toBe("WAITS_FOR_APPROVAL");
    const unsure = await newAdapter();
    await gateOf(unsure.id, "UNDECIDED", { promotion: "CANARY" });
    expect(await reasonOf(unsure.id, null)).toBe("WAITS_FOR_APPROVAL");
    const { id } = await newAdapter();
    const gate = await gateOf(id, "PASSED", { promotion: "CANARY" });
    expect(await may(id, null)).toEqual({ allowed: true, gateId: gate.id });
    const tried = { number: 900, slot: "arm:900", baseModelId: live.baseModelId, adapterId: id, gateId: gate.id };
    await world.db.deployment.create({ data: { ...tried, deactivatedAt: new Date() } });
    expect(await reasonOf(id, null)).toBe("TRIED_BEFORE");
    // Measured anew, it has been tried all the same.
    await gateOf(id, "PASSED", { promotion: "CANARY" });
    expect(await reasonOf(id, null)).toBe("TRIED_BEFORE");
    expect((await may(id)).allowed).toBe(true);
  });

  it("is overridden only where the settings of now allow it", async () => {
    const { id } = await newAdapter();
    await admin.setting.set({ gatePolicy: gatePolicySchema.parse({ override: false }) });
    expect(await may(id)).toMatchObject({ allowed: false, mayOverride: false });
    await admin.setting.set({ gatePolicy: gatePolicySchema.parse({}) });
    expect(await may(id)).toMatchObject({ allowed: false, mayOverride: true });
  });
});

describe("approving", () => {
  it("is refused for what did not pass, for what is not the newest, and for what is outdated", async () => {
    const { id } = await newAdapter();
    const running = await gateOf(id, "RUNNING", {}, { createdAt: new Date(1000) });
    await expect(admin.gate.decide({ gateId: running.id, approved: true })).rejects.toMatchObject({
      cause: { code: "GATE_RUNNING" },
    });
    await world.db.gate.update({ where: { id: running.id }, data: { status: "PASSED", finishedAt: new Date() } });
    const newer = await gateOf(id, "REFUSED", {}, { createdAt: new Date(2000) });
    for (const gateId of [running.id, newer.id])
      await expect(admin.gate.decide({ gateId, approved: true })).rejects.toMatchObject({
        cause: { code: "GATE_REQUIRED" },
      });
    expect((await admin.gate.get({ id: running.id })).obstacles.map(({ code }) => code)).toEqual(["NOT_THE_NEWEST"]);
    expect(await world.db.gateDecision.count({ where: { gateId: { in: [running.id, newer.id] } } })).toBe(0);
  });

  it("is not said to be for a newer gate where the only one was called off", async () => {
    const { id } = await newAdapter();
    const gate = await gateOf(id, "CANCELLED");
    expect((await admin.gate.get({ id: gate.id })).obstacles.map(({ code }) => code)).toEqual(["NOT_MEASURED"]);
  });

  it("is kept with its note and its line in the audit trail, and an activation counts as one", async () => {
    const { id } = await newAdapter();
    const gate = await gateOf(id, "UNDECIDED");
    await admin.gate.decide({ gateId: gate.id, approved: true, note: "  Read ten of them.  " });
    await world.db.$transaction((tx) =>
      approveByActivating(tx, { gateId: gate.id, userId: other.id, now: new Date() }),
    );
    const report = await admin.gate.get({ id: gate.id });
    expect(report.decisions.map(({ by, approved, note }) => [by?.id, approved, note])).toEqual([
      [world.admin.id, true, "Read ten of them."],
      [other.id, true, ""],
    ]);
    expect(report).toMatchObject({ approvals: 2, approvalsNeeded: 1, mayApprove: true, stale: false });
    const lines = await world.db.auditEvent.findMany({ where: { subject: `Gate:${gate.id}`, action: "gate.decide" } });
    expect(lines.map(({ actorId }) => actorId).sort()).toEqual([world.admin.id, other.id].sort());
  });

  it("waits for an activation by the same admin, and neither waits for the other", async () => {
    const { id } = await newAdapter();
    const gate = await gateOf(id, "UNDECIDED");
    const deciding = await world.db.$transaction(async (tx) => {
      await assertFiles(tx, id);
      const refusal = admin.gate.decide({ gateId: gate.id, approved: false, note: "It sounds odd." });
      await expect.poll(() => waitingForLocks(world.db), { timeout: 30_000 }).toBe(1);
      await approveByActivating(tx, { gateId: gate.id, userId: world.admin.id, now: new Date() });
      return { refusal };
    });
    await deciding.refusal;
    expect((await admin.gate.get({ id: gate.id })).decisions).toMatchObject([{ approved: false }]);
  });
});

describe("the blind taste test", () => {
  it("shows every sample once, hides whose is whose, and counts the choices by their authors", async () => {
    const { id } = await newAdapter();
    // Nor does it help that others must approve as well.
    const gate = await gateOf(id, "PASSED", { tastes: 3, approvals: 2 });
    expect(await reasonOf(id)).toBe("TASTE_FIRST");
    expect((await admin.gate.get({ id: gate.id })).obstacles.map(({ code }) => code)).toEqual(["TASTE_FIRST"]);
    await expect(admin.gate.decide({ gateId: gate.id, approved: true })).rejects.toMatchObject({
      cause: { code: "GATE_REQUIRED" },
    });

    const seen: number[] = [];
    let task = await admin.gate.tasteNext({ gateId: gate.id });
    while (task) {
      seen.push(task.ordinal);
      expect(task).toMatchObject({ done: seen.length - 1, total: SAMPLES });
      // Shown the other way round where it is flipped, and nothing else tells.
      const flipped = task.ordinal % 2 === 1;
      const [own, theirs] = [`candidate ${task.ordinal}`, `live ${task.ordinal}`];
      expect([task.a, task.b]).toEqual(flipped ? [theirs, own] : [own, theirs]);
      expect(Object.keys(task).sort()).toEqual(["a", "b", "done", "ordinal", "prompt", "total"]);
      const choice = task.ordinal === 0 ? "NEITHER" : flipped ? "B" : "A";
      ({ next: task } = await admin.gate.taste({ gateId: gate.id, ordinal: task.ordinal, choice }));
    }
    expect(seen).toEqual([3, 2, 1, 0]);
    const { choices } = await admin.gate.tasteResult({ gateId: gate.id });
    expect(Object.fromEntries(choices.map(({ ordinal, choice }) => [ordinal, choice]))).toEqual({
      0: 0,
      1: 1,
      2: 1,
      3: 1,
    });
    expect(await admin.gate.get({ id: gate.id })).toMatchObject({
      tastes: { candidate: 3, live: 0, neither: 1 },
      yourTastes: { done: SAMPLES, total: SAMPLES },
    });
    expect(await reasonOf(id)).toBe("TOO_FEW_APPROVALS");
    expect((await admin.gate.get({ id: gate.id })).mayApprove).toBe(true);
    // Another admin has tasted nothing yet.
    expect(await reasonOf(id, other.id)).toBe("TASTE_FIRST");
    expect(await world.as(other).gate.tasteNext({ gateId: gate.id })).toMatchObject({ done: 0 });
  });
});

describe("check prompts", () => {
  const prompt = [{ role: "USER" as const, content: "What is the house rule?" }];
  const check = { type: "CONTAINS" as const, any: ["quiet"] };

  it("come with Hone once, and stay as an admin leaves them", async () => {
    const before = await admin.check.list();
    expect(before.length).toBeGreaterThan(40);
    expect(before.every(({ builtIn }) => builtIn)).toBe(true);
    const [first, second] = before;
    await admin.check.update({ id: first!.id, enabled: false });
    await admin.check.delete({ id: second!.id });
    const after = await admin.check.list();
    expect(after).toHaveLength(before.length - 1);
    expect(after.find(({ id }) => id === first!.id)!.enabled).toBe(false);
  });

  it("are written, changed, tried and deleted, each with its line in the audit trail", async () => {
    const made = await admin.check.create({ kind: "KNOWLEDGE", prompt, check });
    expect(made).toMatchObject({ builtIn: false, enabled: true });
    const changed = await admin.check.update({ id: made.id, check: { type: "LACKS", all: ["loud"] } });
    expect(changed.check).toEqual({ type: "LACKS", all: ["loud"] });
    world.engine.script = () => ["Be ", "quiet", "."];
    expect(await admin.check.tryOut({ prompt, check })).toEqual({ reply: "Be quiet.", passed: true });
    expect(await admin.check.tryOut({ prompt, check: { type: "EQUALS", any: ["loud"] } })).toMatchObject({
      passed: false,
    });
    await admin.check.delete({ id: made.id });
    await expect(admin.check.delete({ id: made.id })).rejects.toMatchObject({ cause: { code: "NOT_FOUND" } });
    const lines = await world.db.auditEvent.findMany({
      where: { subject: `CheckPrompt:${made.id}` },
      orderBy: { id: "asc" },
    });
    expect(lines.map(({ action }) => action)).toEqual(["check.create", "check.update", "check.delete"]);
  });

  it("are refused with a pattern that cannot be used, or without a question", async () => {
    const pattern = { type: "PATTERN" as const, pattern: "(" };
    await expect(admin.check.create({ kind: "SAFETY", prompt, check: pattern })).rejects.toMatchObject({
      cause: { code: "INVALID_INPUT" },
    });
    await expect(
      admin.check.create({ kind: "SAFETY", prompt: [{ role: "ASSISTANT", content: "Hello" }], check }),
    ).rejects.toThrow(/last turn/);
  });
});
