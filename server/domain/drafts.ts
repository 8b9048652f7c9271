/** Drafts side by side: replies to one prompt that begin together, or one more beside a reply, for the person who asked to choose. */

import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { takeToken } from "../rate-limit.ts";
import { draftSpeakers } from "./canary/arms.ts";
import { isUniqueViolation } from "./database-errors.ts";
import { blinded, DRAFTS, viewDrafts } from "./draft-view.ts";
import { type Generator, startReply } from "./generation.ts";
import { shuffled } from "./gold.ts";
import { lockPrompt } from "./judgement-store.ts";
import { readMessage } from "./message-view.ts";
import { chatSampling, createReply } from "./reply.ts";
import { draftKey, replyKey, uuidFrom } from "./request-key.ts";
import { getSetting } from "./setting.ts";
import type { DraftsView, MessageView } from "./views.ts";

/** More than these nobody can compare on one screen. */
const MOST = 4;

interface NewReplies {
  conversationId: string;
  promptId: string;
  requestKey: string;
  env: Env;
  count: number;
  /** Draws the arm of a conversation that has none; uniform in [0, 1). */
  random?: () => number;
}

/** How many replies a prompt is to get: one, unless drafts were asked for, or drawn for a conversation that may teach. */
export async function repliesWanted(
  db: Db,
  viewerId: string,
  { conversationId, drafts }: { conversationId?: string; drafts?: "auto" | "always" },
): Promise<number> {
  if (drafts === undefined) return 1;
  if (drafts === "always") return getSetting(db, "draftCount");
  if (Math.random() >= (await getSetting(db, "draftShare"))) return 1;
  const optedOut = await db.user.count({
    where: {
      id: viewerId,
      OR: [
        { trainingOptOut: true },
        ...(conversationId ? [{ conversations: { some: { id: conversationId, trainingOptOut: true } } }] : []),
      ],
    },
  });
  return optedOut > 0 ? 1 : getSetting(db, "draftCount");
}

/**
 * Makes the replies to a new prompt and, where there are several, the Comparison that they stand in.
 * @returns ids of the replies, in the order they were made, which is not the order they are shown in
 */
export async function createReplies(
  tx: Tx,
  { conversationId, promptId, requestKey, env, count, random = Math.random }: NewReplies,
): Promise<string[]> {
  const ids: string[] = [];
  const speakers = await draftSpeakers(tx, conversationId, { count, random });
  for (const [draft, speaker] of speakers.entries()) {
    const key = draft === 0 ? replyKey(requestKey) : draftKey(requestKey, draft);
    const reply = { conversationId, promptId, requestKey: key, sampling: chatSampling(env), speaker };
    ids.push((await createReply(tx, reply)).id);
  }
  if (count > 1) await compare(tx, { id: draftsId(conversationId, requestKey), promptId, messageIds: ids });
  return ids;
}

/** The drafts that a request made, if it made any. */
export async function draftsOfRequest(
  db: Db,
  viewerId: string,
  { conversationId, requestKey }: { conversationId: string; requestKey: string },
): Promise<{ drafts: DraftsView; replies: MessageView[] } | null> {
  const row = await db.comparison.findUnique({
    where: { id: draftsId(conversationId, requestKey) },
    select: DRAFTS,
  });
  return row && withReplies(db, viewerId, viewDrafts(row));
}

/**
 * Begins another draft beside a reply. While nothing is chosen yet among drafts that the reply stands in, the new one joins them.
 * The same request again makes nothing new.
 */
export async function compareReply(
  chat: Generator & { env: Env },
  viewerId: string,
  { messageId, requestKey }: { messageId: string; requestKey: string },
): Promise<DraftsView & { replies: MessageView[] }> {
  const { db, env } = chat;
  const given = await db.message.findFirst({
    where: {
      ...{ id: messageId, role: "ASSISTANT", forComparison: false },
      conversation: { userId: viewerId, deletedAt: null },
    },
    select: { parentId: true, conversationId: true, status: true, edit: { select: { id: true } } },
  });
  if (!given?.parentId) throw notFound("reply");
  if (given.edit) throw new AppError("ILLEGAL_STATE", "This text is your own; compare replies of the model.");
  if (given.status === "FAILED") {
    throw new AppError("REPLY_NOT_READY", "This reply failed, so there is nothing to compare; ask for it again.");
  }
  await takeToken(db, { key: `chat:${viewerId}`, perMinute: env.CHAT_PER_MINUTE });
  const { parentId: promptId, conversationId } = given;
  const key = replyKey(requestKey);
  try {
    const replyId = await db.$transaction(async (tx) => {
      await lockPrompt(tx, promptId);
      const { id } = await createReply(tx, { conversationId, promptId, requestKey: key, sampling: chatSampling(env) });
      await join(tx, { comparisonId: draftsId(conversationId, requestKey), promptId, messageId, draftId: id });
      await tx.conversation.update({ where: { id: conversationId }, data: { updatedAt: new Date() } });
      return id;
    });
    startReply(chat, replyId);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  const row = await db.comparison.findFirst({
    where: {
      ...{ reason: "CHAT", promptId },
      AND: [
        { candidates: { some: { messageId } } },
        { candidates: { some: { message: { conversationId, requestKey: key } } } },
      ],
    },
    select: DRAFTS,
  });
  if (!row) {
    throw new AppError("CONFLICT", "This requestKey belongs to another request; make a new key for a new request.");
  }
  const { drafts, replies } = await withReplies(db, viewerId, viewDrafts(row));
  return { ...drafts, replies };
}

/** Puts a new draft beside a reply, into the drafts it stands in already where nothing is chosen among them. */
async function join(
  tx: Tx,
  { comparisonId, promptId, messageId, draftId }: Record<"comparisonId" | "promptId" | "messageId" | "draftId", string>,
): Promise<void> {
  const open = await tx.comparison.findFirst({
    where: { promptId, reason: "CHAT", status: "OPEN", candidates: { some: { messageId } } },
    select: { id: true, _count: { select: { candidates: true } } },
  });
  if (!open) return compare(tx, { id: comparisonId, promptId, messageIds: [messageId, draftId] });
  const ordinal = open._count.candidates;
  if (ordinal >= MOST) {
    throw new AppError("ILLEGAL_STATE", `At most ${MOST} drafts stand side by side; choose among these first.`);
  }
  await tx.comparisonCandidate.create({ data: { comparisonId: open.id, messageId: draftId, ordinal } });
}

/** Which draft stands where is left to chance, and kept: whoever always takes the first is found out. */
async function compare(
  tx: Tx,
  { id, promptId, messageIds }: { id: string; promptId: string; messageIds: readonly string[] },
): Promise<void> {
  await tx.comparison.create({ data: { id, promptId, reason: "CHAT", wanted: 1 }, select: { id: true } });
  await tx.comparisonCandidate.createMany({
    data: shuffled(messageIds, Math.random).map((messageId, ordinal) => ({ comparisonId: id, messageId, ordinal })),
  });
}

const draftsId = (conversationId: string, requestKey: string) => uuidFrom("drafts", conversationId, requestKey);

async function withReplies(db: Db, viewerId: string, drafts: DraftsView) {
  const replies = await Promise.all(drafts.shown.map((id) => readMessage(db, viewerId, id)));
  return { drafts, replies: blinded(replies, [drafts]) };
}
