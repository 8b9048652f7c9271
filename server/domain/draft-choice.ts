/** Choosing between drafts side by side: a Ranking by the person who asked, its line in the log, and the pairs that follow. */

import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { openComparisonFor } from "./comparison-open.ts";
import { DRAFTS, viewDrafts } from "./draft-view.ts";
import { choiceFrom, lockPrompt, recordJudgement } from "./judgement-store.ts";
import { isFinal } from "./message-status.ts";
import { rederivePairs } from "./pair-store.ts";
import type { DraftChoice, DraftsView } from "./views.ts";

/** What the person who asked says of the drafts; said again, it replaces what was said before. */
export async function chooseDraft(
  db: Db,
  viewerId: string,
  { comparisonId, choice }: { comparisonId: string; choice: DraftChoice },
): Promise<DraftsView> {
  return db.$transaction(async (tx) => {
    const promptId = await lockDrafts(tx, viewerId, comparisonId);
    const before = await readDrafts(tx, comparisonId);
    if (JSON.stringify(before.choice) === JSON.stringify(choice)) return before;
    const entries = await entriesOf(tx, comparisonId, choice);
    const rankingId = await storeRanking(tx, viewerId, { comparisonId, choice, entries, shown: before.shown });
    const judgement = { comparisonId, choice: choice.kind, ...choiceFrom(entries) };
    await recordJudgement(tx, { promptId, raterId: viewerId, kind: "CHOICE", subjectId: rankingId, judgement });
    await tx.comparison.update({ where: { id: comparisonId }, data: { status: "DONE", closedAt: new Date() } });
    await rederivePairs(tx, promptId);
    // Who finds all of them bad dislikes them, and somebody should say what would be better.
    if (choice.kind === "BOTH_BAD") await openComparisonFor(tx, { promptId, reason: "DISLIKED" });
    return readDrafts(tx, comparisonId);
  });
}

/** Takes the choice back: the drafts stand side by side again. */
export async function unchooseDraft(db: Db, viewerId: string, comparisonId: string): Promise<DraftsView> {
  return db.$transaction(async (tx) => {
    const promptId = await lockDrafts(tx, viewerId, comparisonId);
    const ranking = await tx.ranking.findFirst({ where: { comparisonId, withdrawnAt: null }, select: { id: true } });
    if (ranking) {
      await tx.ranking.update({ where: { id: ranking.id }, data: { withdrawnAt: new Date() } });
      const withdrawn = { raterId: viewerId, kind: "CHOICE", subjectId: ranking.id, judgement: null } as const;
      await recordJudgement(tx, { promptId, ...withdrawn });
      await tx.comparison.update({ where: { id: comparisonId }, data: { status: "OPEN", closedAt: null } });
      await rederivePairs(tx, promptId);
    }
    return readDrafts(tx, comparisonId);
  });
}

/** Drafts of the viewer's own conversation, their prompt locked. */
async function lockDrafts(tx: Tx, viewerId: string, comparisonId: string): Promise<string> {
  const row = await tx.comparison.findFirst({
    where: { id: comparisonId, reason: "CHAT", prompt: { conversation: { userId: viewerId, deletedAt: null } } },
    select: { promptId: true },
  });
  if (!row) throw notFound("comparison");
  await lockPrompt(tx, row.promptId);
  return row.promptId;
}

async function readDrafts(tx: Tx, id: string): Promise<DraftsView> {
  return viewDrafts(await tx.comparison.findUniqueOrThrow({ where: { id }, select: DRAFTS }));
}

interface Entry {
  messageId: string;
  rank: number;
  whole: boolean;
  finishedAt: Date | null;
}

/** The places that a choice gives. Drafts that failed have none; "both bad" gives none. */
async function entriesOf(tx: Tx, comparisonId: string, choice: DraftChoice): Promise<Entry[]> {
  const candidates = await tx.comparisonCandidate.findMany({
    where: { comparisonId },
    orderBy: { ordinal: "asc" },
    select: { messageId: true, message: { select: { status: true, content: true, finishedAt: true } } },
  });
  if (candidates.some(({ message }) => !isFinal(message.status))) {
    throw new AppError("REPLY_RUNNING", "Not all drafts are written yet; wait for them or stop them, then choose.");
  }
  const usable = candidates.filter(({ message }) => message.status !== "FAILED");
  if (choice.kind === "PICK" && !usable.some(({ messageId }) => messageId === choice.messageId)) {
    if (!candidates.some(({ messageId }) => messageId === choice.messageId)) throw notFound("reply");
    throw new AppError("REPLY_NOT_READY", "This draft failed, so it cannot be chosen; choose another.");
  }
  if (choice.kind === "TIE" && usable.length < 2) {
    throw new AppError("ILLEGAL_STATE", "A tie needs two drafts, and only one was written; choose that one or none.");
  }
  if (choice.kind === "BOTH_BAD") return [];
  return usable.map(({ messageId, message: { status, content, finishedAt } }) => ({
    ...{ messageId, finishedAt },
    rank: choice.kind === "TIE" || choice.messageId === messageId ? 1 : 2,
    whole: status === "COMPLETE" && content !== "",
  }));
}

interface NewRanking {
  comparisonId: string;
  choice: DraftChoice;
  entries: readonly Entry[];
  shown: string[];
}

/** One row per person and Comparison, whatever was said before. @returns its id */
async function storeRanking(
  tx: Tx,
  raterId: string,
  { comparisonId, choice, entries, shown }: NewRanking,
): Promise<string> {
  const said = { shown, allBad: choice.kind === "BOTH_BAD", durationMs: sinceLast(entries), withdrawnAt: null };
  const { id } = await tx.ranking.upsert({
    where: { comparisonId_raterId_round: { comparisonId, raterId, round: 0 } },
    create: { comparisonId, raterId, ...said },
    update: said,
    select: { id: true },
  });
  await tx.rankingEntry.deleteMany({ where: { rankingId: id } });
  await tx.rankingEntry.createMany({
    data: entries.map(({ messageId, rank }) => ({ rankingId: id, messageId, rank })),
  });
  return id;
}

const DAY_MS = 24 * 60 * 60_000;

/** How long the choice took from when all drafts were there, a day at most: nobody looks at them for longer. */
function sinceLast(entries: readonly Entry[]): number {
  const last = Math.max(...entries.map(({ finishedAt }) => finishedAt?.getTime() ?? 0), 0);
  return last === 0 ? 0 : Math.min(Math.max(Date.now() - last, 0), DAY_MS);
}
