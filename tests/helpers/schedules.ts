// A schedule as tests write one, and the steps that servers and trainers take with it.
import { beginStage, stagesToBegin } from "../../server/domain/schedule/stage.ts";
import { scheduleInputSchema } from "../../server/domain/views/schedule.ts";
import type { World } from "./world.ts";

let names = 0;

/** An hourly DPO unless told otherwise, under a name of its own. */
export const aSchedule = (changes: Record<string, unknown> = {}) =>
  scheduleInputSchema.parse({
    name: `Schedule ${++names}`,
    cron: "0 * * * *",
    pipeline: { stages: [{ method: "DPO", config: { epochs: 1, batchSize: 8, rank: 2 } }] },
    ...changes,
  });

/** What a trainer does with the stages that wait, in its order. @returns the Runs it made */
export async function beginStages(world: World, now: Date, db = world.db): Promise<string[]> {
  const made: string[] = [];
  for (const id of await stagesToBegin(db, now)) {
    const { queue, env } = world.services;
    const runId = await beginStage({ db, queue, env }, id, now);
    if (runId) made.push(runId);
  }
  return made;
}
