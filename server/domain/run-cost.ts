/** What a Run's costs rest on besides its lease, which meters the time. */

import type { Db } from "../db.ts";
import type { Hold } from "./run.ts";

/** What the Run runs on, by the engine's own words. */
export async function recordDevice(
  db: Db,
  { runId, attempt, device, onGpu }: Hold & { device: string; onGpu: boolean },
): Promise<void> {
  await db.run.updateMany({ where: { id: runId, attempt }, data: { device, onGpu } });
}

/** Adds tokens of replies that were sampled for the Run; sampled again after a crash, they cost again. */
export async function addSampledTokens(db: Db, { runId, attempt, tokens }: Hold & { tokens: number }): Promise<void> {
  if (tokens > 0)
    await db.run.updateMany({ where: { id: runId, attempt }, data: { sampledTokens: { increment: tokens } } });
}

/** Adds tokens that a judge or teacher was sent and gave back; asked again after a crash, they cost again. */
export async function addJudgeTokens(db: Db, { runId, attempt, tokens }: Hold & { tokens: number }): Promise<void> {
  if (tokens > 0)
    await db.run.updateMany({ where: { id: runId, attempt }, data: { judgeTokens: { increment: tokens } } });
}
