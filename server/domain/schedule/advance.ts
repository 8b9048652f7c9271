/** What a finished Run means for the firing it belongs to: the next stage, or the end. */

import type { RunStatus } from "../../../prisma/generated/enums.ts";
import type { Tx } from "../../db.ts";
import { isFinal } from "../run-status.ts";
import { pipelineSchema } from "../views/schedule.ts";
import type { Sentence } from "../views/sentence.ts";
import { REASONS } from "./words.ts";

/**
 * Moves the firing on when its current stage's Run is over, however it ended. Does nothing for a Run that no schedule started, for one
 * that is not over, and the second time.
 */
export async function advanceFiring(tx: Tx, { runId, now }: { runId: string; now: Date }): Promise<void> {
  const run = await tx.run.findUnique({
    where: { id: runId },
    select: {
      firingId: true,
      stage: true,
      status: true,
      method: true,
      errorCode: true,
      firing: { select: { pipeline: true } },
    },
  });
  if (!run?.firing || run.stage === null || !isFinal(run.status)) return;
  const { stage } = run;
  const here = { id: run.firingId!, status: "RUNNING" as const, stage };
  if (run.status === "SUCCEEDED") {
    const { stages } = pipelineSchema.parse(run.firing.pipeline);
    const data = stage + 1 < stages.length ? { stage: stage + 1 } : { status: "SUCCEEDED" as const, finishedAt: now };
    await tx.scheduleFiring.updateMany({ where: here, data });
    return;
  }
  const { status, reason } = endOf(run.status, { ...run, stage });
  await tx.scheduleFiring.updateMany({ where: here, data: { status, reason: { ...reason }, finishedAt: now } });
}

function endOf(
  status: RunStatus,
  {
    stage,
    method,
    errorCode,
  }: { stage: number; method: Parameters<typeof REASONS.runFailed>[1]; errorCode: string | null },
): { status: "FAILED" | "CANCELLED"; reason: Sentence } {
  if (status === "CANCELLED") return { status, reason: REASONS.runCancelled(stage, method) };
  return { status: "FAILED", reason: REASONS.runFailed(stage, method, errorCode ?? "INTERNAL") };
}

/** Takes up what no Run's end has said: Runs that were cancelled, failed, or lost their trainer. */
export async function advanceOverdue(tx: Tx, scheduleId: string, now: Date): Promise<void> {
  const over = await tx.$queryRaw<{ id: string }[]>`
    SELECT run."id" FROM "ScheduleFiring" firing JOIN "Run" run ON run."firingId" = firing."id" AND run."stage" = firing."stage"
    WHERE firing."scheduleId" = ${scheduleId}::uuid AND firing."status" = 'RUNNING'
      AND run."status" IN ('SUCCEEDED', 'FAILED', 'CANCELLED')`;
  for (const { id } of over) await advanceFiring(tx, { runId: id, now });
}
