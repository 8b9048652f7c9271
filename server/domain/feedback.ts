/** A thumb: the Feedback row and the pairs that follow from it, in one transaction. */

import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { viewFeedback } from "./message-view.ts";
import { lockPrompt, rederivePairs } from "./pair-store.ts";
import type { FeedbackView } from "./views.ts";

interface Thumb {
  messageId: string;
  value: 1 | -1;
  reasons: string[];
  comment: string | null;
}

/** Sets or changes the rater's thumb on a reply of their own conversation. */
export async function setFeedback(db: Db, raterId: string, thumb: Thumb): Promise<FeedbackView> {
  return db.$transaction(async (tx) => {
    const promptId = await promptOfRated(tx, raterId, thumb.messageId);
    const { messageId, value, comment } = thumb;
    const judgement = { value, reasons: [...new Set(thumb.reasons)], comment };
    const row = await tx.feedback.upsert({
      where: { messageId_raterId: { messageId, raterId } },
      create: { messageId, raterId, ...judgement },
      update: { ...judgement, updatedAt: new Date() },
    });
    await rederivePairs(tx, promptId);
    return viewFeedback(row);
  });
}

/** Takes the rater's thumb back; the pairs that rested on it are retracted. */
export async function clearFeedback(db: Db, raterId: string, messageId: string): Promise<{ messageId: string }> {
  return db.$transaction(async (tx) => {
    const promptId = await promptOfRated(tx, raterId, messageId);
    await tx.feedback.deleteMany({ where: { messageId, raterId } });
    await rederivePairs(tx, promptId);
    return { messageId };
  });
}

/** The prompt above a reply that this rater may judge, locked until the judgement and its pairs are written. */
async function promptOfRated(tx: Tx, raterId: string, messageId: string): Promise<string> {
  const message = await tx.message.findFirst({
    where: { id: messageId, role: "ASSISTANT", conversation: { userId: raterId, deletedAt: null } },
    select: { parentId: true, status: true },
  });
  if (!message?.parentId) throw notFound("reply");
  if (message.status !== "COMPLETE" && message.status !== "INTERRUPTED") {
    throw new AppError(
      "REPLY_NOT_READY",
      message.status === "FAILED"
        ? "This reply failed, so there is nothing to judge; ask for it again."
        : "This reply is still being written; judge it when it is done.",
    );
  }
  await lockPrompt(tx, message.parentId);
  return message.parentId;
}
