/** A ranking: submitted, and taken back. Each is one transaction with its event, the pairs that follow and the state of the queue. */

import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";
import { type AnnotationServices, lockQueue } from "./annotation-queue.ts";
import { assertHeld, findAssignment, type Held, viewTask } from "./assignment.ts";
import { settleComparison } from "./comparison-state.ts";
import { retractEdits, storeEdit } from "./edit.ts";
import { quarantineBelowBar } from "./gold-store.ts";
import { recordJudgement } from "./judgement-store.ts";
import { lockPrompt, rederivePairs } from "./pair-store.ts";
import { checkedRanking } from "./ranking-check.ts";
import { rewriteKey } from "./ranking-view.ts";
import { getSetting } from "./setting.ts";
import type { NextTask, SubmittedTask } from "./views.ts";

interface Submission extends SubmittedTask {
  assignmentId: string;
  /** As the page measured it; never longer than the lease itself. */
  durationMs: number;
}

/**
 * Stores the annotator's order of the replies. Submitting the same task again (a lost answer, an impatient finger) changes nothing
 * and returns what there is.
 */
export async function submitRanking(
  services: AnnotationServices & { env: Pick<Env, "MAX_MESSAGE_CHARACTERS"> },
  raterId: string,
  { assignmentId, durationMs, ...task }: Submission,
): Promise<{ rankingId: string }> {
  const { db, env } = services;
  const now = services.now();
  const { rankingId, isCheck } = await db.$transaction(async (tx) => {
    await lockQueue(tx);
    const held = await findAssignment(tx, raterId, assignmentId);
    const known = await standingRanking(tx, raterId, held);
    if (held.state === "SUBMITTED" && known) return { rankingId: known.id, isCheck: false };
    await assertHeld(tx, raterId, held, now);
    const checked = checkedRanking(task, held.shown, env.MAX_MESSAGE_CHARACTERS);
    const { promptId } = held.comparison;
    await lockPrompt(tx, promptId);
    const isCheck = held.round > 0 || held.comparison.gold !== null;
    const took = Math.min(durationMs, Math.max(0, now.getTime() - held.leasedAt.getTime()));
    const rankingId = await storeRanking(tx, raterId, held, { ...checked, durationMs: took, now });
    await recordJudgement(tx, {
      ...{ promptId, raterId, kind: "RANKING", subjectId: rankingId },
      judgement: {
        comparisonId: held.comparisonId,
        ranks: checked.ranks,
        allBad: checked.allBad,
        teaches: !isCheck,
      },
    });
    if (checked.rewrite) await storeRewrite(tx, raterId, checked.rewrite, rewriteKey(rankingId, now));
    await rederivePairs(tx, promptId);
    await tx.assignment.update({ where: { id: assignmentId }, data: { state: "SUBMITTED", endedAt: now } });
    await settleComparison(tx, held.comparisonId, now);
    return { rankingId, isCheck };
  });
  // Its own transaction: it touches pairs of many prompts, of which only one is locked above.
  if (isCheck) await quarantineBelowBar(services, raterId, await getSetting(db, "raterBar"));
  return { rankingId };
}

const standingRanking = (tx: Tx, raterId: string, { comparisonId, round }: Held) =>
  tx.ranking.findFirst({ where: { comparisonId, raterId, round, withdrawnAt: null }, select: { id: true } });

/** A ranking that was taken back is written over: one person says one thing about a Comparison and round. */
async function storeRanking(
  tx: Tx,
  raterId: string,
  { comparisonId, round, shown }: Held,
  { ranks, labels, allBad, comment, durationMs, now }: SubmittedTask & { durationMs: number; now: Date },
): Promise<string> {
  const content = { shown, allBad, comment, durationMs, createdAt: now };
  const { id: rankingId } = await tx.ranking.upsert({
    where: { comparisonId_raterId_round: { comparisonId, raterId, round } },
    create: { comparisonId, raterId, round, ...content },
    update: { ...content, withdrawnAt: null },
    select: { id: true },
  });
  await tx.rankingEntry.deleteMany({ where: { rankingId } });
  await tx.rankingEntry.createMany({ data: ranks.map((entry) => ({ rankingId, ...entry })) });
  await tx.replyLabel.deleteMany({ where: { rankingId } });
  await tx.replyLabel.createMany({ data: labels.map((label) => ({ rankingId, ...label })) });
  return rankingId;
}

/** The rewritten reply is an Edit like any other, shown in no conversation. A text that did not change is none. */
async function storeRewrite(
  tx: Tx,
  authorId: string,
  { messageId, content }: { messageId: string; content: string },
  requestKey: string,
): Promise<void> {
  const original = await tx.message.findUniqueOrThrow({ where: { id: messageId }, select: { content: true } });
  if (original.content.trim() === content.trim()) return;
  await storeEdit(tx, { originalId: messageId, authorId, content, forComparison: true, requestKey });
}

/** How long ago a ranking may be to be taken back. */
export const UNDO_MS = 30 * 60_000;

/** The ranking that `undoRanking` would take back. */
export const lastRanking = (db: Db | Tx, raterId: string, now: Date) =>
  db.ranking.findFirst({
    where: {
      raterId,
      withdrawnAt: null,
      createdAt: { gt: new Date(now.getTime() - UNDO_MS) },
      comparison: { reason: { not: "CHAT" }, status: { not: "CLOSED" } },
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { id: true, createdAt: true, round: true, comparisonId: true, comparison: { select: { promptId: true } } },
  });

/** Takes the annotator's last ranking back and lends them its task again, with what they had said. */
export async function undoRanking({ db, now }: AnnotationServices, raterId: string): Promise<NextTask> {
  const assignmentId = await db.$transaction(async (tx) => {
    await lockQueue(tx);
    const at = now();
    const ranking = await lastRanking(tx, raterId, at);
    if (!ranking) {
      throw new AppError(
        "NOTHING_TO_UNDO",
        "There is no ranking of yours from the last half hour; nothing was changed.",
      );
    }
    const { comparisonId, round } = ranking;
    const { promptId } = ranking.comparison;
    await lockPrompt(tx, promptId);
    await withdraw(tx, raterId, { ...ranking, promptId, at });
    // One task at a time: what was lent in between goes back, and comes again.
    await tx.assignment.updateMany({
      where: { raterId, state: "LEASED" },
      data: { state: "EXPIRED", endedAt: at },
    });
    const expiresAt = new Date(at.getTime() + (await getSetting(tx, "leaseMinutes")) * 60_000);
    const { id } = await tx.assignment.update({
      where: { comparisonId_raterId_round: { comparisonId, raterId, round } },
      data: { state: "LEASED", endedAt: null, leasedAt: at, expiresAt },
      select: { id: true },
    });
    await settleComparison(tx, comparisonId, at);
    return id;
  });
  return { task: await viewTask(db, assignmentId) };
}

async function withdraw(
  tx: Tx,
  raterId: string,
  { promptId, at, ...ranking }: { id: string; createdAt: Date; promptId: string; at: Date },
): Promise<void> {
  await tx.ranking.update({ where: { id: ranking.id }, data: { withdrawnAt: at } });
  await recordJudgement(tx, { promptId, raterId, kind: "RANKING", subjectId: ranking.id, judgement: null });
  const rewritten = await tx.edit.findFirst({
    where: { authorId: raterId, withdrawnAt: null, edited: { requestKey: rewriteKey(ranking.id, ranking.createdAt) } },
    select: { originalId: true },
  });
  if (rewritten) await retractEdits(tx, { originalId: rewritten.originalId, authorId: raterId });
  await rederivePairs(tx, promptId);
}
