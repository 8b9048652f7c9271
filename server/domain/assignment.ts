/** Lending tasks to annotators: the next one, its lease, keeping it, passing it on, and what they see of it. */

import type { AssignmentState, ComparisonStatus } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import {
  type AnnotationServices,
  findGold,
  findOrdinary,
  findRepeat,
  hasPlace,
  lockQueue,
  whyNothing,
} from "./annotation-queue.ts";
import { turnsOf } from "./comparison-view.ts";
import { isCheckDue, lookBack, shuffled } from "./gold.ts";
import { previousSubmission } from "./ranking-view.ts";
import { getSetting } from "./setting.ts";
import type { NextTask, NO_TASK_REASONS, SkipReason, TaskView } from "./views.ts";

/** However often a lease is renewed, it ends this long after it began: a page left open is no work. */
const MOST_HELD_MS = 2 * 3600_000;

const leaseMs = async (tx: Tx) => (await getSetting(tx, "leaseMinutes")) * 60_000;

type Lent = { assignmentId: string } | { why: (typeof NO_TASK_REASONS)[number] };

/** The task this annotator has, or the next one. */
export async function nextTask(services: AnnotationServices, raterId: string): Promise<NextTask> {
  const found = await services.db.$transaction(async (tx): Promise<Lent> => {
    await lockQueue(tx);
    const now = services.now();
    const held = await tx.assignment.findFirst({
      where: { raterId, state: "LEASED", expiresAt: { gt: now } },
      select: { id: true },
    });
    if (held) return { assignmentId: held.id };
    const trust = await tx.raterTrust.findUnique({ where: { raterId }, select: { quarantinedAt: true } });
    if (trust?.quarantinedAt) return { why: "PAUSED" };
    const task = (await findLapsed(tx, raterId, now)) ?? (await chooseTask(services, tx, raterId));
    if (!task) return { why: await whyNothing(tx, raterId) };
    return { assignmentId: await lend(services, tx, raterId, task) };
  });
  if ("why" in found) return { task: null, why: found.why };
  return { task: await viewTask(services.db, found.assignmentId) };
}

/** A task whose lease ran out on this annotator while nobody else took it: what they wrote is still on their page. */
async function findLapsed(tx: Tx, raterId: string, now: Date) {
  const lapsed = await tx.assignment.findFirst({
    where: {
      raterId,
      OR: [{ state: "LEASED" }, { state: "EXPIRED", endedAt: { gt: new Date(now.getTime() - MOST_HELD_MS) } }],
      comparison: { status: "OPEN", prompt: { conversation: { deletedAt: null } } },
    },
    orderBy: { leasedAt: "desc" },
    select: { round: true, comparison: { select: { id: true, gold: true } } },
  });
  if (!lapsed) return null;
  const { round, comparison } = lapsed;
  const free = round > 0 || comparison.gold !== null || (await hasPlace(tx, comparison.id, raterId, now));
  return free ? { id: comparison.id, round: round === 0 ? (0 as const) : (1 as const) } : null;
}

/** A known task or a repeat where one is due and there is one, else the ordinary task that comes first. */
async function chooseTask({ now, random }: AnnotationServices, tx: Tx, raterId: string) {
  const [goldShare, repeatShare] = await Promise.all([getSetting(tx, "goldShare"), getSetting(tx, "repeatShare")]);
  const mine = { raterId, withdrawnAt: null, comparison: { reason: { not: "CHAT" as const } } };
  const before = await tx.ranking.count({ where: mine });
  const recent = await tx.ranking.findMany({
    where: mine,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: Math.max(lookBack(goldShare), lookBack(repeatShare)),
    select: { round: true, comparison: { select: { gold: true } } },
  });
  const wereGold = recent.map(({ comparison }) => comparison.gold !== null);
  if (isCheckDue(goldShare, before, wereGold, random)) {
    const gold = (await findGold(tx, raterId)) ?? (await findRepeat(tx, raterId, { gold: true }));
    if (gold) return gold;
  }
  const wereRepeats = recent.map(({ round, comparison }) => round > 0 && comparison.gold === null);
  if (isCheckDue(repeatShare, before, wereRepeats, random)) {
    const repeat = await findRepeat(tx, raterId, { gold: false });
    if (repeat) return repeat;
  }
  return findOrdinary(tx, raterId, now());
}

/** @returns id of the assignment */
async function lend(
  { now, random }: AnnotationServices,
  tx: Tx,
  raterId: string,
  { id: comparisonId, round }: { id: string; round: 0 | 1 },
): Promise<string> {
  const leasedAt = now();
  const lease = { leasedAt, expiresAt: new Date(leasedAt.getTime() + (await leaseMs(tx))) };
  const candidates = await tx.comparisonCandidate.findMany({ where: { comparisonId }, orderBy: { ordinal: "asc" } });
  const shown = shuffled(
    candidates.map(({ messageId }) => messageId),
    random,
  );
  const { id } = await tx.assignment.upsert({
    where: { comparisonId_raterId_round: { comparisonId, raterId, round } },
    create: { comparisonId, raterId, round, shown, ...lease },
    // The order stays as this annotator saw it before.
    update: { state: "LEASED", endedAt: null, ...lease },
    select: { id: true },
  });
  return id;
}

/** What the annotator is shown: no names, no weights, nothing that tells a known or repeated task from another. */
export async function viewTask(db: Db, assignmentId: string): Promise<TaskView> {
  const { expiresAt, shown, comparison, raterId, round } = await db.assignment.findUniqueOrThrow({
    where: { id: assignmentId },
    select: {
      ...{ expiresAt: true, shown: true, raterId: true, round: true },
      comparison: {
        select: {
          id: true,
          promptId: true,
          candidates: { select: { message: { select: { id: true, content: true } } } },
        },
      },
    },
  });
  const contents = new Map(comparison.candidates.map(({ message }) => [message.id, message.content]));
  return {
    assignmentId,
    expiresAt,
    prompt: await turnsOf(db, comparison.promptId),
    replies: shown.map((messageId) => ({ messageId, content: contents.get(messageId) ?? "" })),
    previous: await previousSubmission(db, { comparisonId: comparison.id, raterId, round }),
  };
}

export interface Held {
  id: string;
  comparisonId: string;
  round: number;
  state: AssignmentState;
  shown: string[];
  leasedAt: Date;
  expiresAt: Date;
  comparison: { promptId: string; status: ComparisonStatus; gold: unknown; wanted: number };
}

/** The annotator's own assignment. The queue must be locked where it is going to be changed. */
export async function findAssignment(tx: Tx, raterId: string, id: string): Promise<Held> {
  const found = await tx.assignment.findFirst({
    where: { id, raterId },
    include: { comparison: { select: { promptId: true, status: true, gold: true, wanted: true } } },
  });
  if (!found) throw notFound("task");
  return found;
}

/**
 * Makes sure that a task may still be worked on. One whose lease ran out may, as long as nobody else has taken or filled its
 * place: the work is done, and refusing it would help nobody.
 */
export async function assertHeld(tx: Tx, raterId: string, held: Held, now: Date): Promise<void> {
  const { comparison, round, state, expiresAt } = held;
  if (comparison.status === "CLOSED") {
    throw new AppError("COMPARISON_CLOSED", "This task was taken off the queue meanwhile; take the next one.");
  }
  if (state === "SUBMITTED" || state === "SKIPPED") {
    throw new AppError("ILLEGAL_STATE", `This task is ${state} already; undo that first, or take the next one.`);
  }
  if (state === "LEASED" && expiresAt > now) return;
  const everyonesOwn = round > 0 || comparison.gold !== null;
  if (everyonesOwn || (await hasPlace(tx, held.comparisonId, raterId, now))) return;
  throw new AppError("LEASE_EXPIRED", "The lease on this task ran out and its place is taken; take the next one.");
}

const holdsAnother = async (tx: Tx, raterId: string, id: string, now: Date) =>
  (await tx.assignment.count({ where: { raterId, id: { not: id }, state: "LEASED", expiresAt: { gt: now } } })) > 0;

/** Keeps a task for another while. */
export async function renewLease(
  { db, now }: AnnotationServices,
  raterId: string,
  assignmentId: string,
): Promise<{ expiresAt: Date }> {
  return db.$transaction(async (tx) => {
    await lockQueue(tx);
    const held = await findAssignment(tx, raterId, assignmentId);
    await assertHeld(tx, raterId, held, now());
    if (await holdsAnother(tx, raterId, assignmentId, now())) {
      throw new AppError(
        "LEASE_EXPIRED",
        "The lease on this task ran out, and you have another one now; go on with that.",
      );
    }
    const most = held.leasedAt.getTime() + MOST_HELD_MS;
    const expiresAt = new Date(Math.min(now().getTime() + (await leaseMs(tx)), most));
    if (expiresAt <= now()) {
      throw new AppError(
        "LEASE_EXPIRED",
        "This task was held for two hours, longer than any lease; take the next one.",
      );
    }
    await tx.assignment.update({
      where: { id: assignmentId },
      data: { state: "LEASED", endedAt: null, expiresAt },
    });
    return { expiresAt };
  });
}

/** Passes a task on: this annotator does not get it again, others do. */
export async function skipTask(
  { db, now }: AnnotationServices,
  raterId: string,
  { assignmentId, reason }: { assignmentId: string; reason: SkipReason },
): Promise<{ assignmentId: string }> {
  return db.$transaction(async (tx) => {
    await lockQueue(tx);
    const { state } = await findAssignment(tx, raterId, assignmentId);
    if (state === "SUBMITTED") {
      throw new AppError("ILLEGAL_STATE", "This task is SUBMITTED already; undo that first, or take the next one.");
    }
    await tx.assignment.update({
      where: { id: assignmentId },
      data: { state: "SKIPPED", skipReason: reason, endedAt: now() },
    });
    return { assignmentId };
  });
}

/** Ends the leases that ran out. Lending does not depend on it; the admins' page does. */
export async function endLeases(db: Db, now: Date): Promise<void> {
  await db.$executeRaw`
    UPDATE "Assignment" SET "state" = 'EXPIRED', "endedAt" = "expiresAt" WHERE "state" = 'LEASED' AND "expiresAt" <= ${now}`;
}
