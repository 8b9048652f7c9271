/** Messages of the caller's conversations: sending, another draft, stopping, and following a reply as it is spoken. */

import { tracked } from "@trpc/server";
import { z } from "zod";
import { compareReply } from "../../domain/drafts.ts";
import { regenerateMessage, sendMessage, stopMessage } from "../../domain/message.ts";
import { followMessage } from "../../domain/message-stream.ts";
import { plainText } from "../../plain-text.ts";
import { router, userProcedure } from "../trpc.ts";
import { id, requestKey } from "./input.ts";

const sendInput = z.object({
  /** Left out: a new conversation. */
  conversationId: id.optional(),
  /** The reply that this answers; null at the root. The parent of an existing prompt makes this an edit of it. */
  parentId: id.nullable(),
  content: plainText(),
  requestKey,
  /** Replies side by side: for the share of prompts that is set, or for this one. Left out: one reply. */
  drafts: z.enum(["auto", "always"]).optional(),
});

const streamInput = z.object({
  messageId: id,
  /** Set by the client library when it reconnects: the last event it saw. */
  lastEventId: z
    .string()
    .regex(/^\d{1,9}$/)
    .nullish(),
});

export const messageRouter = router({
  send: userProcedure.input(sendInput).mutation(({ ctx, input }) => sendMessage(ctx.services, ctx.viewer.id, input)),
  regenerate: userProcedure
    .input(z.object({ messageId: id, requestKey }))
    .mutation(({ ctx, input }) => regenerateMessage(ctx.services, ctx.viewer.id, input)),
  /** Another draft beside a reply, to choose between the two. */
  compare: userProcedure
    .input(z.object({ messageId: id, requestKey }))
    .mutation(({ ctx, input }) => compareReply(ctx.services, ctx.viewer.id, input)),
  stop: userProcedure
    .input(z.object({ messageId: id }))
    .mutation(({ ctx, input }) => stopMessage(ctx.services, ctx.viewer.id, input.messageId)),
  stream: userProcedure.input(streamInput).subscription(async function* ({ ctx, input, signal }) {
    const from = { messageId: input.messageId, after: Number(input.lastEventId ?? 0) };
    for await (const event of followMessage(ctx.services, ctx.viewer.id, from, signal!)) {
      yield tracked(String(event.seq), event);
    }
  }),
});
