/** What a person does in a conversation: ask, ask for another draft, edit (a sibling prompt), stop. */

import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { takeToken } from "../rate-limit.ts";
import { isUniqueViolation } from "./database-errors.ts";
import { createReplies, draftsOfRequest, repliesWanted } from "./drafts.ts";
import { type Generator, startReply } from "./generation.ts";
import { isFinal } from "./message-status.ts";
import { readMessage } from "./message-view.ts";
import { chatSampling, createReply } from "./reply.ts";
import { promptKey, replyKey, uuidFrom } from "./request-key.ts";
import { titleFrom } from "./title.ts";
import type { DraftsView, MessageView } from "./views.ts";

interface Chat extends Generator {
  env: Env;
}

interface SendInput {
  /** Left out: a new conversation. */
  conversationId?: string;
  parentId: string | null;
  content: string;
  requestKey: string;
  /** Replies side by side: for the share of prompts that is set, or for this one. Left out: one reply. */
  drafts?: "auto" | "always";
}

interface Sent {
  conversationId: string;
  prompt: MessageView;
  /** The first of `replies`. */
  reply: MessageView;
  /** More than one where there are drafts, in the order they are shown. */
  replies: MessageView[];
  drafts: DraftsView | null;
}

/**
 * Stores the prompt and begins its reply, which goes on whether or not anybody listens. Sending the same request again
 * (a lost answer, an impatient finger) makes nothing new and returns what there is.
 */
export async function sendMessage(chat: Chat, viewerId: string, input: SendInput): Promise<Sent> {
  const { db, env } = chat;
  if (input.content.trim() === "") {
    throw new AppError("INVALID_INPUT", "The message is empty; write something and send it again.");
  }
  if (input.content.length > env.MAX_MESSAGE_CHARACTERS) {
    throw new AppError(
      "INVALID_INPUT",
      `The message has ${input.content.length} characters, at most ${env.MAX_MESSAGE_CHARACTERS} are allowed; shorten it or raise MAX_MESSAGE_CHARACTERS.`,
    );
  }
  await takeToken(db, { key: `chat:${viewerId}`, perMinute: env.CHAT_PER_MINUTE });
  const conversationId = input.conversationId ?? uuidFrom("conversation", viewerId, input.requestKey);
  const count = await repliesWanted(db, viewerId, input);
  const replyIds = await once(
    () => db.$transaction((tx) => insertPrompt(tx, viewerId, conversationId, input, { env, count })),
    () => assertSameRequest(db, viewerId, conversationId, input),
  );
  for (const replyId of replyIds ?? []) startReply(chat, replyId);
  return sent(db, viewerId, conversationId, input);
}

/** Begins another reply to the same prompt, a sibling of the given one (or a first reply, given the prompt itself). */
export async function regenerateMessage(
  chat: Chat,
  viewerId: string,
  { messageId, requestKey }: { messageId: string; requestKey: string },
): Promise<MessageView> {
  const { db, env } = chat;
  const given = await db.message.findFirst({
    where: { id: messageId, forComparison: false, conversation: { userId: viewerId, deletedAt: null } },
    select: { id: true, role: true, parentId: true, conversationId: true },
  });
  if (!given) throw notFound("message");
  const promptId = given.role === "USER" ? given.id : given.parentId;
  if (!promptId) throw new AppError("ILLEGAL_STATE", "There is no prompt above this message; send one instead.");
  await takeToken(db, { key: `chat:${viewerId}`, perMinute: env.CHAT_PER_MINUTE });
  const { conversationId } = given;
  const replyId = await once(
    () =>
      db.$transaction(async (tx) => {
        await touch(tx, conversationId);
        const sampling = chatSampling(env);
        const { id } = await createReply(tx, { conversationId, promptId, requestKey: replyKey(requestKey), sampling });
        return id;
      }),
    async () => {},
  );
  if (replyId) startReply(chat, replyId);
  const reply = await db.message.findUniqueOrThrow({
    where: { conversationId_requestKey: { conversationId, requestKey: replyKey(requestKey) } },
    select: { id: true, parentId: true },
  });
  if (reply.parentId !== promptId) throw keyTaken();
  return readMessage(db, viewerId, reply.id);
}

/** Asks a reply to end; what was said stays. A reply that is over is returned as it is. */
export async function stopMessage(
  chat: Pick<Chat, "db" | "replies">,
  viewerId: string,
  messageId: string,
): Promise<MessageView> {
  const message = await readMessage(chat.db, viewerId, messageId);
  if (isFinal(message.status)) return message;
  // The process that speaks it may be another one: it reads this with its next heartbeat.
  await chat.db.message.updateMany({
    where: { id: messageId, stopRequestedAt: null },
    data: { stopRequestedAt: new Date() },
  });
  chat.replies.stop(messageId);
  return readMessage(chat.db, viewerId, messageId);
}

/** @returns ids of the replies that now wait to be spoken */
async function insertPrompt(
  tx: Tx,
  viewerId: string,
  conversationId: string,
  { parentId, content, requestKey, ...input }: SendInput,
  replies: { env: Env; count: number },
): Promise<string[]> {
  if (input.conversationId === undefined) {
    if (parentId !== null) {
      throw new AppError("INVALID_INPUT", "A new conversation has no message to answer; send parentId null.");
    }
    await tx.conversation.create({ data: { id: conversationId, userId: viewerId, title: titleFrom(content) } });
  } else {
    const { count } = await tx.conversation.updateMany({
      where: { id: conversationId, userId: viewerId, deletedAt: null },
      data: { updatedAt: new Date() },
    });
    if (count === 0) throw notFound("conversation");
    if (parentId !== null) await assertAnswerable(tx, conversationId, parentId);
  }
  const prompt = await tx.message.create({
    data: { conversationId, parentId, content, requestKey: promptKey(requestKey), role: "USER", status: "COMPLETE" },
    select: { id: true },
  });
  return createReplies(tx, { conversationId, promptId: prompt.id, requestKey, ...replies });
}

/** A prompt answers a finished reply of its own conversation (or its system message). */
async function assertAnswerable(tx: Tx, conversationId: string, parentId: string): Promise<void> {
  const parent = await tx.message.findFirst({
    where: { id: parentId, conversationId, forComparison: false },
    select: { role: true, status: true },
  });
  if (!parent) throw notFound("message");
  if (parent.role === "USER") {
    throw new AppError(
      "ILLEGAL_STATE",
      "A prompt cannot answer a prompt; send it with that prompt's parent to edit it.",
    );
  }
  if (!isFinal(parent.status)) {
    throw new AppError("REPLY_RUNNING", "The reply above is still being written; wait for it or stop it.");
  }
  if (parent.status === "FAILED") {
    throw new AppError("ILLEGAL_STATE", "The reply above failed, so there is nothing to answer; regenerate it first.");
  }
}

const touch = (tx: Tx, id: string) => tx.conversation.update({ where: { id }, data: { updatedAt: new Date() } });

/** Does the work, or finds by its unique key that it was done: then `check` looks whether it was the same request. */
async function once<T>(work: () => Promise<T>, check: () => Promise<void>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await check();
    return null;
  }
}

const keyTaken = () =>
  new AppError("CONFLICT", "This requestKey belongs to another request; make a new key for a new request.");

async function assertSameRequest(db: Db, viewerId: string, conversationId: string, input: SendInput): Promise<void> {
  const prompt = await db.message.findFirst({
    where: { conversationId, requestKey: promptKey(input.requestKey), conversation: { userId: viewerId } },
    select: { content: true, parentId: true },
  });
  if (!prompt || prompt.content !== input.content || prompt.parentId !== input.parentId) throw keyTaken();
}

async function sent(
  db: Db,
  viewerId: string,
  conversationId: string,
  { requestKey, drafts }: Pick<SendInput, "requestKey" | "drafts">,
): Promise<Sent> {
  const idOf = async (key: string) => {
    const row = await db.message.findUnique({
      where: { conversationId_requestKey: { conversationId, requestKey: key } },
      select: { id: true },
    });
    if (!row) throw notFound("message");
    return row.id;
  };
  const [promptId, replyId] = await Promise.all([idOf(promptKey(requestKey)), idOf(replyKey(requestKey))]);
  const prompt = await readMessage(db, viewerId, promptId);
  const made = drafts && (await draftsOfRequest(db, viewerId, { conversationId, requestKey }));
  if (made) return { conversationId, prompt, reply: made.replies[0]!, ...made };
  const reply = await readMessage(db, viewerId, replyId);
  return { conversationId, prompt, reply, replies: [reply], drafts: null };
}
