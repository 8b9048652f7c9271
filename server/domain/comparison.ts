/** What admins do with Comparisons: ask for one, make one known (gold), take it off the queue and put it back. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { lockQueue } from "./annotation-queue.ts";
import { recordAudit } from "./audit.ts";
import { openComparisonFor } from "./comparison-open.ts";
import { settleComparison } from "./comparison-state.ts";
import { getComparison } from "./comparison-view.ts";
import { isUniqueViolation } from "./database-errors.ts";
import { goldSchema } from "./gold.ts";
import { restateRankings } from "./judgement-store.ts";
import { lockPrompt, rederivePairs } from "./pair-store.ts";
import type { AuditAction } from "./views/audit.ts";
import type { ComparisonView, Ranked } from "./views.ts";

/** What an admin's act needs. */
interface Act {
  db: Db;
  now: () => Date;
  actorId: string;
}

/** Asks annotators about the prompt of a reply (or the prompt itself). One that is open about it already is returned. */
export async function requestComparison({ db, now, actorId }: Act, messageId: string): Promise<ComparisonView> {
  const message = await db.message.findUnique({
    where: { id: messageId },
    select: {
      ...{ id: true, role: true, parentId: true },
      conversation: {
        select: { deletedAt: true, trainingOptOut: true, user: { select: { trainingOptOut: true } } },
      },
    },
  });
  if (!message || message.conversation.deletedAt) throw notFound("message");
  const promptId = message.role === "USER" ? message.id : message.parentId;
  if (!promptId || message.role === "SYSTEM") {
    throw new AppError("INVALID_INPUT", "Expected a reply or its prompt, found a message that answers nothing.");
  }
  if (message.conversation.trainingOptOut || message.conversation.user.trainingOptOut) {
    throw new AppError("OPTED_OUT", "This conversation was opted out of training; annotators cannot be shown it.");
  }
  const id = await db.$transaction(async (tx) => {
    const opened = await openComparisonFor(tx, { promptId, reason: "REQUESTED", createdById: actorId });
    if (opened) {
      await recordAudit(tx, { actorId, action: "comparison.request", subject: `Comparison:${opened}` });
      return opened;
    }
    const open = await tx.comparison.findFirst({
      where: { promptId, status: { in: ["DRAFTING", "OPEN"] }, reason: { not: "CHAT" } },
      orderBy: { createdAt: "desc" },
      select: { id: true },
    });
    if (!open) throw notFound("prompt");
    return open.id;
  });
  return getComparison(db, id, now());
}

/** Makes the order of a Comparison's replies known, or unknown again. Rankings of a known one check raters and make no pairs. */
export async function setGold(act: Act, id: string, ranks: Ranked[] | null): Promise<ComparisonView> {
  await change(act, id, "comparison.setGold", async (tx, before) => {
    if (ranks === null && !before.gold) return null;
    if (ranks !== null) {
      await assertShowable(tx, before.promptId);
      await assertKnownOrder(tx, id, ranks);
    }
    const gold = ranks === null ? Prisma.DbNull : ranks.map(({ messageId, rank }) => ({ messageId, rank }));
    // A known task stays open for everybody; one that is known no more is done, and opens again if rankings are missing.
    const state =
      ranks !== null ? OPENED : before.status === "OPEN" ? { status: "DONE" as const, closedAt: act.now() } : {};
    await tx.comparison.update({ where: { id }, data: { gold, ...state } });
    await lockPrompt(tx, before.promptId);
    await restateRankings(tx, id);
    await rederivePairs(tx, before.promptId);
    await settleComparison(tx, id, act.now());
    return { gold: ranks !== null };
  });
  return getComparison(act.db, id, act.now());
}

const OPENED = { status: "OPEN", closedAt: null } as const;

async function assertKnownOrder(tx: Tx, comparisonId: string, ranks: Ranked[]): Promise<void> {
  const candidates = await tx.comparisonCandidate.findMany({ where: { comparisonId }, select: { messageId: true } });
  if (candidates.length === 0) {
    throw new AppError("ILLEGAL_STATE", "The replies are still being drafted; set their order when they are there.");
  }
  const given = new Set(ranks.map(({ messageId }) => messageId));
  if (
    given.size !== ranks.length ||
    given.size !== candidates.length ||
    candidates.some((c) => !given.has(c.messageId))
  ) {
    throw new AppError(
      "INVALID_INPUT",
      `Expected each of the ${candidates.length} replies once, found ${ranks.length}; place them all.`,
    );
  }
  if (!goldSchema.safeParse(ranks).success) {
    throw new AppError("INVALID_INPUT", "A known order must prefer one reply at least; place them differently.");
  }
}

/** Takes it off the queue; leases on it end. Rankings it has stay, and so do their pairs. */
export async function closeComparison(act: Act, id: string): Promise<ComparisonView> {
  await change(act, id, "comparison.close", async (tx, { status }) => {
    if (status === "CLOSED") return null;
    const now = act.now();
    await tx.comparison.update({ where: { id }, data: { status: "CLOSED", closedAt: now } });
    await tx.assignment.updateMany({
      where: { comparisonId: id, state: "LEASED" },
      data: { state: "EXPIRED", endedAt: now },
    });
    return { status: "CLOSED" };
  });
  return getComparison(act.db, id, act.now());
}

/** Puts it back on the queue; one that has all rankings it wanted wants another one. */
export async function reopenComparison(act: Act, id: string): Promise<ComparisonView> {
  try {
    await change(act, id, "comparison.reopen", async (tx, { status, promptId, wanted, gold }) => {
      if (status === "OPEN" || status === "DRAFTING") return null;
      await assertShowable(tx, promptId);
      const candidates = await tx.comparisonCandidate.count({ where: { comparisonId: id } });
      const rankings = await tx.ranking.count({ where: { comparisonId: id, round: 0, withdrawnAt: null } });
      const more = gold ? wanted : Math.min(MOST_WANTED, Math.max(wanted, rankings + 1));
      const next = candidates >= 2 ? "OPEN" : "DRAFTING";
      await tx.comparison.update({ where: { id }, data: { status: next, closedAt: null, wanted: more } });
      return { status: next, wanted: more };
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError("CONFLICT", "Another comparison about this prompt is open; close that one first.");
  }
  return getComparison(act.db, id, act.now());
}

/** As the check in the database has it. */
const MOST_WANTED = 20;

async function assertShowable(tx: Tx, promptId: string): Promise<void> {
  const prompt = await tx.message.findFirst({
    where: {
      id: promptId,
      conversation: { deletedAt: null, trainingOptOut: false, user: { trainingOptOut: false, erasedAt: null } },
    },
    select: { id: true },
  });
  if (!prompt) {
    throw new AppError(
      "OPTED_OUT",
      "Its conversation was deleted or opted out of training; annotators cannot be shown it.",
    );
  }
}

interface Before {
  promptId: string;
  status: "DRAFTING" | "OPEN" | "DONE" | "CLOSED";
  wanted: number;
  gold: Prisma.JsonValue | null;
}

/** One act on one Comparison, with its line in the audit trail. `work` says what changed, or null where nothing did. */
async function change(
  { db, actorId }: Act,
  id: string,
  action: AuditAction,
  work: (tx: Tx, before: Before) => Promise<Prisma.InputJsonObject | null>,
): Promise<void> {
  await db.$transaction(async (tx) => {
    await lockQueue(tx);
    const found = await tx.comparison.findFirst({
      where: { id, reason: { not: "CHAT" } }, // drafts side by side are the person's own
      select: { promptId: true, status: true, wanted: true, gold: true },
    });
    if (!found) throw notFound("comparison");
    const after = await work(tx, found);
    if (!after) return;
    const before = { status: found.status, wanted: found.wanted, gold: found.gold !== null };
    await recordAudit(tx, { actorId, action, subject: `Comparison:${id}`, before, after });
  });
}
