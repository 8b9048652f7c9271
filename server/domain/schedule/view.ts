/** Schedules and their firings as the pages see them. */

import type { Prisma } from "../../../prisma/generated/client.ts";
import type { Db, Tx } from "../../db.ts";
import { notFound } from "../../errors.ts";
import { behind, pageOf } from "../page.ts";
import { PERSON } from "../select.ts";
import type { Page } from "../views/common.ts";
import { type FiringView, pipelineSchema, quietHoursSchema, type ScheduleView } from "../views/schedule.ts";
import { type Sentence, sentenceSchema } from "../views/sentence.ts";
import { minutesThisMonth } from "./budget.ts";
import { slotsAfter } from "./cron.ts";
import { isQuiet, quietEnd } from "./quiet.ts";
import { pairsSince } from "./tick.ts";
import { newTrustedPairs } from "./triggers.ts";
import { REASONS } from "./words.ts";

const FIRING = {
  schedule: {
    select: {
      ...{ name: true, timeZone: true, quietHours: true },
      firings: { where: { status: "RUNNING" }, select: { id: true }, take: 1 },
    },
  },
  startedBy: PERSON,
  runs: { select: { id: true, stage: true, status: true, step: true, totalSteps: true } },
  gates: { orderBy: { createdAt: "desc" }, take: 1, select: { id: true, status: true } },
} as const satisfies Prisma.ScheduleFiringInclude;

type FiringRow = Prisma.ScheduleFiringGetPayload<{ include: typeof FIRING }>;

function viewFiring(row: FiringRow, now: Date): FiringView {
  const { id, scheduleId, slot, trigger, status, dueAt, firedAt, startedAt, finishedAt, startedBy, stage } = row;
  return {
    ...{ id, scheduleId, slot, trigger, status, dueAt, firedAt, startedAt, finishedAt, startedBy, stage },
    scheduleName: row.schedule.name,
    reason: whyIdle(row, now) ?? (row.reason === null ? null : sentenceSchema.parse(row.reason)),
    stages: pipelineSchema.parse(row.pipeline).stages.map(({ method }, index) => {
      const run = row.runs.find((run) => run.stage === index);
      return {
        method,
        run: run ? { id: run.id, status: run.status, step: run.step, totalSteps: run.totalSteps } : null,
      };
    }),
    gate: row.gates[0] ?? null,
  };
}

/** Why a firing that is not over does nothing at this moment: worked out and not stored, so that it is never out of date. */
function whyIdle({ status, stage, runs, schedule }: FiringRow, now: Date): Sentence | null {
  const between = status === "RUNNING" && !runs.some((run) => run.stage === stage);
  if (status !== "WAITING" && !between) return null;
  const quiet = quietHoursSchema.parse(schedule.quietHours ?? []);
  if (isQuiet(quiet, schedule.timeZone, now)) return REASONS.quiet(quietEnd(quiet, schedule.timeZone, now));
  if (between) return REASONS.trainerBusy();
  return schedule.firings.length > 0 ? REASONS.earlierRunning() : null;
}

const PAGE = 20;

/** Newest first; of one schedule or of all. */
export async function listFirings(
  db: Db,
  { id, cursor }: { id?: string; cursor?: string },
  now: Date,
): Promise<Page<FiringView>> {
  const rows = await db.scheduleFiring.findMany({
    where: id ? { scheduleId: id } : {},
    orderBy: [{ firedAt: "desc" }, { id: "desc" }],
    take: PAGE + 1,
    ...behind(cursor),
    include: FIRING,
  });
  return pageOf(rows, PAGE, (row) => viewFiring(row, now));
}

export async function readFiring(db: Db | Tx, id: string, now: Date): Promise<FiringView> {
  const row = await db.scheduleFiring.findUnique({ where: { id }, include: FIRING });
  if (!row) throw notFound("firing");
  return viewFiring(row, now);
}

const SCHEDULE = { createdBy: PERSON } as const satisfies Prisma.ScheduleInclude;
type ScheduleRow = Prisma.ScheduleGetPayload<{ include: typeof SCHEDULE }>;

/** When the cron of a schedule lets it start next, its quiet hours considered. */
function nextStart({ enabled, cron, timeZone, quietHours }: ScheduleRow, now: Date): Date | null {
  if (!enabled || !cron) return null;
  const [slot] = slotsAfter(cron, timeZone, now);
  return slot ? quietEnd(quietHoursSchema.parse(quietHours ?? []), timeZone, slot) : null;
}

async function viewSchedule(db: Db | Tx, row: ScheduleRow, now: Date): Promise<ScheduleView> {
  const { id, name, enabled, cron, timeZone, minNewPairs, winRateBelow, priority, createdBy, createdAt } = row;
  const last = await db.scheduleFiring.findFirst({
    where: { scheduleId: id },
    // One that is under way says more than one that was skipped meanwhile.
    orderBy: [{ finishedAt: { sort: "desc", nulls: "first" } }, { firedAt: "desc" }, { id: "desc" }],
    include: FIRING,
  });
  return {
    ...{ id, name, enabled, cron, timeZone, minNewPairs, winRateBelow, priority, createdBy, createdAt },
    ...{ runMinutes: row.runMinutes, monthMinutes: row.monthMinutes },
    pipeline: pipelineSchema.parse(row.pipeline),
    quietHours: quietHoursSchema.parse(row.quietHours ?? []),
    nextAt: nextStart(row, now),
    newPairs: (await newTrustedPairs(db, await pairsSince(db, row))).count,
    minutesThisMonth: await minutesThisMonth(db, row, now),
    last: last && viewFiring(last, now),
  };
}

/** Those that are on come first, by name. */
export async function listSchedules(db: Db, now: Date): Promise<ScheduleView[]> {
  const rows = await db.schedule.findMany({
    where: { deletedAt: null },
    orderBy: [{ enabled: "desc" }, { name: "asc" }],
    include: SCHEDULE,
  });
  return Promise.all(rows.map((row) => viewSchedule(db, row, now)));
}

export async function readSchedule(db: Db | Tx, id: string, now: Date): Promise<ScheduleView> {
  const row = await db.schedule.findFirst({ where: { id, deletedAt: null }, include: SCHEDULE });
  if (!row) throw notFound("schedule");
  return viewSchedule(db, row, now);
}

/** The next start of every schedule that has one, soonest first: one statement. */
export async function nextDue(db: Db, now: Date): Promise<{ scheduleId: string; name: string; at: Date }[]> {
  const rows = await db.schedule.findMany({
    where: { deletedAt: null, enabled: true, cron: { not: null } },
    include: SCHEDULE,
  });
  return rows
    .flatMap((row) => {
      const at = nextStart(row, now);
      return at ? [{ scheduleId: row.id, name: row.name, at }] : [];
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}
