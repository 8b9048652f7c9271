/** Planning and starting Runs, and asking them to stop. */

import { randomInt } from "node:crypto";
import path from "node:path";
import { z } from "zod";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Method } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { currentSelection, freezeDataset } from "./dataset.ts";
import { activeDeployment } from "./live.ts";
import type { RunQueue } from "./queue.ts";
import { NO_LEASE } from "./run.ts";
import { plannedSteps, type RunConfig, resolveRunConfig } from "./run-config.ts";
import { statesBefore } from "./run-status.ts";
import { readRun } from "./run-view.ts";
import type { RunPreview, RunView } from "./views.ts";

/** Reading and hashing tens of thousands of pairs takes its time. */
const FREEZING = { maxWait: 20_000, timeout: 120_000 };

interface Plan {
  method: Method;
  config?: unknown;
}

/** Every setting filled in. @throws AppError INVALID_INPUT that names the bad fields */
function settle({ method, config }: Plan, parameters: bigint, examples: number): RunConfig {
  try {
    return resolveRunConfig(method, config, { parameters: Number(parameters), examples });
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const fields = error.issues.map((issue) => `${issue.path.join(".") || "config"}: ${issue.message}`);
    throw new AppError("INVALID_INPUT", `${method} run: ${fields.join("; ")}.`, { cause: error });
  }
}

/** What a Run started now would train on and how long it would take. Writes nothing. */
export async function previewRun(
  { db, env }: { db: Db; env: Pick<Env, "HONE_MODEL"> },
  plan: Plan,
): Promise<RunPreview> {
  const [selection, live] = await Promise.all([currentSelection(db), activeDeployment(db)]);
  const config = settle(plan, live.baseModel.parameters, selection.train);
  const steps = plannedSteps(config, selection.train);
  const perStep = await secondsPerStep(db, plan.method);
  const leftOut = selection.leftOut.reduce((sum, { count }) => sum + count, 0);
  const options = Object.entries((plan.config ?? {}) as object).map(([name, value]) => ` --config ${name}=${value}`);
  return {
    pairs: selection.pairs.length + leftOut,
    usable: selection.pairs.length,
    train: selection.train,
    heldOut: selection.heldOut,
    leftOut: selection.leftOut,
    steps,
    minutes: perStep === null ? null : Math.max(1, Math.round((steps * perStep) / 60)),
    config: { ...config },
    command: `npm run train -- ${plan.method.toLowerCase()} --base ${path.relative(process.cwd(), env.HONE_MODEL)} --data pairs.jsonl --out out/${options.join("")}`,
  };
}

/** Mean pace of the last few Runs of a method that ended well. */
async function secondsPerStep(db: Db, method: Method): Promise<number | null> {
  const runs = await db.run.findMany({
    where: { method, status: "SUCCEEDED", totalSteps: { gt: 0 } },
    orderBy: { createdAt: "desc" },
    take: 5,
    select: { attemptStartedAt: true, finishedAt: true, totalSteps: true, attemptStep: true },
  });
  let seconds = 0;
  let steps = 0;
  for (const { attemptStartedAt, finishedAt, totalSteps, attemptStep } of runs) {
    if (!attemptStartedAt || !finishedAt) continue;
    seconds += (finishedAt.getTime() - attemptStartedAt.getTime()) / 1000;
    steps += totalSteps - attemptStep;
  }
  return steps > 0 ? seconds / steps : null;
}

/** Freezes the Dataset, makes the Run, enqueues it and records who did it: all or nothing. */
export async function createRun(
  { db, queue }: { db: Db; queue: RunQueue },
  actorId: string,
  plan: Plan & { seed?: number },
): Promise<RunView> {
  return db.$transaction(async (tx) => {
    const live = await activeDeployment(tx);
    const selection = await currentSelection(tx);
    if (selection.train === 0) {
      throw new AppError(
        "NOTHING_TO_TRAIN_ON",
        "There is no pair to train on yet: give a thumbs-up and a thumbs-down to two replies to the same prompt.",
      );
    }
    const config = settle(plan, live.baseModel.parameters, selection.train);
    const dataset = await freezeDataset(tx, selection);
    const run = await tx.run.create({
      data: {
        method: plan.method,
        baseModelId: live.baseModelId,
        datasetId: dataset.id,
        config: { ...config } as Prisma.InputJsonObject,
        seed: plan.seed ?? randomInt(2 ** 31),
        totalSteps: plannedSteps(config, selection.train),
        createdById: actorId,
      },
    });
    await queue.enqueue(tx, run.id);
    await recordAudit(tx, {
      actorId,
      action: "run.create",
      subject: `Run:${run.id}`,
      after: { method: plan.method, datasetId: dataset.id, seed: run.seed },
    });
    return readRun(tx, run.id);
  }, FREEZING);
}

/** A waiting Run ends at once; a running one is told to, and its trainer ends it within seconds. */
export async function cancelRun(db: Db, actorId: string, id: string): Promise<RunView> {
  return db.$transaction(async (tx) => {
    if (!(await tx.run.findUnique({ where: { id }, select: { id: true } }))) throw notFound("run");
    const asked = await askToCancel(tx, id);
    if (asked)
      await recordAudit(tx, { actorId, action: "run.cancel", subject: `Run:${id}`, before: { status: asked } });
    return readRun(tx, id);
  });
}

/** @returns the status in which it was asked, null when it was over or asked before */
async function askToCancel(tx: Tx, id: string) {
  const waiting = await tx.run.updateMany({
    where: { id, status: "QUEUED" },
    data: { status: "CANCELLED", cancelRequestedAt: new Date(), finishedAt: new Date(), ...NO_LEASE },
  });
  if (waiting.count === 1) return "QUEUED";
  const running = await tx.run.updateMany({
    where: { id, cancelRequestedAt: null, status: { in: statesBefore("CANCELLED") } },
    data: { cancelRequestedAt: new Date() },
  });
  return running.count === 1 ? "RUNNING" : null;
}
