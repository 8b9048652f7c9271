/** A reply as somebody says it should have been: a sibling Message with the person's text, the Edit row, and the pair that follows. */

import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { editDistance } from "./edit-distance.ts";
import { lockPrompt, recordJudgement } from "./judgement-store.ts";
import { readMessage } from "./message-view.ts";
import { rederivePairs } from "./pair-store.ts";
import { editKey } from "./request-key.ts";
import type { MessageView } from "./views.ts";

interface EditInput {
  messageId: string;
  content: string;
  requestKey: string;
}

/**
 * Writes what a reply should have been. Given one's own text instead of the model's, that is written anew: the older text is
 * withdrawn and stays in the tree only where something was continued from it. The same request again makes nothing new.
 */
export async function editReply(
  { db, env }: { db: Db; env: Pick<Env, "MAX_MESSAGE_CHARACTERS"> },
  viewerId: string,
  { messageId, content, requestKey }: EditInput,
): Promise<MessageView> {
  if (content.trim() === "") {
    throw new AppError("INVALID_INPUT", "The text is empty; write the reply as it should have been.");
  }
  if (content.length > env.MAX_MESSAGE_CHARACTERS) {
    throw new AppError(
      "INVALID_INPUT",
      `The text has ${content.length} characters, at most ${env.MAX_MESSAGE_CHARACTERS} are allowed; shorten it.`,
    );
  }
  const editedId = await db.$transaction(async (tx) => {
    const original = await originalOf(tx, viewerId, messageId);
    if (original.status !== "COMPLETE" && original.status !== "INTERRUPTED") {
      throw new AppError(
        "REPLY_NOT_READY",
        original.status === "FAILED"
          ? "This reply failed, so there is nothing to edit; ask for it again."
          : "This reply is still being written; edit it when it is done.",
      );
    }
    await lockPrompt(tx, original.promptId);
    const { conversationId } = original;
    const again = await tx.message.findUnique({
      where: { conversationId_requestKey: { conversationId, requestKey: editKey(requestKey) } },
      select: { id: true, content: true, edit: { select: { originalId: true } } },
    });
    if (again) {
      if (again.content === content && again.edit?.originalId === original.id) return again.id;
      throw new AppError("CONFLICT", "This requestKey belongs to another request; make a new key for a new request.");
    }
    const { editedId } = await storeEdit(tx, {
      ...{ originalId: original.id, authorId: viewerId, content, forComparison: false },
      requestKey: editKey(requestKey),
    });
    await tx.conversation.update({ where: { id: conversationId }, data: { updatedAt: new Date() } });
    await rederivePairs(tx, original.promptId);
    return editedId;
  });
  return readMessage(db, viewerId, editedId);
}

/** Takes an edit back, named by the person's text or by the reply in whose place it stands. */
export async function withdrawEdit(db: Db, viewerId: string, messageId: string): Promise<{ messageId: string }> {
  return db.$transaction(async (tx) => {
    const { id: originalId, promptId } = await originalOf(tx, viewerId, messageId);
    await lockPrompt(tx, promptId);
    await retractEdits(tx, { originalId, authorId: viewerId });
    await rederivePairs(tx, promptId);
    return { messageId };
  });
}

interface NewEdit {
  originalId: string;
  authorId: string;
  content: string;
  /** An annotator's: the conversation does not show it. */
  forComparison: boolean;
  /** Of the new Message. */
  requestKey: string;
}

/**
 * Stores the Message, the Edit and its line in the log; an older edit of the same reply by the same author is withdrawn. The
 * prompt must be locked, and the caller derives the pairs.
 * @throws AppError INVALID_INPUT where the text is the original's
 */
export async function storeEdit(
  tx: Tx,
  { originalId, authorId, content, forComparison, requestKey }: NewEdit,
): Promise<{ editId: string; editedId: string }> {
  const original = await tx.message.findUniqueOrThrow({
    where: { id: originalId },
    select: { conversationId: true, parentId: true, content: true, status: true },
  });
  const promptId = original.parentId;
  if (promptId === null) throw new Error(`Message ${originalId} is no reply.`);
  const distance = editDistance(original.content, content);
  if (distance === 0) {
    throw new AppError("INVALID_INPUT", "The text is the same as the reply's; change it, or leave it as it is.");
  }
  await retractEdits(tx, { originalId, authorId });
  const edited = await tx.message.create({
    data: {
      ...{ conversationId: original.conversationId, parentId: promptId, requestKey, forComparison },
      ...{ role: "ASSISTANT", status: "COMPLETE", content, finishedAt: new Date() },
    },
    select: { id: true },
  });
  const edit = await tx.edit.create({
    data: { editedId: edited.id, originalId, authorId, distance },
    select: { id: true },
  });
  const teaches = original.status === "COMPLETE" && original.content !== "";
  const judgement = { editedId: edited.id, originalId, teaches };
  await recordJudgement(tx, { promptId, raterId: authorId, kind: "EDIT", subjectId: edit.id, judgement });
  return { editId: edit.id, editedId: edited.id };
}

/** Withdraws an author's standing edit of a reply, if there is one. The prompt must be locked, and the caller derives the pairs. */
export async function retractEdits(
  tx: Tx,
  { originalId, authorId }: { originalId: string; authorId: string },
): Promise<void> {
  const standing = await tx.edit.findMany({
    where: { originalId, authorId, withdrawnAt: null },
    select: { id: true, original: { select: { parentId: true } } },
  });
  for (const { id, original } of standing) {
    await tx.edit.update({ where: { id }, data: { withdrawnAt: new Date() } });
    const withdrawn = { raterId: authorId, kind: "EDIT", subjectId: id, judgement: null } as const;
    await recordJudgement(tx, { promptId: original.parentId!, ...withdrawn });
  }
}

/** The model's reply behind a message of the viewer's own conversation. */
async function originalOf(tx: Tx, viewerId: string, messageId: string) {
  const own = { role: "ASSISTANT" as const, forComparison: false, conversation: { userId: viewerId, deletedAt: null } };
  const given = await tx.message.findFirst({
    where: { id: messageId, ...own },
    select: { edit: { select: { originalId: true } } },
  });
  if (!given) throw notFound("reply");
  const original = await tx.message.findFirst({
    where: { id: given.edit?.originalId ?? messageId, ...own },
    select: { id: true, parentId: true, conversationId: true, status: true },
  });
  if (!original?.parentId) throw notFound("reply");
  return { ...original, promptId: original.parentId };
}
