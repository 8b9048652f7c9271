/** What would happen if a schedule fired now: the data it would freeze, its steps and minutes, and what stands in its way. Writes nothing. */

import type { Db } from "../../db.ts";
import { AppError } from "../../errors.ts";
import { activeDeployment } from "../live.ts";
import { previewRun } from "../run-preview.ts";
import type { DryRunView, Pipeline, ScheduleInput } from "../views/schedule.ts";
import type { Sentence } from "../views/sentence.ts";
import { minutesAllowed, minutesThisMonth } from "./budget.ts";
import { hasRewardBefore, type Made, stageRequest } from "./pipeline.ts";
import { isQuiet, quietEnd, upcomingSlots } from "./quiet.ts";
import { checkSchedule } from "./schedule.ts";
import { newestReward } from "./stage.ts";
import { readSchedule } from "./view.ts";
import { REASONS } from "./words.ts";

type Planner = Parameters<typeof previewRun>[0];

/**
 * @param wanted a stored schedule, or one that is being written
 * @throws AppError what is wrong with one that is being written
 */
export async function dryRun(
  planner: Planner,
  wanted: { id: string } | { input: ScheduleInput },
  now: Date,
): Promise<DryRunView> {
  const { db } = planner;
  const id = "id" in wanted ? wanted.id : null;
  const schedule = "id" in wanted ? await readSchedule(db, wanted.id, now) : wanted.input;
  checkSchedule(schedule, now);
  const spent = id ? await minutesThisMonth(db, { id, timeZone: schedule.timeZone }, now) : 0;
  const obstacles = await standing(db, { id, schedule, spent, now });
  const warnings: Sentence[] = [];
  const stages: DryRunView["stages"] = [];
  const allowed = minutesAllowed(schedule, spent);
  for (const [index, { method }] of schedule.pipeline.stages.entries()) {
    const plan = await planStage(planner, schedule.pipeline, index);
    stages.push({ method, plan: "code" in plan ? null : plan });
    if ("code" in plan) obstacles.push(REASONS.stageRefused(index, method, plan.code));
    else {
      const stop = plan.advice.find(({ level }) => level === "stop");
      if (stop) obstacles.push(REASONS.stageStopped(index, method, stop.key));
      if (allowed !== null && allowed > 0 && plan.minutes.value > allowed)
        warnings.push(REASONS.stageTooLong(index, method, plan.minutes.value, allowed));
    }
  }
  const { cron, timeZone, quietHours } = schedule;
  return { obstacles, warnings, stages, upcoming: cron ? upcomingSlots({ cron, timeZone, quietHours }, now) : [] };
}

interface Standing {
  id: string | null;
  schedule: ScheduleInput;
  spent: number;
  now: Date;
}

/** Why it would not start at this moment, whatever it has to do. */
async function standing(db: Db, { id, schedule, spent, now }: Standing): Promise<Sentence[]> {
  const { enabled, quietHours, timeZone, monthMinutes } = schedule;
  const found: Sentence[] = [];
  if (!enabled) found.push(REASONS.paused());
  if (isQuiet(quietHours, timeZone, now)) found.push(REASONS.quiet(quietEnd(quietHours, timeZone, now)));
  if (monthMinutes !== null && minutesAllowed(schedule, spent) === 0)
    found.push(REASONS.monthSpent(spent, monthMinutes));
  const open = { status: { in: ["WAITING" as const, "RUNNING" as const] } };
  if (id && (await db.scheduleFiring.count({ where: { scheduleId: id, ...open } })))
    found.push(REASONS.earlierRunning());
  return found;
}

type Plan = NonNullable<DryRunView["stages"][number]["plan"]>;

/** A stage as it would be now; what stages before it will make is not there yet, and is taken as given. */
async function planStage(planner: Planner, pipeline: Pipeline, index: number): Promise<Plan | { code: string }> {
  const stage = pipeline.stages[index]!;
  try {
    const live = await activeDeployment(planner.db);
    const made: Made = {
      ...{ live: live.adapterId, policy: null, reward: null },
      newestReward: await newestReward(planner.db, live.baseModelId),
    };
    const preview = await previewRun(planner, stageRequest(pipeline, stage, made));
    const { train, heldOut, leftOut, steps, minutes } = preview;
    const advice = preview.advice.filter(({ key }) => key !== "NO_REWARD_MODEL" || !hasRewardBefore(pipeline, index));
    return { train, heldOut, leftOut, steps, minutes, advice };
  } catch (error) {
    if (error instanceof AppError) return { code: error.code };
    throw error;
  }
}
