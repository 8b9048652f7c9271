/** A thumb: the Feedback row, its line in the log and the pairs that follow from it, in one transaction. */

import { type Db, queryDirectly, type Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { REASON_PRIORITY } from "./comparison-open.ts";
import { lockPrompt, recordJudgement } from "./judgement-store.ts";
import { isFinal } from "./message-status.ts";
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
  await assertReasons(db, raterId, thumb);
  const alone = await writeLoneThumb(db, raterId, thumb);
  if (alone.outcome === "SIBLINGS") {
    await db.$transaction(async (tx) => {
      const { outcome, promptId } = await writeThumb(tx, raterId, thumb);
      if (outcome === "DONE") await rederivePairs(tx, promptId!);
      else assertWritten(outcome);
    });
  } else {
    assertWritten(alone.outcome);
  }
  return viewFeedback(thumb);
}

/** Takes the rater's thumb back; the pairs that rested on it are retracted. */
export async function clearFeedback(db: Db, raterId: string, messageId: string): Promise<{ messageId: string }> {
  return db.$transaction(async (tx) => {
    const promptId = await lockJudged(tx, raterId, messageId);
    const { count } = await tx.feedback.deleteMany({ where: { messageId, raterId } });
    if (count > 0) {
      await recordJudgement(tx, { promptId, raterId, kind: "FEEDBACK", subjectId: messageId, judgement: null });
      await rederivePairs(tx, promptId);
    }
    return { messageId };
  });
}

/** Tags are a setting; a thumb keeps those it has though an admin took them off the list since. */
async function assertReasons(db: Db, raterId: string, { messageId, reasons }: Thumb): Promise<void> {
  if (reasons.length === 0) return;
  const known = (await getSetting(db, "feedbackReasons")).map(({ key }) => key);
  const strange = reasons.filter((key) => !known.includes(key));
  if (strange.length === 0) return;
  const where = { messageId_raterId: { messageId, raterId } };
  const before = (await db.feedback.findUnique({ where, select: { reasons: true } }))?.reasons ?? [];
  const unknown = strange.filter((key) => !before.includes(key));
  if (unknown.length === 0) return;
  throw new AppError(
    "INVALID_INPUT",
    `There is no tag ${unknown.map((key) => `"${key}"`).join(", ")}; choose among ${known.join(", ")}.`,
  );
}

type Outcome = "DONE" | "SAME" | "SIBLINGS" | "RUNNING" | "FAILED" | "NOT_FOUND";

interface Written {
  outcome: Outcome;
  promptId: string | null;
}

/** See the function in migration 0004_feedback. It says SIBLINGS, and writes nothing, where pairs may follow. */
const SET_LONE_THUMB = {
  name: "set-lone-thumb",
  text: `SELECT "outcome", "prompt_id" AS "promptId" FROM "set_thumb"($1::uuid, $2::uuid, $3::smallint, $4::text[], $5::text, true, $6::float8, $7::int)`,
};

/** One round trip. */
async function writeLoneThumb(db: Db, raterId: string, thumb: Thumb): Promise<Written> {
  const { messageId, value, reasons, comment } = thumb;
  const values = [
    messageId,
    raterId,
    value,
    reasons,
    comment,
    REASON_PRIORITY.DISLIKED,
    SETTING_DEFAULTS.rankingsWanted,
  ];
  return (await queryDirectly<Written>(db, SET_LONE_THUMB, values))[0]!;
}

/** The prompt stays locked until the end of the transaction. */
async function writeThumb(tx: Tx, raterId: string, thumb: Thumb): Promise<Written> {
  const { messageId, value, reasons, comment } = thumb;
  const [row] = await tx.$queryRaw<Written[]>`
    SELECT "outcome", "prompt_id" AS "promptId" FROM "set_thumb"(${messageId}::uuid, ${raterId}::uuid, ${value}::smallint,
      ${reasons}::text[], ${comment}::text, false, ${REASON_PRIORITY.DISLIKED}::float8, ${SETTING_DEFAULTS.rankingsWanted}::int)`;
  return row!;
}

function assertWritten(outcome: Outcome): void {
  if (outcome === "NOT_FOUND") throw notFound("reply");
  if (outcome === "FAILED" || outcome === "RUNNING") throw notReady(outcome);
}

/** The prompt above a reply that this rater may judge, locked until the judgement and its pairs are written. */
async function lockJudged(tx: Tx, raterId: string, messageId: string): Promise<string> {
  const message = await tx.message.findFirst({
    where: {
      ...{ id: messageId, role: "ASSISTANT", forComparison: false, edit: null },
      conversation: { userId: raterId, deletedAt: null },
    },
    select: { parentId: true, status: true },
  });
  if (!message?.parentId) throw notFound("reply");
  if (message.status === "FAILED") throw notReady("FAILED");
  if (!isFinal(message.status)) throw notReady("RUNNING");
  await lockPrompt(tx, message.parentId);
  return message.parentId;
}

const notReady = (outcome: "RUNNING" | "FAILED") =>
  new AppError(
    "REPLY_NOT_READY",
    outcome === "FAILED"
      ? "This reply failed, so there is nothing to judge; ask for it again."
      : "This reply is still being written; judge it when it is done.",
  );
