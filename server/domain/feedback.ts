/** A thumb: the Feedback row, its line in the log and the pairs that follow from it, in one transaction. */

import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { openComparisonFor, REASON_PRIORITY } from "./comparison-open.ts";
import { lockPrompt, recordJudgement } from "./judgement-store.ts";
import { viewFeedback } from "./message-view.ts";
import { rederivePairs } from "./pair-store.ts";
import { getSetting } from "./setting.ts";
import { SETTING_DEFAULTS } from "./setting-registry.ts";
import type { FeedbackView } from "./views.ts";

interface Thumb {
  messageId: string;
  value: 1 | -1;
  reasons: string[];
  comment: string | null;
}

/** Sets or changes the rater's thumb on a reply of their own conversation. The same thumb again changes nothing. */
export async function setFeedback(db: Db, raterId: string, given: Thumb): Promise<FeedbackView> {
  const thumb = { ...given, reasons: [...new Set(given.reasons)] };
  await assertReasons(db, thumb.reasons);
  // Most thumbs are the first on their prompt and make no pair: those take one round trip.
  switch (await setLoneThumb(db, raterId, thumb)) {
    case "DONE":
      return viewFeedback(thumb);
    case "SIBLINGS":
      return db.$transaction((tx) => setThumb(tx, raterId, thumb));
    case "RUNNING":
      throw notReady("PENDING");
    case "FAILED":
      throw notReady("FAILED");
    case "NOT_FOUND":
      throw notFound("reply");
  }
}

/** Takes the rater's thumb back; the pairs that rested on it are retracted. */
export async function clearFeedback(db: Db, raterId: string, messageId: string): Promise<{ messageId: string }> {
  return db.$transaction(async (tx) => {
    const { promptId } = await lockJudged(tx, raterId, messageId);
    const { count } = await tx.feedback.deleteMany({ where: { messageId, raterId } });
    if (count > 0) {
      await recordJudgement(tx, { promptId, raterId, kind: "FEEDBACK", subjectId: messageId, judgement: null });
      await rederivePairs(tx, promptId);
    }
    return { messageId };
  });
}

/** Tags are a setting; those that were taken off the list since stay with the thumbs that have them. */
async function assertReasons(db: Db, reasons: readonly string[]): Promise<void> {
  if (reasons.length === 0) return;
  const known = new Set((await getSetting(db, "feedbackReasons")).map(({ key }) => key));
  const strange = reasons.filter((key) => !known.has(key));
  if (strange.length === 0) return;
  throw new AppError(
    "INVALID_INPUT",
    `There is no tag ${strange.map((key) => `"${key}"`).join(", ")}; choose among ${[...known].join(", ")}.`,
  );
}

type LoneOutcome = "DONE" | "SIBLINGS" | "RUNNING" | "FAILED" | "NOT_FOUND";

/** See the function in migration 0004_feedback. */
async function setLoneThumb(db: Db, raterId: string, { messageId, value, reasons, comment }: Thumb) {
  const [row] = await db.$queryRaw<{ outcome: LoneOutcome }[]>`
    SELECT "set_lone_thumb"(${messageId}::uuid, ${raterId}::uuid, ${value}::smallint, ${reasons}::text[], ${comment}::text,
      ${REASON_PRIORITY.DISLIKED}::float8, ${SETTING_DEFAULTS.rankingsWanted}::int) AS "outcome"`;
  return row!.outcome;
}

async function setThumb(tx: Tx, raterId: string, { messageId, value, reasons, comment }: Thumb): Promise<FeedbackView> {
  const { promptId, whole } = await lockJudged(tx, raterId, messageId);
  const thumb = { value, reasons, comment };
  const before = await tx.feedback.findUnique({ where: { messageId_raterId: { messageId, raterId } } });
  if (before && JSON.stringify(viewFeedback(before)) === JSON.stringify(viewFeedback(thumb)))
    return viewFeedback(before);
  const row = await tx.feedback.upsert({
    where: { messageId_raterId: { messageId, raterId } },
    create: { messageId, raterId, ...thumb },
    update: { ...thumb, updatedAt: new Date() },
  });
  const judgement = { value, reasons, teaches: whole };
  await recordJudgement(tx, { promptId, raterId, kind: "FEEDBACK", subjectId: messageId, judgement });
  await rederivePairs(tx, promptId);
  if (value < 0) await openComparisonFor(tx, { promptId, reason: "DISLIKED" });
  return viewFeedback(row);
}

/** The prompt above a reply that this rater may judge, locked until the judgement and its pairs are written. */
async function lockJudged(tx: Tx, raterId: string, messageId: string): Promise<{ promptId: string; whole: boolean }> {
  const message = await tx.message.findFirst({
    where: {
      ...{ id: messageId, role: "ASSISTANT", forComparison: false, edit: null },
      conversation: { userId: raterId, deletedAt: null },
    },
    select: { parentId: true, status: true, content: true },
  });
  if (!message?.parentId) throw notFound("reply");
  const { parentId: promptId, status, content } = message;
  if (status !== "COMPLETE" && status !== "INTERRUPTED") throw notReady(status);
  await lockPrompt(tx, promptId);
  return { promptId, whole: status === "COMPLETE" && content !== "" };
}

const notReady = (status: "PENDING" | "STREAMING" | "FAILED") =>
  new AppError(
    "REPLY_NOT_READY",
    status === "FAILED"
      ? "This reply failed, so there is nothing to judge; ask for it again."
      : "This reply is still being written; judge it when it is done.",
  );
