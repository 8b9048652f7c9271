/** Placeholder: the functions of feedback with their final types. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { FeedbackReason } from "./feedback-reasons.ts";
import type { FeedbackView } from "./views.ts";

export async function setFeedback(
  _db: Db,
  _raterId: string,
  _input: { messageId: string; value: 1 | -1; reasons: FeedbackReason[]; comment: string | null },
): Promise<FeedbackView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function clearFeedback(_db: Db, _raterId: string, _messageId: string): Promise<{ messageId: string }> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
