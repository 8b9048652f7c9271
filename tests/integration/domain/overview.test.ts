// The overview: its figures, its sentences about what needs somebody, and its thirty days.
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { claimRun, failRun } from "../../../server/domain/run.ts";
import { adapterOnDisk, ratedPrompt, train } from "../../helpers/loop.ts";
import { aSchedule } from "../../helpers/schedules.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
beforeAll(() => {
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  admin = world.as(world.admin);
});
const kinds = async () => (await admin.overview.get()).attention.map(({ kind }) => kind);

test("at the start everything is empty and fine", async () => {
  const overview = await admin.overview.get();
  expect(overview.live).toMatchObject({ number: 1, adapterId: null, adapterSha256: null, activatedBy: null });
  expect(overview.work).toEqual([]);
  expect(overview.attention).toEqual([]);
  expect(overview.pairs).toEqual({ total: 0, newSinceLastRun: 0 });
  const figures = await admin.overview.figures();
  expect(figures.feedbackPerDay).toHaveLength(30);
  expect(figures.feedbackPerDay.at(-1)).toEqual({ day: new Date().toISOString().slice(0, 10), up: 0, down: 0 });
  expect(figures).toMatchObject({ compared: null, releases: [{ number: 1, winRate: null, again: false }] });
  expect(Object.values(overview.loop).map(({ state }) => state)).toEqual(Array(7).fill("fine"));
});

test("figures follow the loop from the first thumb to the live adapter", async () => {
  for (let i = 0; i < 3; i++) await ratedPrompt(admin, `Prompt ${i}`);
  const [thumb] = await world.db.feedback.findMany({ where: { value: -1 }, take: 1 });
  const longAgo = new Date(Date.now() - 40 * 86_400_000);
  await world.db.feedback.update({ where: { id: thumb!.id }, data: { createdAt: longAgo } });
  const rated = await admin.overview.get();
  const figures = await admin.overview.figures();
  expect(figures.feedbackPerDay.at(-1)).toMatchObject({ up: 3, down: 2 });
  expect(figures.pairsPerDay.at(-1)?.counts).toEqual({ FEEDBACK: 3, CHOICE: 0, EDIT: 0, RANKING: 0, AI: 0 });
  expect(figures.lengths.at(-1)).toMatchObject({ replies: 6, mean: { value: expect.any(Number) } });
  expect(rated.pairs).toEqual({ total: 3, newSinceLastRun: 3 });
  expect(rated.loop).toMatchObject({ conversations: { count: 3 }, feedback: { count: 6 }, pairs: { count: 3 } });

  const failing = await admin.run.create({ method: "DPO" });
  expect((await admin.overview.get()).loop.runs).toMatchObject({ count: 1, state: "working" });
  const { attempt } = (await claimRun(world.db, { runId: failing.id, owner: "test" }))!;
  await failRun(world.db, { runId: failing.id, attempt, error: "The loss is not a number; lower the learning rate." });
  const failed = await admin.overview.get();
  expect(failed.attention).toEqual([
    {
      ...{ kind: "RUN_FAILED", href: `/admin/runs/${failing.id}`, values: {}, reason: [] },
      detail: "The loss is not a number; lower the learning rate.",
    },
  ]);
  expect(failed.pairs.newSinceLastRun).toBe(0);

  const file = adapterOnDisk(world.home);
  const adapterId = await train(world, (await admin.run.create({ method: "DPO" })).id, file);
  expect(await kinds()).toEqual(["GATE_WAITING"]);
  await admin.deployment.activate({ adapterId });
  const live = await admin.overview.get();
  expect(live.attention).toEqual([]);
  expect(live.live).toMatchObject({ number: 2, adapterSha256: file.sha256, activatedBy: { id: world.admin.id } });

  // What can never go live waits for nobody.
  const rewardModel = { ...adapterOnDisk(world.home), kind: "REWARD" as const, servable: false };
  await train(world, (await admin.run.create({ method: "REWARD" })).id, rewardModel);
  const later = await admin.overview.get();
  expect(later.attention).toEqual([]);
  expect(later.loop.gate).toMatchObject({ count: 1, state: "fine" });

  fs.rmSync(path.join(world.home, file.path));
  world.engine.up = false;
  expect(await kinds()).toEqual(["INFERENCE_DOWN", "ADAPTER_FILE_MISSING"]);
  world.engine.up = true;
});

test("what annotation, trust, erasure and imports want decided is said with its number, and not once it is decided", async () => {
  const { db } = world;
  const person = await db.user.create({ data: { email: "doubtful@example.com" } });
  const { conversationId } = await db.message.findFirstOrThrow({ where: { role: "USER" } });
  const open = async (many: number, reason: "REQUESTED" | "CHAT" | "UNCERTAIN") => {
    for (let i = 0; i < many; i++) {
      const asked = { conversationId, content: `Of ${reason} ${i}`, requestKey: randomUUID() };
      const prompt = await db.message.create({ data: { ...asked, role: "USER", status: "COMPLETE" } });
      await db.comparison.create({ data: { promptId: prompt.id, reason } });
    }
  };
  const told = async () =>
    (await admin.overview.get()).attention.flatMap(({ kind, values }) =>
      values.count === undefined ? [] : [[kind, values.count]],
    );

  await open(4, "REQUESTED");
  expect(await told()).toEqual([]);
  // Drafts side by side are for the one who asked: no annotator sees them.
  await open(9, "CHAT");
  expect(await told()).toEqual([]);
  await open(1, "UNCERTAIN");
  expect(await told()).toEqual([["TASKS_WAITING", 5]]);
  expect((await admin.overview.get()).loop.feedback.state).toBe("attention");

  await db.raterTrust.create({
    data: { raterId: person.id, figures: {}, quarantinedAt: new Date(), quarantineReason: "BELOW_BAR" },
  });
  const adapter = await db.adapter.findFirstOrThrow();
  const erasure = await db.erasure.create({ data: { userId: person.id, report: {}, sha256: "0".repeat(64) } });
  await db.adapterFlag.create({
    data: { adapterId: adapter.id, erasureId: erasure.id, examples: 3, inherited: false },
  });
  const file = { sha256: "1".repeat(64), format: "trl", kind: "PAIRS" as const, name: "file", bytes: 10, problems: [] };
  await db.import.create({ data: { ...file, state: "FAILED", bad: 1 } });
  expect(await told()).toEqual([
    ["ADAPTERS_FLAGGED", 1],
    ["RATERS_QUARANTINED", 1],
    ["TASKS_WAITING", 5],
    ["IMPORTS_STOPPED", 1],
  ]);

  // An admin who quarantines somebody, or says that it stays so, has decided.
  await db.auditEvent.create({
    data: { actorId: world.admin.id, action: "rater.setQuarantine", subject: `User:${person.id}` },
  });
  const run = await db.run.findFirstOrThrow({ where: { status: "FAILED" } });
  const flag = { adapterId_erasureId: { adapterId: adapter.id, erasureId: erasure.id } };
  await db.adapterFlag.update({ where: flag, data: { runId: run.id } });
  expect((await told()).map(([kind]) => kind)).toEqual(["ADAPTERS_FLAGGED", "TASKS_WAITING", "IMPORTS_STOPPED"]);
  const again = await db.run.findFirstOrThrow({ where: { status: "SUCCEEDED" } });
  await db.adapterFlag.update({ where: flag, data: { runId: again.id } });
  expect((await told()).map(([kind]) => kind)).toEqual(["TASKS_WAITING", "IMPORTS_STOPPED"]);
  // The three thumbs down of the loop above opened a task each, whose replies nobody drafts here.
  expect((await admin.overview.get()).annotation).toEqual({ open: 5, drafting: 3, rankings: 0, quarantinedRaters: 1 });
});

test("schedules count that are on and fire by themselves", async () => {
  const count = async () => (await admin.overview.get()).schedules;
  await admin.schedule.create(aSchedule({ cron: null }));
  expect(await count()).toBe(0);
  const { id } = await admin.schedule.create(aSchedule({ cron: null, minNewPairs: 20 }));
  await admin.schedule.create(aSchedule());
  expect(await count()).toBe(2);
  await admin.schedule.setEnabled({ id, enabled: false });
  expect(await count()).toBe(1);
});
