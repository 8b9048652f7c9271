/** What admins do with schedules: write them, pause them, start one by hand, and end what is under way. Each with its line in the audit trail. */

import { randomUUID } from "node:crypto";
import type { Prisma, Schedule } from "../../../prisma/generated/client.ts";
import type { Db, Tx } from "../../db.ts";
import { AppError, notFound } from "../../errors.ts";
import { recordAudit } from "../audit.ts";
import { askToCancel } from "../run-plan.ts";
import type { FiringView, ScheduleInput, ScheduleView } from "../views/schedule.ts";
import type { Sentence } from "../views/sentence.ts";
import { checkCron } from "./cron.ts";
import { checkPipeline } from "./pipeline.ts";
import { quietEnd } from "./quiet.ts";
import { readFiring, readSchedule } from "./view.ts";
import { REASONS } from "./words.ts";

/** @throws AppError BAD_CRON, BAD_TIME_ZONE, BAD_PIPELINE, INVALID_INPUT */
export function checkSchedule({ cron, timeZone, pipeline, quietHours }: ScheduleInput, now: Date): void {
  checkCron(cron, timeZone);
  checkPipeline(pipeline);
  if (quietEnd(quietHours, timeZone, now) === null)
    throw new AppError(
      "INVALID_INPUT",
      "The quiet hours fill the whole week, so nothing could ever start; shorten them.",
    );
}

const columns = ({ pipeline, quietHours, ...plain }: ScheduleInput) => ({
  ...plain,
  pipeline: pipeline as unknown as Prisma.InputJsonObject,
  quietHours: quietHours as unknown as Prisma.InputJsonArray,
});

/** What an audit row keeps of a schedule. */
const kept = (row: Schedule): Prisma.InputJsonObject => ({
  ...{ name: row.name, enabled: row.enabled, cron: row.cron, timeZone: row.timeZone, priority: row.priority },
  ...{ minNewPairs: row.minNewPairs, winRateBelow: row.winRateBelow },
  ...{ runMinutes: row.runMinutes, monthMinutes: row.monthMinutes },
  ...{ pipeline: row.pipeline as Prisma.InputJsonObject, quietHours: row.quietHours as Prisma.InputJsonArray },
});

export async function createSchedule(db: Db, actorId: string, input: ScheduleInput, now: Date): Promise<ScheduleView> {
  checkSchedule(input, now);
  return db.$transaction(async (tx) => {
    await assertNameFree(tx, input.name);
    const times = { armedAt: now, createdAt: now, updatedAt: now };
    const row = await tx.schedule.create({ data: { ...columns(input), ...times, createdById: actorId } });
    await recordAudit(tx, { actorId, action: "schedule.create", subject: `Schedule:${row.id}`, after: kept(row) });
    return readSchedule(tx, row.id, now);
  });
}

export async function updateSchedule(
  db: Db,
  actorId: string,
  { id, schedule: input }: { id: string; schedule: ScheduleInput },
  now: Date,
): Promise<ScheduleView> {
  checkSchedule(input, now);
  return db.$transaction(async (tx) => {
    const before = await lockSchedule(tx, id);
    await assertNameFree(tx, input.name, id);
    // Another clock owes nothing of what the old one missed, and one that was off owes nothing of that time.
    const rearmed =
      before.cron !== input.cron || before.timeZone !== input.timeZone || (input.enabled && !before.enabled);
    const row = await tx.schedule.update({
      where: { id },
      data: { ...columns(input), updatedAt: now, ...(rearmed && { armedAt: now }) },
    });
    if (!row.enabled) await endWaiting(tx, id, REASONS.paused(), now);
    const change = { before: kept(before), after: kept(row) };
    if (JSON.stringify(change.before) !== JSON.stringify(change.after))
      await recordAudit(tx, { actorId, action: "schedule.update", subject: `Schedule:${id}`, ...change });
    return readSchedule(tx, id, now);
  });
}

/** Paused, it fires no more by itself; what runs goes on, and it can still be started by hand. */
export async function setScheduleEnabled(
  db: Db,
  actorId: string,
  { id, enabled }: { id: string; enabled: boolean },
  now: Date,
): Promise<ScheduleView> {
  return db.$transaction(async (tx) => {
    const before = await lockSchedule(tx, id);
    if (before.enabled !== enabled) {
      await tx.schedule.update({ where: { id }, data: { enabled, updatedAt: now, ...(enabled && { armedAt: now }) } });
      if (!enabled) await endWaiting(tx, id, REASONS.paused(), now);
      const change = { before: { enabled: before.enabled }, after: { enabled } };
      await recordAudit(tx, { actorId, action: "schedule.setEnabled", subject: `Schedule:${id}`, ...change });
    }
    return readSchedule(tx, id, now);
  });
}

/** Its history stays. What runs goes on to its end; what waits is ended. */
export async function deleteSchedule(db: Db, actorId: string, id: string, now: Date): Promise<void> {
  await db.$transaction(async (tx) => {
    const before = await lockSchedule(tx, id);
    // The name is free for another one, and the history still tells whose it was.
    const name = `${before.name} (${id.slice(-8)})`;
    await tx.schedule.update({ where: { id }, data: { name, enabled: false, deletedAt: now, updatedAt: now } });
    await tx.scheduleFiring.updateMany({
      where: { scheduleId: id, status: "WAITING" },
      data: { status: "CANCELLED", reason: { ...REASONS.deleted() }, finishedAt: now },
    });
    await recordAudit(tx, { actorId, action: "schedule.delete", subject: `Schedule:${id}`, before: kept(before) });
  });
}

/**
 * Fires it now, also while it is paused. Quiet hours, its month's budget and an earlier firing hold it up like any other.
 * @throws AppError ILLEGAL_STATE where a firing waits already
 */
export async function runScheduleNow(db: Db, actorId: string, id: string, now: Date): Promise<FiringView> {
  return db.$transaction(async (tx) => {
    const { pipeline } = await lockSchedule(tx, id);
    if (await tx.scheduleFiring.count({ where: { scheduleId: id, status: "WAITING" } }))
      throw new AppError("ILLEGAL_STATE", "A firing of this schedule waits already; cancel that one, or wait for it.");
    const firing = await tx.scheduleFiring.create({
      data: {
        ...{ scheduleId: id, slot: `manual:${randomUUID()}`, trigger: "MANUAL", startedById: actorId },
        ...{ pipeline: pipeline as Prisma.InputJsonObject, dueAt: now, firedAt: now },
      },
    });
    await recordAudit(tx, {
      ...{ actorId, action: "schedule.runNow", subject: `Schedule:${id}`, after: { firingId: firing.id } },
    });
    return readFiring(tx, firing.id, now);
  });
}

/** Ends a firing that waits or runs; a Run of it that is under way is told to stop. Over already: nothing changes. */
export async function cancelFiring(db: Db, actorId: string, id: string, now: Date): Promise<FiringView> {
  return db.$transaction(async (tx) => {
    const firing = await tx.scheduleFiring.findUnique({ where: { id }, select: { status: true } });
    if (!firing) throw notFound("firing");
    // The Run first and then its firing, as whoever finishes a Run does: the other way round the two could wait for each other.
    await cancelRuns(tx, id);
    const { count } = await tx.scheduleFiring.updateMany({
      where: { id, status: { in: ["WAITING", "RUNNING"] } },
      data: { status: "CANCELLED", reason: { ...REASONS.cancelled() }, finishedAt: now },
    });
    if (count === 0) return readFiring(tx, id, now);
    // A stage that was begun in between.
    await cancelRuns(tx, id);
    await recordAudit(tx, {
      ...{
        actorId,
        action: "schedule.cancelFiring",
        subject: `ScheduleFiring:${id}`,
        before: { status: firing.status },
      },
    });
    return readFiring(tx, id, now);
  });
}

async function cancelRuns(tx: Tx, firingId: string): Promise<void> {
  const where = { firingId, status: { in: ["QUEUED" as const, "RUNNING" as const, "EVALUATING" as const] } };
  for (const { id } of await tx.run.findMany({ where, select: { id: true } })) await askToCancel(tx, id);
}

async function endWaiting(tx: Tx, scheduleId: string, reason: Sentence, now: Date): Promise<void> {
  await tx.scheduleFiring.updateMany({
    where: { scheduleId, status: "WAITING", trigger: { not: "MANUAL" } },
    data: { status: "SKIPPED", reason: { ...reason }, finishedAt: now },
  });
}

/** The schedule, kept from whoever would fire it meanwhile. */
async function lockSchedule(tx: Tx, id: string): Promise<Schedule> {
  await tx.$queryRaw`SELECT FROM "Schedule" WHERE "id" = ${id}::uuid FOR NO KEY UPDATE`;
  const row = await tx.schedule.findFirst({ where: { id, deletedAt: null } });
  if (!row) throw notFound("schedule");
  return row;
}

async function assertNameFree(tx: Tx, name: string, own?: string): Promise<void> {
  const taken = await tx.schedule.findFirst({
    where: { name, ...(own && { id: { not: own } }) },
    select: { id: true },
  });
  if (taken) throw new AppError("SCHEDULE_NAME_TAKEN", `There is a schedule named "${name}"; choose another name.`);
}
