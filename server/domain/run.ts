/**
 * The worker's side of a Run: claim it, say how it goes, end it. Every write names the attempt it belongs to; a worker
 * that slept through its lease updates no row, learns that it is a ghost, and stops.
 */

import { type Dataset, Prisma } from "../../prisma/generated/client.ts";
import type { AdapterKind, DataKind, LogLevel, Method, Tuning } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import type { ErrorCode } from "../errors.ts";
import { storable } from "../plain-text.ts";
import { recordAudit } from "./audit.ts";
import { inheritFlags } from "./erasure-flags.ts";
import { recordRunEnd } from "./events/event.ts";
import { openGateOfRun } from "./gate/open.ts";
import { metricsSchema } from "./json.ts";
import { isFinal, LEASED, statesBefore } from "./run-status.ts";
import { advanceFiring } from "./schedule/advance.ts";

/** Long enough for a trainer whose event loop is held by native code, short enough that a dead one is noticed soon. */
export const LEASE_SECONDS = 30;

export interface ClaimedRun {
  run: {
    id: string;
    method: Method;
    seed: number;
    /** As `resolveRunConfig` settled it; parse it with the method's schema. */
    config: unknown;
    /** Where an earlier attempt got to, by its own report; the checkpoint on disk has the last word. */
    step: number;
    totalSteps: number;
    base: { sha256: string; name: string };
    fromAdapter: AdapterFile | null;
    rewardAdapter: AdapterFile | null;
    dataset: FrozenData;
    replay: FrozenData | null;
    /** People's pairs, for the judge of an RLAIF run. */
    humanPairs: FrozenData | null;
  };
  attempt: number;
}

interface AdapterFile {
  sha256: string;
  /** Relative to HONE_HOME. */
  path: string;
}

interface FrozenData {
  id: string;
  kind: DataKind;
  sha256: string;
  train: number;
  heldOut: number;
}

/** Names the worker's hold on a Run. */
export interface Hold {
  runId: string;
  attempt: number;
}

/**
 * Takes the Run if it waits for a worker. One statement on the database's clock, so that of two workers one wins.
 * @returns null when there is nothing to do: somebody else has it, it is over, or it was cancelled meanwhile
 */
export async function claimRun(db: Db, { runId, owner }: { runId: string; owner: string }): Promise<ClaimedRun | null> {
  const claimed = await db.$queryRaw<{ attempt: number }[]>`
    UPDATE "Run" SET
      "status" = 'RUNNING', "attempt" = "attempt" + 1, "attemptStep" = "step", "attemptStartedAt" = now(),
      "startedAt" = coalesce("startedAt", now()), "leaseOwner" = ${owner},
      "leaseExpiresAt" = now() + make_interval(secs => ${LEASE_SECONDS})
    WHERE "id" = ${runId}::uuid AND "status" = 'QUEUED' AND "cancelRequestedAt" IS NULL AND "attempt" < "maxAttempts"
    RETURNING "attempt"`;
  const attempt = claimed[0]?.attempt;
  if (attempt === undefined) return null;
  const row = await db.run.findUniqueOrThrow({
    where: { id: runId },
    include: {
      ...{ baseModel: true, fromAdapter: true, rewardAdapter: true },
      ...{ dataset: true, replayDataset: true, humanDataset: true },
    },
  });
  const { id, method, seed, config, step, totalSteps, baseModel } = row;
  const file = (adapter: AdapterFile | null) => adapter && { sha256: adapter.sha256, path: adapter.path };
  const frozen = ({ id, kind, sha256, trainPairs, heldOutPairs }: Dataset): FrozenData => ({
    ...{ id, kind, sha256 },
    ...{ train: trainPairs, heldOut: heldOutPairs },
  });
  return {
    attempt,
    run: {
      id,
      method,
      seed,
      config,
      step,
      totalSteps,
      base: { sha256: baseModel.sha256, name: baseModel.name },
      fromAdapter: file(row.fromAdapter),
      rewardAdapter: file(row.rewardAdapter),
      dataset: frozen(row.dataset),
      replay: row.replayDataset && frozen(row.replayDataset),
      humanPairs: row.humanDataset && frozen(row.humanDataset),
    },
  };
}

/**
 * "cancelled": stop and call `settleCancelled`. "spent": its budget of device minutes is used up, stop and call `failRun`.
 * "lost": stop and write nothing more.
 */
export type HoldAnswer = "ok" | "cancelled" | "spent" | "lost";

/**
 * Renewing the lease also reads the meter: what has passed since it was last renewed is device time, on the database's clock and over
 * all attempts. Of a trainer that died only the seconds since its last word are not counted.
 */
const RENEWED = Prisma.sql`
  "deviceSeconds" = "deviceSeconds" + greatest(0, extract(epoch FROM now() - "leaseExpiresAt") + ${LEASE_SECONDS}::float8),
  "leaseExpiresAt" = now() + make_interval(secs => ${LEASE_SECONDS})`;

const ANSWER = Prisma.sql`CASE WHEN "cancelRequestedAt" IS NOT NULL THEN 'cancelled'
  WHEN "deviceSeconds" > "maxMinutes" * 60 THEN 'spent' ELSE 'ok' END AS "answer"`;

/** Renews the lease. */
export async function heartbeat(db: Db | Tx, { runId, attempt }: Hold): Promise<HoldAnswer> {
  const rows = await db.$queryRaw<{ answer: HoldAnswer }[]>`
    UPDATE "Run" SET ${RENEWED}
    WHERE "id" = ${runId}::uuid AND "attempt" = ${attempt} AND "status" IN ('RUNNING', 'EVALUATING')
    RETURNING ${ANSWER}`;
  return rows[0]?.answer ?? "lost";
}

/**
 * Records the figures of one step and renews the lease.
 * @param report `metrics` by name; values that are not finite are left out, since JSON has no word for them
 */
export async function recordStep(
  db: Db,
  report: Hold & { step: number; totalSteps: number; metrics: Record<string, number> },
): Promise<HoldAnswer> {
  const { runId, attempt, step, totalSteps } = report;
  const finite = Object.entries(report.metrics).filter(([, value]) => Number.isFinite(value));
  const values = JSON.stringify(metricsSchema.parse(Object.fromEntries(finite)));
  // Steps done again after a crash say the same number of tokens again.
  const tokens = Math.round(Object.fromEntries(finite).tokens ?? 0);
  const rows = await db.$queryRaw<{ answer: HoldAnswer }[]>`
    WITH held AS (
      UPDATE "Run" SET "step" = ${step}, "totalSteps" = ${totalSteps}, "tokens" = greatest("tokens", ${tokens}::bigint), ${RENEWED}
      WHERE "id" = ${runId}::uuid AND "attempt" = ${attempt} AND "status" IN ('RUNNING', 'EVALUATING')
      RETURNING ${ANSWER}
    ), recorded AS (
      INSERT INTO "RunMetric" ("runId", "step", "attempt", "values")
      SELECT ${runId}::uuid, ${step}, ${attempt}, ${values}::jsonb FROM held
      ON CONFLICT ("runId", "step") DO UPDATE SET
        "attempt" = excluded."attempt", "values" = excluded."values", "at" = excluded."at",
        "seq" = nextval(pg_get_serial_sequence('"RunMetric"', 'seq'))
    )
    SELECT "answer" FROM held`;
  return rows[0]?.answer ?? "lost";
}

/** Adds a line to the Run's log; a ghost's line is dropped. */
export async function appendLog(db: Db, line: Hold & { level: LogLevel; text: string }): Promise<boolean> {
  const written = await db.$executeRaw`
    INSERT INTO "RunLog" ("runId", "attempt", "level", "text")
    SELECT "id", "attempt", ${line.level}::"LogLevel", ${storable(line.text)} FROM "Run"
    WHERE "id" = ${line.runId}::uuid AND "attempt" = ${line.attempt}`;
  return written === 1;
}

/** Training is done; what comes now is measuring. @returns false when the hold is lost */
export async function setEvaluating(db: Db, { runId, attempt }: Hold): Promise<boolean> {
  const { count } = await db.run.updateMany({
    where: { id: runId, attempt, status: { in: statesBefore("EVALUATING") } },
    data: { status: "EVALUATING" },
  });
  return count === 1;
}

export interface FinishedAdapter {
  kind: AdapterKind;
  tuning: Tuning;
  servable: boolean;
  /** Of its file, hex. */
  sha256: string;
  /** Of its file, relative to HONE_HOME. */
  path: string;
  bytes: number;
  /** Null for a whole model. */
  rank: number | null;
  alpha: number | null;
  /** What was measured at the end: "heldout/accuracy" and the like. */
  metrics: Record<string, number>;
}

/**
 * Ends the Run well: its Adapter's row, the Run's end and the audit line in one transaction. Equal runs make equal
 * weights, so an Adapter of that hash may be there already; the Run then points to it.
 * @returns id of the Adapter, null when the hold is lost and nothing was written
 */
export async function finishRun(
  db: Db,
  { runId, attempt, adapter }: Hold & { adapter: FinishedAdapter },
): Promise<string | null> {
  return db.$transaction(async (tx) => {
    const run = await lockHeld(tx, { runId, attempt });
    if (!run) return null;
    await heartbeat(tx, { runId, attempt });
    const { sha256, rank, alpha, kind, tuning, ...rest } = adapter;
    const metrics = metricsSchema.parse(adapter.metrics);
    const { id } = await tx.adapter.upsert({
      where: { sha256 },
      create: { ...rest, ...{ sha256, kind, tuning, rank, alpha, metrics }, baseModelId: run.baseModelId },
      // Its files are here again, whatever the retention policy did to an earlier one's.
      update: { filesDeletedAt: null },
    });
    // A run of a few steps may end before it has said that it evaluates.
    if (run.status === "RUNNING") await tx.run.update({ where: { id: runId }, data: { status: "EVALUATING" } });
    await tx.run.update({
      where: { id: runId },
      data: { status: "SUCCEEDED", adapterId: id, finishedAt: new Date(), ...NO_LEASE },
    });
    await inheritFlags(tx, { adapterId: id, runId });
    await advanceFiring(tx, { runId, now: new Date() });
    await openGateOfRun(tx, { runId, adapterId: id });
    await recordRunEnd(tx, runId);
    await recordAudit(tx, {
      ...{ actorId: null, action: "adapter.create", subject: `Adapter:${id}` },
      after: { sha256, runId, kind, tuning, rank, alpha },
    });
    return id;
  });
}

/** Ends the Run badly, with a sentence for the person who started it. @returns false when the hold is lost */
export async function failRun(
  db: Db,
  { runId, attempt, error, errorCode = "INTERNAL" }: Hold & { error: string; errorCode?: ErrorCode },
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    await heartbeat(tx, { runId, attempt });
    const { count } = await tx.run.updateMany({
      where: { id: runId, attempt, status: { in: [...LEASED] } },
      data: { status: "FAILED", error: storable(error), errorCode, finishedAt: new Date(), ...NO_LEASE },
    });
    if (count === 1) await recordRunEnd(tx, runId);
    return count === 1;
  });
}

/** Ends a Run that `heartbeat` or `recordStep` called cancelled. @returns false when the hold is lost */
export async function settleCancelled(db: Db, { runId, attempt }: Hold): Promise<boolean> {
  await heartbeat(db, { runId, attempt });
  const { count } = await db.run.updateMany({
    where: { id: runId, attempt, status: { in: [...LEASED] }, cancelRequestedAt: { not: null } },
    data: { status: "CANCELLED", finishedAt: new Date(), ...NO_LEASE },
  });
  return count === 1;
}

/**
 * Gives the Run back unfinished, so that another worker takes it up from its checkpoint: the trainer is shutting down.
 * It does not count as a failed attempt. @returns false when the hold is lost
 */
export async function returnRun(
  db: Db,
  enqueue: (tx: Tx, runId: string) => Promise<void>,
  { runId, attempt }: Hold,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    if (!(await lockHeld(tx, { runId, attempt }))) return false;
    await heartbeat(tx, { runId, attempt });
    await tx.run.update({
      where: { id: runId },
      data: { status: "QUEUED", maxAttempts: { increment: 1 }, ...NO_LEASE },
    });
    await enqueue(tx, runId);
    return true;
  });
}

/** Whether the Run has ended, however. */
export async function isOver(db: Db, id: string): Promise<boolean> {
  const run = await db.run.findUnique({ where: { id }, select: { status: true } });
  return run !== null && isFinal(run.status);
}

export const NO_LEASE = { leaseOwner: null, leaseExpiresAt: null } as const;

/** The Run's row, locked, while this worker holds it. */
export async function lockHeld(tx: Tx, { runId, attempt }: Hold) {
  const rows = await tx.$queryRaw<{ baseModelId: string; status: "RUNNING" | "EVALUATING" }[]>`
    SELECT "baseModelId", "status" FROM "Run"
    WHERE "id" = ${runId}::uuid AND "attempt" = ${attempt} AND "status" IN ('RUNNING', 'EVALUATING') FOR UPDATE`;
  return rows[0];
}
