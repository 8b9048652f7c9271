/**
 * Replies asked for through the API. The caller sends the whole conversation every time; it is found again, or stored, as a path in a tree
 * of Messages: the same list of messages is the same prompt, so that replies to it are siblings and thumbs on them make pairs.
 */

import { randomUUID } from "node:crypto";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";
import { type ChatRole, MESSAGE_ROLE } from "./chat-role.ts";
import { type Generator, startReply } from "./generation.ts";
import type { Sampling } from "./json.ts";
import { chatSampling, createReply } from "./reply.ts";
import { promptKey, replyKey, uuidFrom } from "./request-key.ts";
import { titleFrom } from "./title.ts";

export interface Turn {
  role: ChatRole;
  content: string;
}

export interface CompletionRequest {
  messages: Turn[];
  /** What the caller chose; the rest is as in the chat. */
  sampling: Partial<Sampling>;
  seed?: number;
}

interface Begun {
  messageId: string;
  /** Null: the bare base model speaks. */
  adapterSha256: string | null;
  baseSha256: string | null;
}

/** Stores the way to the prompt and begins a reply to it. */
export async function beginCompletion(
  chat: Generator & { env: Env },
  userId: string,
  { messages, sampling, seed }: CompletionRequest,
): Promise<Begun> {
  const { db, env } = chat;
  for (const [i, { content }] of messages.entries()) {
    if (content.length <= env.MAX_MESSAGE_CHARACTERS) continue;
    throw new AppError(
      "INVALID_INPUT",
      `messages[${i}] has ${content.length} characters, at most ${env.MAX_MESSAGE_CHARACTERS} are allowed.`,
    );
  }
  const settled = { ...chatSampling(env), ...sampling };
  const replyId = await db.$transaction(async (tx) => {
    const { conversationId, promptId } = await storePath(tx, userId, messages);
    const reply = await createReply(tx, {
      conversationId,
      promptId,
      // Asking again is asking for another reply: the key never repeats.
      requestKey: replyKey(randomUUID()),
      sampling: { ...settled, maxTokens: Math.min(settled.maxTokens, env.MAX_REPLY_TOKENS) },
      seed,
    });
    return reply.id;
  });
  const reply = await db.message.findUniqueOrThrow({
    where: { id: replyId },
    select: { adapterSha256: true, baseSha256: true },
  });
  startReply(chat, replyId);
  return { messageId: replyId, ...reply };
}

/** Finds or makes the conversation and every message of the list. @returns where the reply goes */
async function storePath(
  tx: Tx,
  userId: string,
  messages: readonly Turn[],
): Promise<{ conversationId: string; promptId: string }> {
  const firstUser = messages.findIndex(({ role }) => role === "user");
  if (messages.at(-1)?.role !== "user") {
    throw new AppError("INVALID_INPUT", "The last message must be of role user: it is what the reply answers.");
  }
  // One conversation per opening; a system message alone would put all of a program's conversations into one.
  const opening = messages.slice(0, firstUser + 1).flatMap(({ role, content }) => [role, content]);
  const conversationId = uuidFrom("api", userId, ...opening);
  await tx.conversation.createMany({
    data: { id: conversationId, userId, source: "API", title: titleFrom(messages[firstUser]!.content) },
    skipDuplicates: true,
  });
  await tx.conversation.update({ where: { id: conversationId }, data: { updatedAt: new Date(), deletedAt: null } });

  const missing: Prisma.MessageCreateManyInput[] = [];
  let parentId: string | null = null;
  for (const { role, content } of messages) {
    const generated: string | null =
      role === "assistant" && parentId ? await findGenerated(tx, conversationId, parentId, content) : null;
    const id: string = generated ?? uuidFrom("api", conversationId, parentId ?? "", role, content);
    if (!generated) {
      missing.push({
        id,
        conversationId,
        parentId,
        role: MESSAGE_ROLE[role],
        content,
        status: "COMPLETE",
        requestKey: promptKey(id),
      });
    }
    parentId = id;
  }
  await tx.message.createMany({ data: missing, skipDuplicates: true });
  return { conversationId, promptId: parentId! };
}

/** A reply of ours with this text: the model then sees the very tokens it spoke. */
async function findGenerated(tx: Tx, conversationId: string, parentId: string, content: string) {
  const row = await tx.message.findFirst({
    where: {
      conversationId,
      parentId,
      role: "ASSISTANT",
      status: { in: ["COMPLETE", "INTERRUPTED"] },
      deploymentId: { not: null },
      forComparison: false,
      content,
    },
    orderBy: { createdAt: "desc" },
    select: { id: true },
  });
  return row?.id ?? null;
}

export interface Usage {
  promptTokens: number;
  completionTokens: number;
}

/** How many tokens a finished reply took. */
export async function usageOf(db: Db, messageId: string): Promise<Usage> {
  const row = await db.message.findUniqueOrThrow({
    where: { id: messageId },
    select: { promptTokens: true, completionTokens: true },
  });
  return { promptTokens: row.promptTokens ?? 0, completionTokens: row.completionTokens ?? 0 };
}

/** The sentence behind a reply's error code. */
export async function failureOf(db: Db, messageId: string): Promise<string> {
  const row = await db.message.findUniqueOrThrow({ where: { id: messageId }, select: { error: true } });
  return row.error ?? "The reply ended without a reason.";
}
