/** Gates begin and end here: opened for every finished adapter, asked for again, called off. */

import type { Db, Tx } from "../../db.ts";
import { AppError, notFound } from "../../errors.ts";
import { recordAudit } from "../audit.ts";
import { activeDeployment } from "../live.ts";
import { getSetting } from "../setting.ts";
import { pipelineSchema } from "../views/schedule.ts";

export interface NewGate {
  adapterId: string;
  /** Of the Schedule whose pipeline made the adapter. */
  firingId: string | null;
  /** Null: the system itself. */
  requestedById: string | null;
}

/**
 * Queues a Gate for a policy that llama.cpp can serve, in the transaction that made the adapter. The trainer looks for queued rows
 * itself, so nothing besides the row has to be sent.
 * @returns id of the Gate, the open one where there is one already; null for what can never go live: reward models, whole models, other tunings
 */
export async function openGate(tx: Tx, { adapterId, firingId, requestedById }: NewGate): Promise<string | null> {
  const adapter = await tx.adapter.findUnique({ where: { id: adapterId } });
  if (!adapter) throw notFound("adapter");
  if (!adapter.servable || adapter.kind !== "POLICY") return null;
  const live = await activeDeployment(tx);
  const gate = {
    ...{ adapterId, firingId, requestedById, baseModelId: adapter.baseModelId },
    liveAdapterId: live.baseModelId === adapter.baseModelId ? live.adapterId : null,
    policy: await getSetting(tx, "gatePolicy"),
    progress: { suite: null, done: 0, secondsLeft: await secondsToWait(tx, adapter.baseModelId) },
    seed: seedOf(adapter.sha256),
  };
  // Gate_one_open lets one of two through; the other one finds what the first one made.
  const { count } = await tx.gate.createMany({ data: [gate], skipDuplicates: true });
  const open = await tx.gate.findFirstOrThrow({
    where: { adapterId, status: { in: ["QUEUED", "RUNNING"] } },
    select: { id: true },
  });
  if (count === 1) {
    const after = { adapterId, liveAdapterId: gate.liveAdapterId, firingId };
    await recordAudit(tx, { actorId: requestedById, action: "gate.request", subject: `Gate:${open.id}`, after });
  }
  return open.id;
}

/** Of this base's Gates how long the last five took, for this one and for each that is before it; null where none was measured yet. */
async function secondsToWait(tx: Tx, baseModelId: string): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ seconds: number | null }[]>`
    SELECT (avg(extract(epoch FROM took."finishedAt" - took."startedAt"))
      * (1 + (SELECT count(*) FROM "Gate" WHERE "status" IN ('QUEUED', 'RUNNING'))))::float8 AS "seconds"
    FROM (SELECT "startedAt", "finishedAt" FROM "Gate"
      WHERE "baseModelId" = ${baseModelId}::uuid AND "verdict" IS NOT NULL ORDER BY "finishedAt" DESC LIMIT 5) took`;
  return row?.seconds ?? null;
}

/**
 * The Gate of what a Run has made, in the transaction that ends the Run. What an earlier stage of a pipeline made is no candidate: the
 * stage after it goes on from there. Somebody can still ask for its Gate.
 */
export async function openGateOfRun(
  tx: Tx,
  { runId, adapterId }: { runId: string; adapterId: string },
): Promise<string | null> {
  const run = await tx.run.findUniqueOrThrow({
    where: { id: runId },
    select: { firingId: true, stage: true, firing: { select: { pipeline: true } } },
  });
  const stages = run.firing ? pipelineSchema.parse(run.firing.pipeline).stages.length : 0;
  if (run.stage !== null && run.stage < stages - 1) return null;
  return openGate(tx, { adapterId, firingId: run.firingId, requestedById: null });
}

/** From the adapter's name alone, so that measuring it again draws the same replies. 31 bits: serving takes no more. */
const seedOf = (sha256: string) => Number.parseInt(sha256.slice(0, 8), 16) >>> 1;

/**
 * Measures an adapter, again if need be: against what is live now, under the policy of now.
 * @throws AppError NOT_FOUND, NOT_SERVABLE
 */
export async function requestGate(db: Db, actorId: string, { adapterId }: { adapterId: string }): Promise<string> {
  return db.$transaction(async (tx) => {
    const id = await openGate(tx, { adapterId, firingId: null, requestedById: actorId });
    if (id) return id;
    throw new AppError("NOT_SERVABLE", "Only LoRA policies go live, so only they pass a gate; choose another adapter.");
  });
}

/**
 * Calls a Gate off; a trainer that measures it learns so at its next beat. One that is over stays as it is.
 * @throws AppError NOT_FOUND, ILLEGAL_STATE
 */
export async function cancelGate(db: Db, actorId: string, { id, now }: { id: string; now: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    const gate = await tx.gate.findUnique({ where: { id }, select: { status: true } });
    if (!gate) throw notFound("gate");
    const { count } = await tx.gate.updateMany({
      where: { id, status: { in: ["QUEUED", "RUNNING"] } },
      data: { status: "CANCELLED", finishedAt: now, leaseOwner: null, leaseExpiresAt: null },
    });
    if (count === 0) throw new AppError("ILLEGAL_STATE", "This gate is over; there is nothing to call off.");
    await recordAudit(tx, {
      ...{ actorId, action: "gate.cancel", subject: `Gate:${id}` },
      ...{ before: { status: gate.status }, after: { status: "CANCELLED" } },
    });
  });
}
