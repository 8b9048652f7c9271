/** Thumbs on replies: the door. What a thumb sets going is in domain/feedback.ts. */

import { z } from "zod";
import { clearFeedback, setFeedback } from "../../domain/feedback.ts";
import { FEEDBACK_REASONS } from "../../domain/feedback-reasons.ts";
import { plainText } from "../../plain-text.ts";
import { router, userProcedure } from "../trpc.ts";
import { id } from "./input.ts";

const setInput = z.object({
  messageId: id,
  value: z.union([z.literal(1), z.literal(-1)]),
  reasons: z.array(z.enum(FEEDBACK_REASONS)).max(FEEDBACK_REASONS.length).default([]),
  comment: plainText().pipe(z.string().trim().max(2000)).nullish(),
});

export const feedbackRouter = router({
  set: userProcedure
    .input(setInput)
    .mutation(({ ctx, input }) =>
      setFeedback(ctx.services.db, ctx.viewer.id, { ...input, comment: input.comment || null }),
    ),
  clear: userProcedure
    .input(z.object({ messageId: id }))
    .mutation(({ ctx, input }) => clearFeedback(ctx.services.db, ctx.viewer.id, input.messageId)),
  reasons: userProcedure.query(() => [...FEEDBACK_REASONS]),
});
