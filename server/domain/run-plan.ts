/** Starting Runs, and asking them to stop. */

import { randomInt } from "node:crypto";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { freezeDataset } from "./dataset.ts";
import { currentSelection } from "./dataset-source.ts";
import { judgedCounts } from "./judged-counts.ts";
import type { RunQueue } from "./queue.ts";
import { NO_LEASE } from "./run.ts";
import { adviseRun, REFUSALS } from "./run-advice.ts";
import { plannedSteps } from "./run-config.ts";
import { type RunExamples, type RunRequest, resolveInputs } from "./run-inputs.ts";
import { factsOf } from "./run-preview.ts";
import { statesBefore } from "./run-status.ts";
import { readRun } from "./run-view.ts";
import type { RunView } from "./views.ts";

/** Reading and hashing a hundred thousand pairs takes half a minute, and minutes on a machine that is busy. */
const FREEZING = { maxWait: 20_000, timeout: 600_000 };

/** What making a Run needs besides the database. */
export interface RunPlanner {
  queue: Pick<RunQueue, "enqueue">;
  env: Parameters<typeof factsOf>[0];
}

/** A Run that is wanted, and by whom. */
export interface RunWish {
  request: RunRequest & { seed?: number };
  now: Date;
  /** Null is the system itself. */
  createdById: string | null;
  /** Of a schedule. */
  firingId?: string;
  stage?: number;
  /** Most minutes of device time. */
  maxMinutes?: number | null;
}

/**
 * Freezes the Dataset, makes the Run, enqueues it and records who did it: all or nothing.
 * @throws AppError what `resolveInputs` throws, and the refusal of every advice that says stop
 */
export async function createRun(
  { db, ...planner }: { db: Db } & RunPlanner,
  actorId: string,
  request: RunRequest & { seed?: number },
): Promise<RunView> {
  return db.$transaction(async (tx) => {
    const wish = { request, createdById: actorId, now: new Date() };
    return readRun(tx, await planRun(tx, planner, wish));
  }, FREEZING);
}

/** As `createRun`, within a transaction that does more. @returns id of the Run */
export async function planRun(tx: Tx, { queue, env }: RunPlanner, wish: RunWish): Promise<string> {
  const { request, now, createdById, firingId, stage, maxMinutes } = wish;
  const inputs = await resolveInputs(tx, request);
  for (const { key, level } of adviseRun(factsOf(env, request, inputs, await judgedCounts(tx)))) {
    if (level === "stop" && key in REFUSALS) throw refusal(key as keyof typeof REFUSALS);
  }
  const { examples, config, live, fromAdapter, rewardAdapter, replayDatasetId } = inputs;
  const datasetId = await datasetOf(tx, examples);
  const run = await tx.run.create({
    data: {
      method: request.method,
      baseModelId: live.baseModelId,
      datasetId,
      replayDatasetId,
      humanDatasetId: request.method === "RLAIF" ? await freezeHumanPairs(tx) : null,
      fromAdapterId: fromAdapter?.id,
      rewardAdapterId: rewardAdapter?.id,
      config: { ...config } as unknown as Prisma.InputJsonObject,
      seed: request.seed ?? randomInt(2 ** 31),
      totalSteps: plannedSteps(config, examples.train),
      ...{ createdById, createdAt: now, firingId, stage, maxMinutes },
    },
  });
  await queue.enqueue(tx, run.id);
  await recordAudit(tx, {
    actorId: createdById,
    action: "run.create",
    subject: `Run:${run.id}`,
    after: { method: request.method, datasetId, seed: run.seed, ...(firingId && { firingId, stage }) },
  });
  return run.id;
}

async function datasetOf(tx: Tx, { from }: RunExamples): Promise<string> {
  if (!from) throw new Error("the examples of a run were counted and not read");
  return "datasetId" in from ? from.datasetId : (await freezeDataset(tx, from.selection)).id;
}

/** The judge is compared with people, and a resumed run with the very same ones. */
async function freezeHumanPairs(tx: Tx): Promise<string | null> {
  const selection = await currentSelection(tx, "PAIRS");
  return selection.train > 0 ? (await freezeDataset(tx, selection)).id : null;
}

function refusal(key: keyof typeof REFUSALS): AppError {
  const [code, sentence] = REFUSALS[key];
  return new AppError(code, sentence);
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
export async function askToCancel(tx: Tx, id: string) {
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
