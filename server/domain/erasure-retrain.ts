/** Training an adapter anew without what an erasure took away: the same method and settings, on data frozen anew. */

import type { Db } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import type { Services } from "../services.ts";
import { freezeCurrent } from "./dataset-freeze.ts";
import { METHODS, type TrainingMethod } from "./run-config.ts";
import { createRun } from "./run-plan.ts";

/**
 * Starts the Run, from the nearest ancestor that is not flagged, or that was trained anew already.
 * @throws AppError NOT_FOUND for adapters that the erasure did not touch, ILLEGAL_STATE where one is being trained anew, or
 * where there is no telling how; and what `createRun` throws
 */
export async function retrainWithout(
  services: Pick<Services, "db" | "queue" | "env">,
  actorId: string,
  { adapterId, erasureId }: { adapterId: string; erasureId: string },
): Promise<{ runId: string }> {
  const { db } = services;
  const flag = await db.adapterFlag.findUnique({
    where: { adapterId_erasureId: { adapterId, erasureId } },
    include: { run: { select: { status: true } } },
  });
  if (!flag) throw notFound("flagged adapter");
  if (flag.run && !["FAILED", "CANCELLED"].includes(flag.run.status))
    throw new AppError("ILLEGAL_STATE", "This adapter is being trained anew already, or was; look at that run.");
  const old = await db.run.findFirst({
    where: { adapterId },
    orderBy: { createdAt: "asc" },
    include: { dataset: true, replayDataset: true },
  });
  if (!old) throw unknown("no run made it");
  const method = METHODS.find((known) => known === old.method);
  if (!method) throw unknown("its method is none that can be started");
  const run = await createRun(services, actorId, {
    method,
    config: settings(old.config),
    source: { from: "DATASET", id: await datasetFor(db, actorId, method, old.dataset) },
    fromAdapterId: (await cleanAncestor(db, old.fromAdapterId)) ?? undefined,
    rewardAdapterId: (await cleanRewardModel(db, old.rewardAdapterId)) ?? undefined,
    // General data against forgetting is as good without the examples; where it lost some, it is left out.
    replayDatasetId: (old.replayDataset?.erased === 0 && old.replayDataset.id) || undefined,
    seed: old.seed,
  });
  // Data that is frozen now is without everything that was ever erased.
  await db.adapterFlag.updateMany({
    where: { adapterId, OR: [{ runId: null }, { erasureId }] },
    data: { runId: run.id },
  });
  return { runId: run.id };
}

const unknown = (why: string) =>
  new AppError("ILLEGAL_STATE", `There is no telling how this adapter was trained: ${why}; start a run by hand.`);

/** Stored settings say everything; their version is not for choosing. */
function settings(stored: unknown): unknown {
  const { version: _, ...chosen } = stored as Record<string, unknown>;
  return chosen;
}

/** What people say now where they were the source; an uploaded file as long as it is whole. */
async function datasetFor(
  db: Db,
  actorId: string,
  method: TrainingMethod,
  {
    id,
    kind,
    origin,
    erased,
  }: { id: string; kind: Parameters<typeof freezeCurrent>[2]["kind"]; origin: string; erased: number },
): Promise<string> {
  if (origin === "FEEDBACK") return (await freezeCurrent(db, actorId, { kind })).id;
  if (erased === 0) return id;
  throw new AppError(
    "DATASET_ERASED",
    `The Dataset of this ${method} run came from a file or a judge and lost ${erased} examples; bring the data in anew and start a run by hand.`,
  );
}

/** Up the line until an adapter that learned from nothing erased; null is the base model. */
async function cleanAncestor(db: Db, id: string | null): Promise<string | null> {
  if (id === null) return null;
  const flags = await db.adapterFlag.findMany({
    where: { adapterId: id },
    include: { run: { select: { status: true, adapterId: true } } },
  });
  if (flags.length === 0) return id;
  const anew = flags.map(({ run }) => run);
  const made = anew[0]?.adapterId;
  if (made && anew.every((run) => run?.status === "SUCCEEDED" && run.adapterId === made)) return made;
  const before = await db.run.findFirst({
    where: { adapterId: id },
    orderBy: { createdAt: "asc" },
    select: { fromAdapterId: true },
  });
  return cleanAncestor(db, before?.fromAdapterId ?? null);
}

/** A policy cannot do without its reward model: that one comes first. */
async function cleanRewardModel(db: Db, id: string | null): Promise<string | null> {
  if (id === null) return null;
  const clean = await cleanAncestor(db, id);
  if (clean !== null && (clean === id || (await isAnewOf(db, clean, id)))) return clean;
  throw new AppError(
    "REWARD_MODEL_REFUSED",
    "The reward model of this run learned from what was erased too; train that one anew first, then this.",
  );
}

const isAnewOf = async (db: Db, madeId: string, oldId: string): Promise<boolean> =>
  (await db.adapterFlag.count({ where: { adapterId: oldId, run: { adapterId: madeId } } })) > 0;
