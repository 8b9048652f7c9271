/** Webhooks: who outside is told of what happens here. */

import { z } from "zod";
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  retryDelivery,
  testWebhook,
  updateWebhook,
} from "../../domain/events/webhook.ts";
import { eventKindSchema } from "../../domain/views/watch.ts";
import { adminProcedure, freshAdminProcedure, router } from "../trpc.ts";
import { id, oneId } from "./input.ts";

const kinds = z
  .array(eventKindSchema.exclude(["test"]))
  .min(1)
  .max(20);

export const webhookRouter = router({
  list: adminProcedure.query(({ ctx }) => listWebhooks(ctx.services)),
  /** The answer holds the secret; it is shown this once. */
  create: freshAdminProcedure
    .input(z.object({ url: z.string().trim().max(2_000), kinds }))
    .mutation(({ ctx, input }) => createWebhook(ctx.services, ctx.viewer.id, input)),
  update: freshAdminProcedure
    .input(z.object({ id, enabled: z.boolean().optional(), kinds: kinds.optional() }))
    .mutation(({ ctx, input }) => updateWebhook(ctx.services.db, ctx.viewer.id, input)),
  delete: freshAdminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => deleteWebhook(ctx.services.db, ctx.viewer.id, input.id)),
  /** Sends an event of kind "test" there, and nowhere else. */
  test: adminProcedure.input(oneId).mutation(({ ctx, input }) => testWebhook(ctx.services.db, ctx.viewer.id, input.id)),
  /** A delivery that was given up, once more. */
  retry: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => retryDelivery(ctx.services.db, ctx.viewer.id, input.id)),
});
