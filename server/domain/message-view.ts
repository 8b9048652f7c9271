/** Messages as the pages see them, and the order in which a conversation's tree is told. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { isErrorCode, notFound } from "../errors.ts";
import type { FeedbackView, MessageView } from "./views.ts";

/** Columns of a Message with the viewer's own feedback. Token ids and log-probabilities stay in the database. */
export const messageRow = (viewerId: string) =>
  ({
    id: true,
    parentId: true,
    role: true,
    content: true,
    status: true,
    createdAt: true,
    errorCode: true,
    endReason: true,
    adapterSha256: true,
    deployment: { select: { id: true, number: true, adapterId: true } },
    edit: { select: { id: true, originalId: true, withdrawnAt: true } },
    feedback: { where: { raterId: viewerId }, select: { value: true, reasons: true, comment: true } },
  }) as const satisfies Prisma.MessageSelect;

type Row = Prisma.MessageGetPayload<{ select: ReturnType<typeof messageRow> }>;

export function viewMessage(row: Row): MessageView {
  const { id, parentId, role, content, status, createdAt, endReason, deployment, adapterSha256, errorCode, edit } = row;
  return {
    id,
    parentId,
    role,
    content,
    status,
    createdAt,
    endReason,
    release: deployment && {
      deploymentId: deployment.id,
      number: deployment.number,
      adapterId: deployment.adapterId,
      adapterSha256,
    },
    feedback: row.feedback[0] ? viewFeedback(row.feedback[0]) : null,
    edit: edit && { editId: edit.id, originalId: edit.originalId, withdrawn: edit.withdrawnAt !== null },
    error: errorCode === null ? null : isErrorCode(errorCode) ? errorCode : "INTERNAL",
  };
}

export function viewFeedback(row: { value: number; reasons: string[]; comment: string | null }): FeedbackView {
  return { value: row.value > 0 ? 1 : -1, reasons: row.reasons, comment: row.comment };
}

/** A message of one of the viewer's conversations. */
export async function readMessage(db: Db | Tx, viewerId: string, id: string): Promise<MessageView> {
  const row = await db.message.findFirst({
    where: { id, forComparison: false, conversation: { userId: viewerId } },
    select: messageRow(viewerId),
  });
  if (!row) throw notFound("message");
  return viewMessage(row);
}

/**
 * Parents before children, siblings oldest first. A prompt and its reply are born in the same instant, so their dates alone
 * do not tell.
 */
export function parentsFirst<M extends { id: string; parentId: string | null; createdAt: Date }>(
  messages: readonly M[],
): M[] {
  const byAge = [...messages].sort(
    (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  const children = new Map<string | null, M[]>();
  for (const message of byAge) children.set(message.parentId, [...(children.get(message.parentId) ?? []), message]);
  const ordered = [...(children.get(null) ?? [])];
  for (const message of ordered) ordered.push(...(children.get(message.id) ?? []));
  return ordered;
}
