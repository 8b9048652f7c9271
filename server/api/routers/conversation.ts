/** Conversations of the caller. */

import { z } from "zod";
import {
  deleteConversation,
  getConversation,
  listConversations,
  renameConversation,
  restoreConversation,
  setConversationTraining,
} from "../../domain/conversation.ts";
import { plainText } from "../../plain-text.ts";
import { router, userProcedure } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

const listInput = z.object({
  search: plainText().pipe(z.string().trim().max(200)).optional(),
  cursor,
  limit: z.int().min(1).max(100).default(30),
});

export const conversationRouter = router({
  list: userProcedure
    .input(listInput)
    .query(({ ctx, input }) => listConversations(ctx.services.db, ctx.viewer.id, input)),
  get: userProcedure.input(oneId).query(({ ctx, input }) => getConversation(ctx.services.db, ctx.viewer.id, input.id)),
  rename: userProcedure
    .input(z.object({ id, title: plainText().pipe(z.string().trim().min(1).max(200)) }))
    .mutation(({ ctx, input }) => renameConversation(ctx.services.db, ctx.viewer.id, input)),
  /** Keeps a conversation out of training, or lets it in again. */
  setTraining: userProcedure
    .input(z.object({ id, optOut: z.boolean() }))
    .mutation(({ ctx, input }) => setConversationTraining(ctx.services.db, ctx.viewer.id, input)),
  delete: userProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => deleteConversation(ctx.services.db, ctx.viewer.id, input.id)),
  restore: userProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => restoreConversation(ctx.services.db, ctx.viewer.id, input.id)),
});
