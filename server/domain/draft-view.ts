/** How drafts side by side are shown, and that nobody is told who spoke them before the choice. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import type { DraftChoice, DraftsView, MessageView } from "./views.ts";

/** Columns of a Comparison of drafts, with the choice of the one person who may choose. */
export const DRAFTS = {
  id: true,
  promptId: true,
  candidates: { select: { messageId: true }, orderBy: { ordinal: "asc" } },
  rankings: {
    where: { withdrawnAt: null },
    select: { allBad: true, entries: { select: { messageId: true, rank: true } } },
  },
} as const satisfies Prisma.ComparisonSelect;

type DraftsRow = Prisma.ComparisonGetPayload<{ select: typeof DRAFTS }>;

export function viewDrafts({ id, promptId, candidates, rankings }: DraftsRow): DraftsView {
  const shown = candidates.map(({ messageId }) => messageId);
  return { comparisonId: id, promptId, shown, choice: rankings[0] ? choiceOf(rankings[0]) : null };
}

/** What a stored Ranking of drafts says. */
export function choiceOf({ allBad, entries }: DraftsRow["rankings"][number]): DraftChoice {
  if (allBad) return { kind: "BOTH_BAD" };
  const best = entries.filter(({ rank }) => rank === 1);
  return best.length === 1 ? { kind: "PICK", messageId: best[0]!.messageId } : { kind: "TIE" };
}

/** All drafts of a conversation, oldest first. */
export async function draftsOf(db: Db | Tx, conversationId: string): Promise<DraftsView[]> {
  const rows = await db.comparison.findMany({
    where: { reason: "CHAT", prompt: { conversationId } },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    select: DRAFTS,
  });
  return rows.map(viewDrafts);
}

/** Leaves out which weights spoke where the choice is still to be made: it is to be made by what was said. */
export function blinded(messages: readonly MessageView[], drafts: readonly DraftsView[]): MessageView[] {
  const open = new Set(drafts.flatMap(({ shown, choice }) => (choice ? [] : shown)));
  return messages.map((message) => (open.has(message.id) ? { ...message, release: null } : message));
}

/** The same for a message alone. */
export async function blindedMessage(db: Db, message: MessageView): Promise<MessageView> {
  const open = await db.comparisonCandidate.count({
    where: { messageId: message.id, comparison: { reason: "CHAT", status: "OPEN" } },
  });
  return open > 0 ? { ...message, release: null } : message;
}
