/**
 * The trainer's side of a Gate: claim it, say how far it is, end it. The row itself is the queue. Every write names its attempt; a trainer
 * that slept through its lease updates no row, learns that it is a ghost, and stops.
 */

import { type Gate, Prisma } from "../../../prisma/generated/client.ts";
import type { Db, Tx } from "../../db.ts";
import type { ErrorCode } from "../../errors.ts";
import { storable } from "../../plain-text.ts";
import { recordEvent } from "../events/event.ts";
import { metricsSchema } from "../json.ts";
import type { Turns } from "../views/common.ts";
import type { GateProgress, Suite } from "../views/gate.ts";
import type { SuiteVerdict, Verdict } from "./verdict.ts";

export const GATE_LEASE_SECONDS = 30;

/** The last beat was when the lease was set to run this long from then. */
const SINCE_LAST_BEAT = Prisma.sql`
  greatest(0, extract(epoch FROM now() - ("leaseExpiresAt" - make_interval(secs => ${GATE_LEASE_SECONDS}))))`;

export interface GateHold {
  gateId: string;
  attempt: number;
}

interface AdapterFile {
  id: string;
  sha256: string;
  /** Relative to HONE_HOME. */
  path: string;
}

export interface ClaimedGate extends GateHold {
  gate: Gate & {
    adapter: AdapterFile;
    liveAdapter: AdapterFile | null;
    baseModel: { id: string; sha256: string; name: string };
  };
}

/** Whether some Gate waits for a trainer, or has lost its own. Cheap: asked every second. */
export async function gateWaits(db: Db): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM "Gate" WHERE "status" = 'QUEUED' OR "status" = 'RUNNING' AND "leaseExpiresAt" < now() LIMIT 1`;
  return rows.length > 0;
}

/**
 * Takes the Gate that is next: by its schedule's priority, then by age. One whose trainer died is begun anew, unless its attempts are
 * spent. It is measured against what is live at this moment; where that is its own adapter, against what was live before. One statement on
 * the database's clock, so that of two trainers one wins.
 * @returns null when there is nothing to do
 */
export async function claimGate(db: Db, { owner }: { owner: string }): Promise<ClaimedGate | null> {
  return db.$transaction(async (tx) => {
    const lost = await tx.$queryRaw<{ id: string; adapterId: string }[]>`
      UPDATE "Gate" SET "status" = 'FAILED', "finishedAt" = now(), "leaseOwner" = NULL, "leaseExpiresAt" = NULL, "errorCode" = 'TRAINER_LOST',
        "error" = 'The trainer died ' || "attempt" || ' times during this gate; look into its log for the reason, most often too little memory.'
      WHERE "status" = 'RUNNING' AND "leaseExpiresAt" < now() AND "attempt" >= "maxAttempts" RETURNING "id", "adapterId"`;
    for (const gate of lost) await recordFailure(tx, gate, "TRAINER_LOST");
    const [claimed] = await tx.$queryRaw<{ id: string; attempt: number }[]>`
      UPDATE "Gate" SET "status" = 'RUNNING', "attempt" = "attempt" + 1, "leaseOwner" = ${owner},
        "leaseExpiresAt" = now() + make_interval(secs => ${GATE_LEASE_SECONDS}), "startedAt" = now(), "progress" = NULL,
        "liveAdapterId" = (SELECT beside."adapterId" FROM "Deployment" live JOIN "Deployment" beside
            ON beside."id" = live."id" OR live."adapterId" = "Gate"."adapterId" AND beside."slot" = live."slot" AND beside."number" < live."number"
          WHERE live."slot" = 'default' AND live."deactivatedAt" IS NULL AND live."baseModelId" = "Gate"."baseModelId"
            AND beside."baseModelId" = live."baseModelId" AND beside."adapterId" IS DISTINCT FROM "Gate"."adapterId"
          ORDER BY beside."number" DESC LIMIT 1)
      WHERE "id" = (SELECT gate."id" FROM "Gate" gate
        LEFT JOIN "ScheduleFiring" firing ON firing."id" = gate."firingId" LEFT JOIN "Schedule" schedule ON schedule."id" = firing."scheduleId"
        WHERE (gate."status" = 'QUEUED' OR gate."status" = 'RUNNING' AND gate."leaseExpiresAt" < now()) AND gate."attempt" < gate."maxAttempts"
        ORDER BY coalesce(schedule."priority", 0) DESC, gate."createdAt", gate."id" LIMIT 1 FOR UPDATE OF gate SKIP LOCKED)
      RETURNING "id", "attempt"`;
    if (!claimed) return null;
    await tx.evaluation.deleteMany({ where: { gateId: claimed.id } });
    await tx.gateSample.deleteMany({ where: { gateId: claimed.id } });
    const file = { select: { id: true, sha256: true, path: true } } as const;
    const gate = await tx.gate.findUniqueOrThrow({
      where: { id: claimed.id },
      include: { adapter: file, liveAdapter: file, baseModel: true },
    });
    return { gateId: claimed.id, attempt: claimed.attempt, gate };
  });
}

/** Renews the lease, and adds what passed since the last time to the Gate's costs. "lost": stop and write nothing more; also when it was called off. */
export async function beatGate(db: Db, { gateId, attempt }: GateHold): Promise<"ok" | "lost"> {
  const count = await db.$executeRaw`
    UPDATE "Gate" SET "deviceSeconds" = "deviceSeconds" + ${SINCE_LAST_BEAT}, "leaseExpiresAt" = now() + make_interval(secs => ${GATE_LEASE_SECONDS})
    WHERE "id" = ${gateId}::uuid AND "attempt" = ${attempt} AND "status" = 'RUNNING'`;
  return count === 1 ? "ok" : "lost";
}

/** For the page; a ghost's word is dropped. */
export async function setGateProgress(db: Db, { gateId, attempt }: GateHold, progress: GateProgress): Promise<void> {
  await db.gate.updateMany({ where: { id: gateId, attempt, status: "RUNNING" }, data: { progress } });
}

export interface MeasuredSuite extends SuiteVerdict {
  suite: Suite;
  metrics: Record<string, number>;
  seconds: number;
}

/** Keeps what one suite found, for the page to show while the others go on. @returns false when the hold is lost */
export async function recordSuite(db: Db, hold: GateHold, measured: MeasuredSuite): Promise<boolean> {
  return db.$transaction(async (tx) => {
    if (!(await lockHeld(tx, hold))) return false;
    const { suite, status, threshold, reason, seconds } = measured;
    const finite = Object.entries(measured.metrics).filter(([, value]) => Number.isFinite(value));
    const metrics = metricsSchema.parse(Object.fromEntries(finite));
    const row = { status, metrics, reason, seconds, ...(threshold && { threshold }) };
    await tx.evaluation.create({ data: { gateId: hold.gateId, suite, ...row } });
    return true;
  });
}

export interface MeasuredSample {
  suite: Suite;
  prompt: Turns;
  candidate: string;
  live: string;
  figures: Record<string, number>;
  telling: number;
  flipped: boolean;
}

/**
 * Ends a Gate that was measured: samples, verdict, what it means for the adapter, and the event, in one transaction.
 * @returns false when the hold is lost and nothing was written
 */
export async function finishGate(
  db: Db,
  hold: GateHold,
  { verdict, samples, now }: { verdict: Verdict; samples: readonly MeasuredSample[]; now: Date },
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const gate = await lockHeld(tx, hold);
    if (!gate) return false;
    const { gateId } = hold;
    const turns = (prompt: Turns) => prompt.map(({ role, content }) => ({ role, content: storable(content) }));
    await tx.gateSample.createMany({
      data: samples.map((sample, ordinal) => ({
        ...{ ...sample, gateId, ordinal, prompt: turns(sample.prompt) },
        ...{ candidate: storable(sample.candidate), live: storable(sample.live) },
      })),
    });
    await end(tx, gateId, { status: verdict.status, verdict: verdict.sentences, finishedAt: now });
    // Measured again after a refusal, it may be let through; one that is live or retired stays what it is.
    const [from, to] =
      verdict.status === "REFUSED" ? (["CANDIDATE", "REJECTED"] as const) : (["REJECTED", "CANDIDATE"] as const);
    await tx.adapter.updateMany({ where: { id: gate.adapterId, status: from }, data: { status: to } });
    const kind = { PASSED: "gate.passed", UNDECIDED: "gate.undecided", REFUSED: "gate.refused" } as const;
    const why = verdict.sentences.find(({ code }) => code.startsWith("SUITE_"))?.values.suite ?? null;
    await recordEvent(tx, {
      kind: kind[verdict.status],
      subject: `Gate:${gateId}`,
      data: { gateId, adapterId: gate.adapterId, suite: why },
    });
    return true;
  });
}

/** Ends a Gate that could not be measured. @returns false when the hold is lost */
export async function failGate(
  db: Db,
  hold: GateHold,
  { error, errorCode, now }: { error: string; errorCode: ErrorCode; now: Date },
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const gate = await lockHeld(tx, hold);
    if (!gate) return false;
    await end(tx, hold.gateId, { status: "FAILED", error: storable(error), errorCode, finishedAt: now });
    await recordFailure(tx, { id: hold.gateId, adapterId: gate.adapterId }, errorCode);
    return true;
  });
}

const recordFailure = (tx: Tx, { id, adapterId }: { id: string; adapterId: string }, errorCode: ErrorCode) =>
  recordEvent(tx, { kind: "gate.failed", subject: `Gate:${id}`, data: { gateId: id, adapterId, errorCode } });

/** Gives a Gate back, because the trainer is shutting down: it is begun anew, and this does not count as an attempt. */
export async function returnGate(db: Db, { gateId, attempt }: GateHold): Promise<boolean> {
  const { count } = await db.gate.updateMany({
    where: { id: gateId, attempt, status: "RUNNING" },
    data: { status: "QUEUED", maxAttempts: { increment: 1 }, progress: undefined, ...NO_LEASE },
  });
  return count === 1;
}

const NO_LEASE = { leaseOwner: null, leaseExpiresAt: null } as const;

async function end(
  tx: Tx,
  id: string,
  data: Partial<Pick<Gate, "status" | "error" | "errorCode">> & { finishedAt: Date; verdict?: Verdict["sentences"] },
): Promise<void> {
  await tx.$executeRaw`UPDATE "Gate" SET "deviceSeconds" = "deviceSeconds" + ${SINCE_LAST_BEAT} WHERE "id" = ${id}::uuid`;
  await tx.gate.update({ where: { id }, data: { ...data, ...NO_LEASE } });
}

async function lockHeld(tx: Tx, { gateId, attempt }: GateHold): Promise<{ adapterId: string } | undefined> {
  const rows = await tx.$queryRaw<{ adapterId: string }[]>`
    SELECT "adapterId" FROM "Gate" WHERE "id" = ${gateId}::uuid AND "attempt" = ${attempt} AND "status" = 'RUNNING' FOR UPDATE`;
  return rows[0];
}
