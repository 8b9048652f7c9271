/** The next stage of a firing becomes a Run: data frozen, what came before looked up, the budget set. Done by the trainer, since freezing is heavy. */

import { Prisma, type ScheduleFiring } from "../../../prisma/generated/client.ts";
import type { Db, Tx } from "../../db.ts";
import { AppError } from "../../errors.ts";
import { activeDeployment } from "../live.ts";
import { planRun, type RunPlanner } from "../run-plan.ts";
import { type Pipeline, pipelineSchema, quietHoursSchema, type Stage } from "../views/schedule.ts";
import type { Sentence } from "../views/sentence.ts";
import { minutesAllowed, minutesThisMonth } from "./budget.ts";
import { type Made, stageRequest } from "./pipeline.ts";
import { isQuiet } from "./quiet.ts";
import { REASONS } from "./words.ts";

/** Freezing a hundred thousand pairs takes half a minute, and minutes on a machine that is busy. */
const FREEZING = { maxWait: 20_000, timeout: 600_000 };

/** Firings whose stage has no Run yet and may have one now, those of higher priority first. */
export async function stagesToBegin(db: Db, now: Date): Promise<string[]> {
  const rows = await db.scheduleFiring.findMany({
    where: { status: "RUNNING" },
    orderBy: [{ schedule: { priority: "desc" } }, { startedAt: "asc" }, { id: "asc" }],
    select: {
      ...{ id: true, stage: true },
      schedule: { select: { timeZone: true, quietHours: true } },
      runs: { select: { stage: true } },
    },
  });
  return rows
    .filter(({ stage, runs }) => !runs.some((run) => run.stage === stage))
    .filter(({ schedule }) => !isQuiet(quietHoursSchema.parse(schedule.quietHours ?? []), schedule.timeZone, now))
    .map(({ id }) => id);
}

/**
 * Makes the Run of a firing's current stage, once however many trainers try. What keeps it from starting ends the firing and is said there.
 * @returns the Run, or null where there was nothing to begin
 * @throws only what may pass: the caller tries again later
 */
export async function beginStage(
  { db, ...planner }: { db: Db } & RunPlanner,
  firingId: string,
  now: Date,
): Promise<string | null> {
  try {
    return await db.$transaction((tx) => begin(tx, planner, firingId, now), FREEZING);
  } catch (error) {
    if (isTaken(error)) return null;
    if (!(error instanceof AppError)) throw error;
    await endUnbegun(db, firingId, error.code, now);
    return null;
  }
}

/** Another trainer made the Run of this stage. */
const isTaken = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";

async function begin(tx: Tx, planner: RunPlanner, firingId: string, now: Date): Promise<string | null> {
  // Two trainers need not freeze the same data; the row itself stays free for whoever wants to cancel the firing.
  const [turn] = await tx.$queryRaw<{ mine: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`stage:${firingId}`}, 0)) AS "mine"`;
  if (!turn?.mine) return null;
  const firing = await tx.scheduleFiring.findFirst({
    where: { id: firingId, status: "RUNNING" },
    include: { schedule: true, runs: { select: { stage: true } } },
  });
  if (!firing || firing.runs.some(({ stage }) => stage === firing.stage)) return null;
  const here = { id: firingId, status: "RUNNING" as const, stage: firing.stage };
  const pipeline = pipelineSchema.parse(firing.pipeline);
  const stage = pipeline.stages[firing.stage]!;

  const spent = await minutesThisMonth(tx, firing.schedule, now);
  const maxMinutes = minutesAllowed(firing.schedule, spent);
  if (maxMinutes === 0) {
    const reason = REASONS.monthSpent(spent, firing.schedule.monthMinutes ?? 0);
    await tx.scheduleFiring.updateMany({ where: here, data: { ...unbegun(firing, reason), finishedAt: now } });
    return null;
  }
  const runId = await planRun(tx, planner, {
    ...{ request: await requestOf(tx, firing, pipeline, stage), now, maxMinutes },
    ...{ createdById: firing.startedById, firingId, stage: firing.stage },
  });
  // Cancelled while its data were frozen: the Run is taken back with everything else.
  const { count } = await tx.scheduleFiring.updateMany({ where: here, data: { stage: firing.stage } });
  if (count === 0) throw new FiringOver();
  return runId;
}

/** Undoes what was prepared for a firing that has ended meanwhile. */
class FiringOver extends AppError {
  constructor() {
    super("CONFLICT", "The firing ended while its data were frozen; nothing is left to do.");
  }
}

async function requestOf(tx: Tx, { id, stage: index }: ScheduleFiring, pipeline: Pipeline, stage: Stage) {
  const live = await activeDeployment(tx);
  const made = await tx.run.findMany({
    where: { firingId: id, stage: { lt: index }, status: "SUCCEEDED", adapterId: { not: null } },
    orderBy: { stage: "desc" },
    select: { adapter: { select: { id: true, kind: true } } },
  });
  const newest = (kind: "POLICY" | "REWARD") => made.find(({ adapter }) => adapter?.kind === kind)?.adapter?.id ?? null;
  const facts: Made = {
    ...{ live: live.adapterId, policy: newest("POLICY"), reward: newest("REWARD") },
    newestReward: await newestReward(tx, live.baseModelId),
  };
  return stageRequest(pipeline, stage, facts);
}

export async function newestReward(db: Db | Tx, baseModelId: string): Promise<string | null> {
  const found = await db.adapter.findFirst({
    where: { kind: "REWARD", baseModelId, status: { not: "RETIRED" } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { id: true },
  });
  return found?.id ?? null;
}

/** Before its first Run a firing has done nothing and counts as skipped. */
const unbegun = ({ stage }: Pick<ScheduleFiring, "stage">, reason: Sentence) => ({
  status: stage === 0 ? ("SKIPPED" as const) : ("FAILED" as const),
  reason: { ...reason },
});

async function endUnbegun(db: Db, id: string, code: string, now: Date): Promise<void> {
  const firing = await db.scheduleFiring.findUniqueOrThrow({ where: { id } });
  const { method } = pipelineSchema.parse(firing.pipeline).stages[firing.stage]!;
  await db.scheduleFiring.updateMany({
    where: { id, status: "RUNNING", stage: firing.stage },
    data: { ...unbegun(firing, REASONS.stageRefused(firing.stage, method, code)), finishedAt: now },
  });
}
