// The overview as releases come and go: how much better live is than what was before, what a gate or a canary asks for, what is under way.
import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { adapterOnDisk, insertPairs, train } from "../../helpers/loop.ts";
import { BASE_SHA256 } from "../../helpers/scripted-engine.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
beforeAll(async () => {
  admin = world.as(world.admin);
  await insertPairs(world, world.admin.id, ["Where is it?", "What is it?", "Who is it?"]);
});

const made = async (gate: Parameters<typeof train>[3] = {}) => {
  const file = adapterOnDisk(world.home);
  const { id } = await admin.run.create({ method: "DPO" });
  return { sha256: file.sha256, id: await train(world, id, file, gate) };
};
const gateOf = (adapterId: string) =>
  world.db.gate.findFirstOrThrow({ where: { adapterId }, orderBy: { createdAt: "desc" } });
const told = async () => {
  const { attention } = await admin.overview.get();
  return attention.filter(({ kind }) => kind !== "PAIRS_WAITING").map(({ kind }) => kind);
};

/** What the suite of held-out pairs stores. */
async function winRate(adapterId: string, value: number, [low, high]: [number, number], pairs: number) {
  const { id: gateId } = await gateOf(adapterId);
  const metrics = { value, "value/low": low, "value/high": high, pairs };
  await world.db.evaluation.create({
    data: { gateId, suite: "heldOutPairs", status: "PASSED", metrics, reason: [], seconds: 1 },
  });
}

/** Many times one of the two was preferred to the other, on a prompt each. */
async function preferred(winner: string | null, loser: string | null, times: number) {
  const { db } = world;
  const { id: conversationId } = await db.conversation.create({ data: { userId: world.admin.id, title: "Compared" } });
  const message = (content: string, more: object) =>
    db.message.create({
      data: { conversationId, content, requestKey: randomUUID(), role: "ASSISTANT", status: "COMPLETE", ...more },
    });
  for (let i = 0; i < times; i++) {
    const prompt = await message("?", { role: "USER" });
    const [chosen, rejected] = [
      await message("!", { parentId: prompt.id, baseSha256: BASE_SHA256, adapterSha256: winner }),
      await message("…", { parentId: prompt.id, baseSha256: BASE_SHA256, adapterSha256: loser }),
    ];
    await db.preferencePair.create({
      data: { promptId: prompt.id, chosenId: chosen.id, rejectedId: rejected.id, source: "FEEDBACK" },
    });
  }
}

let first: Awaited<ReturnType<typeof made>>;

test("a release says how often it wins against the one before it, by its gate and by people", async () => {
  first = await made();
  await winRate(first.id, 0.58, [0.54, 0.62], 1204);
  expect(await told()).toEqual(["GATE_WAITING"]);
  await admin.deployment.activate({ adapterId: first.id });
  await preferred(first.sha256, null, 3);
  await preferred(null, first.sha256, 1);

  expect(await told()).toEqual([]);
  const figures = await admin.overview.figures();
  const gate = await gateOf(first.id);
  const measuredThen = { value: 0.58, low: 0.54, high: 0.62, pairs: 1204 };
  expect(figures.compared).toEqual({
    live: { number: 2, adapterSha256: first.sha256 },
    before: { number: 1, adapterSha256: null },
    gate: { id: gate.id, status: "PASSED", other: null, winRate: measuredThen },
    people: { value: 0.75, low: expect.closeTo(0.301, 2), high: expect.closeTo(0.954, 2), comparisons: 4 },
  });
  expect(figures.releases).toEqual([
    expect.objectContaining({ number: 1, winRate: null, again: false }),
    expect.objectContaining({ number: 2, winRate: measuredThen, again: false }),
  ]);
});

test("a candidate under way, undecided, refused: each is told with the way to its report", async () => {
  const queued = await made({ gate: null });
  const { id } = await gateOf(queued.id);
  const progress = { suite: "heldOutPairs", done: 0.25, secondsLeft: 40 };
  await world.db.gate.update({ where: { id }, data: { status: "RUNNING", startedAt: new Date(), progress } });
  const now = await admin.overview.get();
  expect(now.work).toEqual([
    expect.objectContaining({ kind: "GATE", id, adapterSha256: queued.sha256, done: 0.25, secondsLeft: 40 }),
  ]);
  expect(now.loop.gate.state).toBe("working");

  const verdict = [{ area: "gate", code: "UNDECIDED", values: {} }];
  await world.db.gate.update({ where: { id }, data: { status: "UNDECIDED", finishedAt: new Date(), verdict } });
  const undecided = await admin.overview.get();
  expect(undecided.attention).toContainEqual({
    ...{ kind: "GATE_WAITING", href: `/admin/gates/${id}`, detail: null, reason: verdict },
    values: { adapter: queued.sha256.slice(0, 6) },
  });
  expect(undecided.loop.gate.state).toBe("attention");
  // A refusal settles it.
  await admin.gate.decide({ gateId: id, approved: false, note: "Not this one." });
  expect(await told()).toEqual([]);

  const refused = await made({ gate: "REFUSED" });
  expect(await told()).toEqual(["GATE_REFUSED"]);
  await world.db.gate.updateMany({
    where: { adapterId: refused.id },
    data: { finishedAt: new Date(Date.now() - 15 * 86_400_000) },
  });
  expect(await told()).toEqual([]);
});

test("a canary is under way; paused it needs somebody; taken back by its figures it is news until something goes live", async () => {
  const { db } = world;
  const tried = await made();
  await admin.deployment.startCanary({ adapterId: tried.id });
  const running = await admin.overview.get();
  expect(running.attention.filter(({ kind }) => kind === "GATE_WAITING")).toEqual([]);
  expect(running.work).toEqual([
    expect.objectContaining({ kind: "CANARY", status: "RUNNING", number: 3, share: 10, stage: 0, stages: 4 }),
  ]);
  expect(running.loop.live.state).toBe("working");
  expect(running.live?.number).toBe(2);
  // An arm on trial is no release that people had.
  expect((await admin.overview.figures()).releases.map(({ number }) => number)).toEqual([1, 2]);

  await admin.deployment.pauseCanary();
  expect(await told()).toEqual(["CANARY_PAUSED"]);
  await admin.deployment.stopArm({ deploymentId: (await admin.deployment.traffic()).canary!.deploymentId });
  expect(await told()).toEqual([]);

  const reason = { area: "traffic", code: "WORSE_ERRORS", values: {} };
  await db.canary.updateMany({ data: { reason } });
  const worse = await admin.overview.get();
  expect(worse.attention).toContainEqual(
    expect.objectContaining({ kind: "CANARY_ROLLED_BACK", values: { release: "r3" }, reason: [reason] }),
  );
  await admin.deployment.activate({ adapterId: null });
  expect(await told()).toEqual([]);
});

test("a rollback compares with what spoke in between, and says what its weights were measured against", async () => {
  // r4, the base again, is live; r5 has the weights of r2 back, whose gate measured them against the base.
  await admin.deployment.rollback();
  const back = await admin.overview.figures();
  expect(back.compared).toMatchObject({
    ...{ live: { number: 5, adapterSha256: first.sha256 }, before: { number: 4, adapterSha256: null } },
    gate: { other: null, winRate: { value: 0.58 } },
  });
  expect(back.releases.map(({ number, again }) => [number, again])).toEqual([
    ...[
      [1, false],
      [2, false],
      [4, true],
      [5, true],
    ],
  ]);
  const next = await made();
  await admin.deployment.activate({ adapterId: next.id });
  await admin.deployment.rollback();
  const later = await admin.overview.figures();
  // Now it stands beside r6, and the gate's figure is about the base.
  expect(later.compared).toMatchObject({ before: { number: 6 }, gate: { other: { adapterSha256: null } } });
});

test("a freeze is told with its reason, and what a schedule waits for with its own", async () => {
  const { db } = world;
  await admin.deployment.freeze({ reason: "Exam week" });
  const frozen = await admin.overview.get();
  expect(frozen.attention).toContainEqual(expect.objectContaining({ kind: "FROZEN", values: { reason: "Exam week" } }));
  await admin.deployment.unfreeze();
  expect(await told()).toEqual([]);

  const pipeline = { stages: [{ method: "DPO" }] };
  const schedule = await db.schedule.create({ data: { name: "Nightly", pipeline } });
  const reason = { area: "schedule", code: "QUIET_HOURS", values: {} };
  const dueAt = new Date();
  const slot = { slot: "cron:now", trigger: "CRON" as const, pipeline, dueAt, reason };
  const firing = await db.scheduleFiring.create({ data: { scheduleId: schedule.id, ...slot } });
  expect((await admin.overview.get()).work).toContainEqual(
    expect.objectContaining({ kind: "FIRING", id: firing.id, schedule: "Nightly", reason }),
  );

  await db.schedule.update({ where: { id: schedule.id }, data: { cron: "30 2 * * *", timeZone: "Asia/Shanghai" } });
  const due = (await admin.overview.get()).work.at(-1);
  expect(due).toMatchObject({ kind: "SCHEDULE", id: schedule.id, schedule: "Nightly" });
  expect(due!.at.toISOString()).toMatch(/T18:30:00/);
});

test("what waits for a trainer that does not show itself needs somebody, once processes show themselves at all", async () => {
  const { db } = world;
  const { id } = await admin.run.create({ method: "DPO" });
  await db.run.update({ where: { id }, data: { createdAt: new Date(Date.now() - 120_000) } });
  expect(await told()).toEqual([]);
  const beat = { startedAt: new Date(), state: {} };
  await db.processBeat.create({ data: { id: "web", kind: "web", beatAt: new Date(), ...beat } });
  expect(await told()).toEqual(["TRAINER_DOWN"]);
  await db.processBeat.create({ data: { id: "trainer", kind: "trainer", beatAt: new Date(), ...beat } });
  expect(await told()).toEqual([]);
});
