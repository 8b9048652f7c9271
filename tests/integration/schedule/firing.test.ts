// When schedules fire on a real database: two servers, missed slots, quiet hours, figures, and what admins do meanwhile.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import {
  cancelFiring,
  createSchedule,
  deleteSchedule,
  runScheduleNow,
  setScheduleEnabled,
  updateSchedule,
} from "../../../server/domain/schedule/schedule.ts";
import { tickSchedules } from "../../../server/domain/schedule/tick.ts";
import { listFirings, nextDue, readFiring, readSchedule } from "../../../server/domain/schedule/view.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { ratedPrompt } from "../../helpers/loop.ts";
import { aSchedule } from "../../helpers/schedules.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
/** Another web process, with connections of its own. */
let other: Db;
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  other = createDb(world.url);
});
afterAll(() => other.$disconnect());
beforeEach(async () => {
  await world.db.run.deleteMany();
  await world.db.scheduleFiring.deleteMany();
  await world.db.schedule.deleteMany();
});

const at = (time: string) => new Date(`2026-03-${time}:00Z`);
const create = (changes: Record<string, unknown> = {}, now = at("10T09:30")) =>
  createSchedule(world.db, world.admin.id, aSchedule(changes), now);
const firings = (scheduleId: string) =>
  world.db.scheduleFiring.findMany({ where: { scheduleId }, orderBy: [{ firedAt: "asc" }, { dueAt: "asc" }] });
const shape = async (scheduleId: string) =>
  (await firings(scheduleId)).map(({ slot, status, reason }) => [
    slot.replace(/:00.000Z$/, ""),
    status,
    (reason as { code?: string } | null)?.code ?? null,
  ]);
const finish = (scheduleId: string) =>
  world.db.scheduleFiring.updateMany({
    where: { scheduleId, status: "RUNNING" },
    data: { status: "SUCCEEDED", finishedAt: at("10T00:00") },
  });

describe("cron", () => {
  test("a slot fires once however many servers look at the same moment, again and again", async () => {
    const { id } = await create();
    const slots: string[] = [];
    for (let hour = 10; hour < 18; hour++) {
      const now = at(`10T${hour}:00`);
      await Promise.all([world.db, other, world.db, other].map((db) => tickSchedules(db, now)));
      slots.push(`cron:2026-03-10T${hour}:00`);
      await finish(id);
    }
    expect(await shape(id)).toEqual(slots.map((slot) => [slot, "SUCCEEDED", null]));
  });

  test("slots that nobody saw come to one line, and the newest of them fires", async () => {
    const { id } = await create();
    await Promise.all([tickSchedules(world.db, at("10T14:10")), tickSchedules(other, at("10T14:10"))]);
    expect(await shape(id)).toEqual([
      ["cron:missed:2026-03-10T13:00", "SKIPPED", "MISSED"],
      ["cron:2026-03-10T14:00", "RUNNING", null],
    ]);
    expect((await firings(id))[0]!.reason).toMatchObject({
      values: { count: 4, first: "2026-03-10T10:00:00.000Z", last: "2026-03-10T13:00:00.000Z" },
    });
    // The other server's clock is a minute late.
    await tickSchedules(other, at("10T13:59"));
    await tickSchedules(world.db, at("10T14:40"));
    expect(await firings(id)).toHaveLength(2);
  });

  test("one firing at a time: the next one waits, and one after that is skipped", async () => {
    const { id } = await create();
    for (const time of ["10T10:00", "10T11:00", "10T12:00"]) await tickSchedules(world.db, at(time));
    expect(await shape(id)).toEqual([
      ["cron:2026-03-10T10:00", "RUNNING", null],
      ["cron:2026-03-10T11:00", "WAITING", null],
      ["cron:2026-03-10T12:00", "SKIPPED", "ALREADY_WAITING"],
    ]);
    const waiting = (await firings(id))[1]!;
    expect((await readFiring(world.db, waiting.id, at("10T12:00"))).reason).toMatchObject({ code: "EARLIER_RUNNING" });
    await finish(id);
    await tickSchedules(world.db, at("10T12:30"));
    expect((await shape(id))[1]).toEqual(["cron:2026-03-10T11:00", "RUNNING", null]);
  });

  test("a firing waits for quiet hours to end and says so", async () => {
    const { id } = await create({ cron: "0 23 * * *", quietHours: [{ from: "22:00", to: "06:00" }] });
    expect((await readSchedule(world.db, id, at("10T12:00"))).nextAt).toEqual(at("11T06:00"));
    await tickSchedules(world.db, at("10T23:00"));
    const [firing] = await firings(id);
    expect(await readFiring(world.db, firing!.id, at("10T23:30"))).toMatchObject({
      status: "WAITING",
      reason: { code: "QUIET_HOURS", values: { until: "2026-03-11T06:00:00.000Z" } },
    });
    await tickSchedules(world.db, at("11T05:59"));
    expect((await firings(id))[0]!.status).toBe("WAITING");
    await Promise.all([tickSchedules(world.db, at("11T06:00")), tickSchedules(other, at("11T06:00"))]);
    expect((await firings(id))[0]).toMatchObject({ status: "RUNNING", startedAt: at("11T06:00") });
  });

  test("the soonest of all schedules comes first", async () => {
    await create({ name: "Weekly", cron: "0 3 * * 0" });
    await create({ name: "Daily", cron: "30 2 * * *", timeZone: "Asia/Shanghai" });
    await create({ name: "Off", enabled: false });
    expect((await nextDue(world.db, at("10T12:00"))).map(({ name, at }) => [name, at.toISOString()])).toEqual([
      ["Daily", "2026-03-10T18:30:00.000Z"],
      ["Weekly", "2026-03-15T03:00:00.000Z"],
    ]);
  });
});

describe("what admins do", () => {
  test("paused, it owes nothing of that time; what waits is put aside, and what runs goes on", async () => {
    const { id } = await create();
    await tickSchedules(world.db, at("10T10:00"));
    await tickSchedules(world.db, at("10T11:00"));
    await setScheduleEnabled(world.db, world.admin.id, { id, enabled: false }, at("10T11:30"));
    await tickSchedules(world.db, at("10T15:00"));
    await setScheduleEnabled(world.db, world.admin.id, { id, enabled: true }, at("10T15:30"));
    await tickSchedules(world.db, at("10T15:40"));
    expect(await shape(id)).toEqual([
      ["cron:2026-03-10T10:00", "RUNNING", null],
      ["cron:2026-03-10T11:00", "SKIPPED", "PAUSED"],
    ]);
  });

  test("one whose adapters go live by themselves needs a fresh sign-in; any other does not", async () => {
    const stale = world.as(world.admin, { session: { id: world.admin.id, authenticatedAt: new Date(0) } });
    const { pipeline, ...rest } = aSchedule({ enabled: false });
    const canary = { ...rest, pipeline: { ...pipeline, promotion: "CANARY" as const } };
    const needed = { cause: { code: "FRESH_SIGN_IN_NEEDED" } };
    await expect(stale.schedule.create(canary)).rejects.toMatchObject(needed);
    const { id } = await stale.schedule.create({ ...rest, pipeline });
    await expect(stale.schedule.update({ id, schedule: canary })).rejects.toMatchObject(needed);
    expect((await world.as(world.admin).schedule.update({ id, schedule: canary })).pipeline.promotion).toBe("CANARY");
  });

  test("run now starts a paused one, waits behind what runs, and is not asked twice", async () => {
    const { id } = await create({ enabled: false });
    const first = await runScheduleNow(world.db, world.admin.id, id, at("10T10:00"));
    await Promise.all([tickSchedules(world.db, at("10T10:01")), tickSchedules(other, at("10T10:01"))]);
    expect(await readFiring(world.db, first.id, at("10T10:01"))).toMatchObject({
      trigger: "MANUAL",
      status: "RUNNING",
    });
    await runScheduleNow(world.db, world.admin.id, id, at("10T10:02"));
    await expect(runScheduleNow(world.db, world.admin.id, id, at("10T10:03"))).rejects.toMatchObject({
      code: "ILLEGAL_STATE",
    });
  });

  test("a cancelled firing is over, a second cancel changes nothing, and the next slot fires", async () => {
    const { id } = await create();
    await tickSchedules(world.db, at("10T10:00"));
    const [firing] = await firings(id);
    await cancelFiring(world.db, world.admin.id, firing!.id, at("10T10:10"));
    await cancelFiring(world.db, world.admin.id, firing!.id, at("10T10:20"));
    await tickSchedules(world.db, at("10T11:00"));
    expect(await shape(id)).toEqual([
      ["cron:2026-03-10T10:00", "CANCELLED", "CANCELLED"],
      ["cron:2026-03-10T11:00", "RUNNING", null],
    ]);
    const deeds = await world.db.auditEvent.findMany({ where: { subject: `ScheduleFiring:${firing!.id}` } });
    expect(deeds.map(({ action }) => action)).toEqual(["schedule.cancelFiring"]);
  });

  test("a deleted one leaves its history and its name", async () => {
    const { id } = await create({ name: "Nightly" });
    await tickSchedules(world.db, at("10T10:00"));
    await deleteSchedule(world.db, world.admin.id, id, at("10T10:30"));
    await tickSchedules(world.db, at("10T12:00"));
    expect((await listFirings(world.db, {}, at("10T12:00"))).items.map(({ slot }) => slot)).toEqual([
      "cron:2026-03-10T10:00:00.000Z",
    ]);
    await expect(readSchedule(world.db, id, at("10T12:00"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await create({ name: "Nightly" });
    await expect(create({ name: "Nightly" })).rejects.toMatchObject({ code: "SCHEDULE_NAME_TAKEN" });
  });

  test("another clock owes nothing of the old one, and every change is in the audit trail", async () => {
    const { id } = await create();
    const changed = aSchedule({ name: "Quarter past", cron: "15 * * * *" });
    await updateSchedule(world.db, world.admin.id, { id, schedule: changed }, at("10T12:05"));
    await updateSchedule(world.db, world.admin.id, { id, schedule: changed }, at("10T12:06"));
    await tickSchedules(world.db, at("10T12:20"));
    expect(await shape(id)).toEqual([["cron:2026-03-10T12:15", "RUNNING", null]]);
    const deeds = await world.db.auditEvent.findMany({ where: { subject: `Schedule:${id}` }, orderBy: { id: "asc" } });
    expect(deeds.map(({ action }) => action)).toEqual(["schedule.create", "schedule.update"]);
    expect(deeds[1]!.before).toMatchObject({ cron: "0 * * * *" });
    expect(deeds[1]!.after).toMatchObject({ cron: "15 * * * *" });
  });

  test.each([
    ["BAD_CRON", { cron: "0 0 31 2 *" }],
    ["BAD_TIME_ZONE", { timeZone: "Mars/Olympus" }],
    ["BAD_PIPELINE", { pipeline: { stages: [{ method: "DPO", config: { rank: "many" } }] } }],
    ["BAD_PIPELINE", { pipeline: { stages: [{ method: "SFT", config: { tuning: "full" } }, { method: "DPO" }] } }],
    ["BAD_PIPELINE", { pipeline: { stages: [{ method: "DPO", config: { tuning: "full" } }] } }],
    [
      "INVALID_INPUT",
      {
        quietHours: [
          { from: "00:00", to: "12:00" },
          { from: "12:00", to: "00:00" },
        ],
      },
    ],
  ])("%s is refused before anything is stored", async (code, changes) => {
    await expect(create(changes)).rejects.toMatchObject({ code });
    expect(await world.db.schedule.count()).toBe(0);
  });
});

describe("figures", () => {
  let ann: Viewer;
  let mallory: Viewer;
  beforeAll(async () => {
    [ann, mallory] = [await world.person("Ann"), await world.person("Mallory")];
  });
  const armedBefore = () => new Date(Date.now() - 60_000);
  const soon = () => new Date(Date.now() + 60_000);

  test("pairs count from those who are trusted and take part, and fire once for the same ones", async () => {
    const { id } = await create({ cron: null, minNewPairs: 3 }, armedBefore());
    await ratedPrompt(world.as(ann), "One?");
    await ratedPrompt(world.as(ann), "Two?");
    await ratedPrompt(world.as(mallory), "Three?");
    await world.db.raterTrust.create({
      data: { raterId: mallory.id, figures: {}, quarantinedAt: new Date(), quarantineReason: "a test" },
    });
    const away = await ratedPrompt(world.as(ann), "Four?");
    await world.as(ann).conversation.setTraining({ id: away.conversationId, optOut: true });
    await tickSchedules(world.db, soon());
    expect(await firings(id)).toEqual([]);
    expect((await readSchedule(world.db, id, soon())).newPairs).toBe(2);

    await world.as(ann).conversation.setTraining({ id: away.conversationId, optOut: false });
    await Promise.all([tickSchedules(world.db, soon()), tickSchedules(other, soon())]);
    // Named for the newest pair, by its date: ids of pairs are random.
    const newest = await world.db.preferencePair.findFirstOrThrow({ where: { promptId: away.promptId } });
    expect(await shape(id)).toEqual([[`pairs:${newest.id}`, "RUNNING", "NEW_PAIRS"]]);
    await finish(id);
    await tickSchedules(world.db, soon());
    expect(await firings(id)).toHaveLength(1);
  });

  test("a live adapter that people like less fires once a day, only when its whole interval is below the bar", async () => {
    const { id: never } = await create({ cron: null, winRateBelow: 0.3 }, armedBefore());
    const { id } = await create({ cron: null, winRateBelow: 0.6 }, armedBefore());
    const conversation = await world.db.conversation.create({ data: { userId: ann.id, title: "Many" } });
    const live = await world.db.deployment.findFirstOrThrow();
    for (let i = 0; i < 40; i++) {
      const reply = {
        conversationId: conversation.id,
        role: "ASSISTANT" as const,
        content: "So.",
        status: "COMPLETE" as const,
      };
      const message = await world.db.message.create({
        data: { ...reply, requestKey: `reply-${i}`, deploymentId: live.id },
      });
      await world.db.feedback.create({ data: { messageId: message.id, raterId: ann.id, value: i % 10 < 4 ? 1 : -1 } });
    }
    const noon = at("12T12:00");
    await Promise.all([tickSchedules(world.db, noon), tickSchedules(other, noon)]);
    expect(await shape(id)).toEqual([[`winRate:${live.id}:2026-03-12`, "RUNNING", "LIVE_FELL"]]);
    expect((await firings(id))[0]!.reason).toMatchObject({ values: { measure: "THUMBS", bar: 60 } });
    expect(await firings(never)).toEqual([]);
    await finish(id);
    await tickSchedules(world.db, at("12T23:00"));
    expect(await firings(id)).toHaveLength(1);
    await tickSchedules(world.db, at("13T00:00"));
    expect(await firings(id)).toHaveLength(2);
  });
});
