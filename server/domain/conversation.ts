/** Conversations of a person: the list with its search, the whole tree of one, renaming, deleting, and keeping one out of training. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { closeComparisonsOf } from "./comparison-open.ts";
import { blinded, draftsOf } from "./draft-view.ts";
import { messageRow, parentsFirst, viewMessage } from "./message-view.ts";
import { pageOf } from "./page.ts";
import type { ConversationSummary, ConversationView, Page } from "./views.ts";

const SUMMARY = {
  id: true,
  title: true,
  createdAt: true,
  updatedAt: true,
  trainingOptOut: true,
} as const satisfies Prisma.ConversationSelect;

interface ListInput {
  search?: string;
  cursor?: string;
  limit: number;
}

/** Latest first. The search looks into titles and into everything that was said, capitals or not. */
export async function listConversations(
  db: Db,
  viewerId: string,
  { search, cursor, limit }: ListInput,
): Promise<Page<ConversationSummary>> {
  // One person's messages are few enough to be read through; what they have in common is the index on the person.
  const contains = search ? ({ contains: escapeLike(search), mode: "insensitive" } as const) : undefined;
  const rows = await db.conversation.findMany({
    where: {
      userId: viewerId,
      source: "CHAT",
      deletedAt: null,
      AND: [
        cursor ? before(cursor) : {},
        contains
          ? { OR: [{ title: contains }, { messages: { some: { content: contains, forComparison: false } } }] }
          : {},
      ],
    },
    orderBy: [{ updatedAt: "desc" }, { id: "desc" }],
    take: limit + 1,
    select: SUMMARY,
  });
  const page = pageOf(rows, limit, (row) => row);
  const last = page.items.at(-1);
  return { ...page, nextCursor: page.nextCursor && last ? `${last.updatedAt.toISOString()}_${last.id}` : null };
}

/** Signs that LIKE gives a meaning, taken literally. */
const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");

/**
 * Rows behind a cursor, which holds the values of the last row and not only its id: a conversation that moves to the top
 * meanwhile must not take the rest of the list with it.
 */
function before(cursor: string): Prisma.ConversationWhereInput {
  const [, date, id] = /^(\S+)_([0-9a-f-]{36})$/.exec(cursor) ?? [];
  const updatedAt = new Date(date ?? Number.NaN);
  if (!id || Number.isNaN(updatedAt.getTime())) {
    throw new AppError("INVALID_INPUT", "The cursor is none that this list gave; start from its top.");
  }
  return { OR: [{ updatedAt: { lt: updatedAt } }, { updatedAt, id: { lt: id } }] };
}

export async function getConversation(db: Db, viewerId: string, id: string): Promise<ConversationView> {
  const [row, drafts] = await Promise.all([
    db.conversation.findFirst({
      where: { id, userId: viewerId, deletedAt: null },
      select: {
        ...{ id: true, title: true, trainingOptOut: true },
        messages: { where: { forComparison: false }, select: messageRow(viewerId) },
      },
    }),
    draftsOf(db, id),
  ]);
  if (!row) throw notFound("conversation");
  const parents = new Set(row.messages.map(({ parentId }) => parentId));
  const messages = parentsFirst(row.messages)
    .map(viewMessage)
    .filter((message) => !message.edit?.withdrawn || parents.has(message.id));
  return {
    id: row.id,
    title: row.title,
    trainingOptOut: row.trainingOptOut,
    messages: blinded(messages, drafts),
    drafts,
  };
}

/** Nothing of the conversation enters a Dataset, or an annotator's queue, while it is opted out. */
export async function setConversationTraining(
  db: Db,
  viewerId: string,
  { id, optOut }: { id: string; optOut: boolean },
): Promise<ConversationSummary> {
  return db.$transaction(async (tx) => {
    const summary = await change(tx, viewerId, id, { deletedAt: null }, { trainingOptOut: optOut });
    if (optOut) await closeComparisonsOf(tx, { conversationId: id });
    return summary;
  });
}

export async function renameConversation(
  db: Db,
  viewerId: string,
  { id, title }: { id: string; title: string },
): Promise<ConversationSummary> {
  return change(db, viewerId, id, { deletedAt: null }, { title });
}

/** Hides it from its owner and keeps it out of every Dataset frozen from now on. */
export async function deleteConversation(db: Db, viewerId: string, id: string): Promise<{ id: string }> {
  await db.$transaction(async (tx) => {
    await change(tx, viewerId, id, { deletedAt: null }, { deletedAt: new Date() });
    await closeComparisonsOf(tx, { conversationId: id });
  });
  return { id };
}

export async function restoreConversation(db: Db, viewerId: string, id: string): Promise<ConversationSummary> {
  return change(db, viewerId, id, {}, { deletedAt: null });
}

async function change(
  db: Db | Tx,
  viewerId: string,
  id: string,
  where: Prisma.ConversationWhereInput,
  data: Prisma.ConversationUpdateManyMutationInput,
): Promise<ConversationSummary> {
  const rows = await db.conversation.updateManyAndReturn({
    where: { id, userId: viewerId, ...where },
    data,
    select: SUMMARY,
  });
  if (!rows[0]) throw notFound("conversation");
  return rows[0];
}
