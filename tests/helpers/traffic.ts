// What people would say to two arms, written past the procedures: many short conversations with a reply, a thumb, a failure or another try.
import { randomBytes } from "node:crypto";
import type { Db } from "../../server/db.ts";
import { draftKey, promptKey, replyKey, uuidFrom } from "../../server/domain/request-key.ts";

let last = 0n;
/** A UUID of version 7, each younger than the one before, as the ids of replies are. */
export function uuid7(at = Date.now()): string {
  const wanted = BigInt(at) << 12n;
  last = wanted > last ? wanted : last + 1n;
  const hex = (last >> 12n).toString(16).padStart(12, "0");
  const rest = `7${(last & 0xfffn).toString(16).padStart(3, "0")}-8${randomBytes(8).toString("hex").slice(1, 4)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${rest}-${randomBytes(6).toString("hex")}`;
}

interface Talk {
  userId: string;
  /** Who speaks. */
  deploymentId: string;
  count: number;
  /** Thumbs for this share of the replies, from the first on: up or down. Left out: none. */
  up?: number;
  down?: number;
  /** Replies that fail, from the first on. */
  failed?: number;
  /** Replies whose reader asks for another one, from the first on; the others ask on. Left out: nobody says more. */
  again?: number;
  /** Milliseconds that a token takes. */
  pace?: number;
}

const TOKENS = 10;

/** New conversations of one prompt and one reply, or more where `again` says so. @returns ids of the conversations and of their first replies */
export async function talk(db: Db, { userId, deploymentId, count, ...talk }: Talk) {
  const rows = Array.from({ length: count }, (_, i) => ({
    conversationId: uuid7(),
    promptId: uuid7(),
    replyId: uuid7(),
    failed: i < (talk.failed ?? 0),
    thumb: i < (talk.up ?? 0) ? 1 : i < (talk.up ?? 0) + (talk.down ?? 0) ? -1 : null,
    again: talk.again === undefined ? null : i < talk.again,
  }));
  await db.conversation.createMany({
    data: rows.map(({ conversationId: id }) => ({ id, userId, title: "Talk", deploymentId })),
  });
  const createdAt = new Date();
  const finishedAt = new Date(createdAt.getTime() + (talk.pace ?? 30) * TOKENS);
  const prompt = (id: string, conversationId: string, parentId: string | null) => ({
    ...{ id, conversationId, parentId, role: "USER" as const, content: "So?", status: "COMPLETE" as const },
    ...{ requestKey: promptKey(id), createdAt },
  });
  const reply = (id: string, conversationId: string, parentId: string, failed = false) => ({
    ...{ id, conversationId, parentId, deploymentId, role: "ASSISTANT" as const, content: failed ? "" : "So." },
    ...{ status: failed ? ("FAILED" as const) : ("COMPLETE" as const), errorCode: failed ? "INFERENCE_FAILED" : null },
    ...{ requestKey: replyKey(id), createdAt, finishedAt, completionTokens: failed ? 0 : TOKENS },
  });
  await db.message.createMany({ data: rows.map((row) => prompt(row.promptId, row.conversationId, null)) });
  await db.message.createMany({
    data: rows.map((row) => reply(row.replyId, row.conversationId, row.promptId, row.failed)),
  });
  const more = rows.filter(({ again }) => again !== null).map((row) => ({ ...row, nextId: uuid7(), laterId: uuid7() }));
  const onward = more.filter(({ again }) => !again);
  await db.message.createMany({ data: onward.map((row) => prompt(row.nextId, row.conversationId, row.replyId)) });
  await db.message.createMany({
    data: more.map((row) => reply(row.laterId, row.conversationId, row.again ? row.promptId : row.nextId)),
  });
  await thumb(
    db,
    userId,
    rows.flatMap(({ promptId, replyId: messageId, thumb: value }) => (value ? [{ promptId, messageId, value }] : [])),
  );
  return rows;
}

/** Thumbs with their lines in the log. */
export async function thumb(
  db: Db,
  raterId: string,
  thumbs: readonly { promptId: string; messageId: string; value: number }[],
): Promise<void> {
  await db.feedback.createMany({ data: thumbs.map(({ messageId, value }) => ({ messageId, raterId, value })) });
  await db.judgementEvent.createMany({
    data: thumbs.map(({ promptId, messageId: subjectId, value }) => ({
      ...{ promptId, raterId, subjectId, kind: "FEEDBACK" as const },
      judgement: { value, reasons: [], teaches: true },
    })),
  });
}

/** Conversations whose first prompt was answered by both arms at once, and what their owner chose: so many times the arm's draft, the control's, neither. */
export async function choose(
  db: Db,
  { userId, arm, control }: { userId: string; arm: string; control: string },
  counts: { arm: number; control: number; tie?: number },
): Promise<void> {
  const choices = (["arm", "control", "tie"] as const).flatMap((choice) =>
    Array.from({ length: counts[choice] ?? 0 }, () => choice),
  );
  for (const choice of choices) {
    const [conversationId, promptId, key] = [uuid7(), uuid7(), uuid7()];
    const [ofArm, ofControl] = [uuid7(), uuid7()];
    const common = { conversationId, status: "COMPLETE" as const };
    await db.conversation.create({ data: { id: conversationId, userId, title: "Drafts", deploymentId: control } });
    await db.message.create({
      data: { ...common, id: promptId, role: "USER", content: "So?", requestKey: promptKey(key) },
    });
    const draft = { ...common, parentId: promptId, role: "ASSISTANT" as const, content: "So." };
    await db.message.createMany({
      data: [
        { ...draft, id: ofControl, deploymentId: control, requestKey: replyKey(key) },
        { ...draft, id: ofArm, deploymentId: arm, requestKey: draftKey(key, 1) },
      ],
    });
    const id = uuidFrom("drafts", conversationId, key);
    const ranks = { [ofArm]: choice === "control" ? 2 : 1, [ofControl]: choice === "arm" ? 2 : 1 };
    const shown = [ofArm, ofControl];
    await db.comparison.create({
      data: {
        ...{ id, promptId, reason: "CHAT", status: "DONE", wanted: 1, closedAt: new Date() },
        candidates: { create: shown.map((messageId, ordinal) => ({ messageId, ordinal })) },
      },
    });
    const ranking = await db.ranking.create({
      data: {
        ...{ comparisonId: id, raterId: userId, shown, durationMs: 1 },
        entries: { create: shown.map((messageId) => ({ messageId, rank: ranks[messageId]! })) },
      },
    });
    const judgement = { comparisonId: id, choice: choice === "tie" ? "TIE" : "PICK", chosenId: null, otherIds: [] };
    await db.judgementEvent.create({
      data: { promptId, raterId: userId, kind: "CHOICE", subjectId: ranking.id, judgement },
    });
  }
}
