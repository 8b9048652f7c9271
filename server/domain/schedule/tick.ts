/**
 * Looks at every schedule: what is due becomes a firing, a firing that waits is started when it may, and one whose Run is over goes on.
 * Any number of processes may do this at any time: a schedule is looked at by one at once, and a slot has one row.
 */

import type { Schedule } from "../../../prisma/generated/client.ts";
import type { Trigger } from "../../../prisma/generated/enums.ts";
import type { Db, Tx } from "../../db.ts";
import { logger } from "../../log.ts";
import { recordEvent } from "../events/event.ts";
import { quietHoursSchema } from "../views/schedule.ts";
import type { Sentence } from "../views/sentence.ts";
import { advanceOverdue } from "./advance.ts";
import { minutesAllowed, minutesThisMonth } from "./budget.ts";
import { dueSlots } from "./cron.ts";
import { isQuiet } from "./quiet.ts";
import { fellBelow, liveFigures, newTrustedPairs } from "./triggers.ts";
import { REASONS } from "./words.ts";
import { dayOf, monthStart } from "./zone.ts";

export async function tickSchedules(db: Db, now: Date): Promise<void> {
  const schedules = await db.schedule.findMany({
    where: { OR: [{ deletedAt: null }, { firings: { some: { status: { in: ["WAITING", "RUNNING"] } } } }] },
    orderBy: [{ priority: "desc" }, { id: "asc" }],
    select: { id: true },
  });
  for (const { id } of schedules) {
    // One schedule that cannot be looked at must not keep the others from it.
    await db
      .$transaction((tx) => look(tx, id, now))
      .catch((err) => logger("schedule").error({ err, scheduleId: id }, "a schedule could not be looked at"));
  }
}

async function look(tx: Tx, id: string, now: Date): Promise<void> {
  const [locked] = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Schedule" WHERE "id" = ${id}::uuid FOR NO KEY UPDATE SKIP LOCKED`;
  if (!locked) return;
  const schedule = await tx.schedule.findUniqueOrThrow({ where: { id } });
  await advanceOverdue(tx, id, now);
  if (schedule.enabled && !schedule.deletedAt) {
    await fireCron(tx, schedule, now);
    await fireOnFigures(tx, schedule, now);
  }
  await startWaiting(tx, schedule, now);
}

interface NewFiring {
  slot: string;
  trigger: Trigger;
  dueAt: Date;
  reason?: Sentence;
  /** It comes to nothing, for the reason given. */
  skipped?: boolean;
}

/** A slot that has its row keeps it: whoever comes second changes nothing. */
async function store(tx: Tx, schedule: Schedule, now: Date, firing: NewFiring): Promise<void> {
  const { slot, trigger, dueAt, reason, skipped } = firing;
  await tx.scheduleFiring.createMany({
    data: {
      ...{ scheduleId: schedule.id, slot, trigger, dueAt, firedAt: now, pipeline: schedule.pipeline as object },
      ...(reason && { reason: { ...reason } }),
      ...(skipped && { status: "SKIPPED" as const, finishedAt: now }),
    },
    skipDuplicates: true,
  });
}

const isWaiting = async (tx: Tx, scheduleId: string) =>
  (await tx.scheduleFiring.count({ where: { scheduleId, status: "WAITING" } })) > 0;

async function fireCron(tx: Tx, schedule: Schedule, now: Date): Promise<void> {
  const { id, cron, timeZone, armedAt } = schedule;
  if (!cron) return;
  // A clock that was once set ahead leaves slots of the future behind; they must not hold up the ones that come before.
  const { _max } = await tx.scheduleFiring.aggregate({
    where: { scheduleId: id, trigger: "CRON", dueAt: { lte: now } },
    _max: { dueAt: true },
  });
  const handled = _max.dueAt && _max.dueAt > armedAt ? _max.dueAt : armedAt;
  const due = dueSlots({ cron, timeZone }, { handled, now });
  if (!due) return;
  const { newest, missed } = due;
  if (missed) {
    const slot = `cron:missed:${missed.last.toISOString()}`;
    const { last: dueAt } = missed;
    await store(tx, schedule, now, { slot, trigger: "CRON", dueAt, reason: REASONS.missed(missed), skipped: true });
  }
  const firing: NewFiring = { slot: `cron:${newest.toISOString()}`, trigger: "CRON", dueAt: newest };
  const second = await isWaiting(tx, id);
  await store(tx, schedule, now, second ? { ...firing, reason: REASONS.alreadyWaiting(), skipped: true } : firing);
}

/** How the live adapter is liked is a pass over all its judgements, and changes slowly. */
const LIVE_EVERY_MS = 5 * 60_000;
/** When this process last looked at it for a schedule. Another one may look as well: the slot fires once a day. */
const lookedAtLive = new Map<string, number>();

function isTimeToLookAtLive(scheduleId: string, now: Date): boolean {
  const since = now.getTime() - (lookedAtLive.get(scheduleId) ?? Number.NEGATIVE_INFINITY);
  if (since >= 0 && since < LIVE_EVERY_MS) return false;
  lookedAtLive.set(scheduleId, now.getTime());
  return true;
}

/** New pairs, and a live adapter that people like less: looked at while nothing of the schedule is under way. */
async function fireOnFigures(tx: Tx, schedule: Schedule, now: Date): Promise<void> {
  const { id, minNewPairs, winRateBelow, timeZone } = schedule;
  if (minNewPairs === null && winRateBelow === null) return;
  if (await tx.scheduleFiring.count({ where: { scheduleId: id, status: { in: ["WAITING", "RUNNING"] } } })) return;
  if (minNewPairs !== null) {
    const { count, newestId } = await newTrustedPairs(tx, await pairsSince(tx, schedule), minNewPairs);
    if (count >= minNewPairs && newestId && !(await skippedThisMonth(tx, schedule, "NEW_PAIRS", now))) {
      const slot = `pairs:${newestId}`;
      await store(tx, schedule, now, { slot, trigger: "NEW_PAIRS", dueAt: now, reason: REASONS.newPairs(count) });
      return;
    }
  }
  if (winRateBelow === null || !isTimeToLookAtLive(id, now)) return;
  if (await skippedThisMonth(tx, schedule, "WIN_RATE", now)) return;
  const live = await liveFigures(tx);
  const fallen = live && fellBelow(live.figures, winRateBelow);
  if (!fallen) return;
  const slot = `winRate:${live.deploymentId}:${dayOf(timeZone, now)}`;
  const reason = REASONS.liveFell(fallen, winRateBelow);
  await store(tx, schedule, now, { slot, trigger: "WIN_RATE", dueAt: now, reason });
}

/** Figures stay where they are while the month is spent: one line about it is enough. */
async function skippedThisMonth(tx: Tx, { id, timeZone }: Schedule, trigger: Trigger, now: Date): Promise<boolean> {
  const where = { scheduleId: id, trigger, status: "SKIPPED" as const, firedAt: { gte: monthStart(timeZone, now) } };
  return (await tx.scheduleFiring.count({ where })) > 0;
}

/** From when on pairs are new to a schedule: what it has started on knew the ones before. */
export async function pairsSince(tx: Db | Tx, { id, armedAt }: Pick<Schedule, "id" | "armedAt">): Promise<Date> {
  const last = await tx.scheduleFiring.findFirst({
    where: { scheduleId: id, startedAt: { not: null } },
    orderBy: { startedAt: "desc" },
    select: { startedAt: true },
  });
  return last?.startedAt && last.startedAt > armedAt ? last.startedAt : armedAt;
}

/** One firing of a schedule at a time, outside its quiet hours, and within what its month allows. */
async function startWaiting(tx: Tx, schedule: Schedule, now: Date): Promise<void> {
  const { id, timeZone, monthMinutes } = schedule;
  const waiting = await tx.scheduleFiring.findFirst({
    where: { scheduleId: id, status: "WAITING" },
    orderBy: [{ firedAt: "asc" }, { id: "asc" }],
    select: { id: true, trigger: true },
  });
  if (!waiting) return;
  if (isQuiet(quietHoursSchema.parse(schedule.quietHours ?? []), timeZone, now)) return;
  if (await tx.scheduleFiring.count({ where: { scheduleId: id, status: "RUNNING" } })) return;
  const here = { id: waiting.id, status: "WAITING" as const };
  const spent = await minutesThisMonth(tx, schedule, now);
  if (monthMinutes !== null && minutesAllowed(schedule, spent) === 0) {
    const reason = REASONS.monthSpent(spent, monthMinutes);
    const { count } = await tx.scheduleFiring.updateMany({
      where: here,
      data: { status: "SKIPPED", reason: { ...reason }, finishedAt: now },
    });
    if (count === 0) return;
    const subject = `Schedule:${id}`;
    await recordEvent(tx, { kind: "schedule.skipped", subject, data: { firingId: waiting.id, code: reason.code } });
    return;
  }
  await tx.scheduleFiring.updateMany({ where: here, data: { status: "RUNNING", startedAt: now } });
}
