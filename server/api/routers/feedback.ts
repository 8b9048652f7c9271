/** What people say of replies (thumbs, choices between drafts, edits): the door. What it sets going is in domain/feedback.ts. */

import { z } from "zod";
import { JudgementKind } from "../../../prisma/generated/enums.ts";
import { chooseDraft, unchooseDraft } from "../../domain/draft-choice.ts";
import { editReply, withdrawEdit } from "../../domain/edit.ts";
import { clearFeedback, setFeedback } from "../../domain/feedback.ts";
import { listMyJudgements } from "../../domain/feedback-mine.ts";
import { getSetting } from "../../domain/setting.ts";
import { plainText } from "../../plain-text.ts";
import { router, userProcedure } from "../trpc.ts";
import { cursor, feedbackComment, feedbackReasons, id, requestKey } from "./input.ts";

const setInput = z.object({
  messageId: id,
  value: z.union([z.literal(1), z.literal(-1)]),
  reasons: feedbackReasons.default([]),
  comment: feedbackComment,
});

const chooseInput = z.object({
  comparisonId: id,
  choice: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("PICK"), messageId: id }),
    z.object({ kind: z.literal("TIE") }),
    z.object({ kind: z.literal("BOTH_BAD") }),
  ]),
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
  /** Tags that a thumb may carry. */
  reasons: userProcedure.query(({ ctx }) => getSetting(ctx.services.db, "feedbackReasons")),
  choose: userProcedure
    .input(chooseInput)
    .mutation(({ ctx, input }) => chooseDraft(ctx.services.db, ctx.viewer.id, input)),
  unchoose: userProcedure
    .input(z.object({ comparisonId: id }))
    .mutation(({ ctx, input }) => unchooseDraft(ctx.services.db, ctx.viewer.id, input.comparisonId)),
  /** `messageId`: the reply, or an edit of it that is to be written anew. */
  edit: userProcedure
    .input(z.object({ messageId: id, content: plainText(), requestKey }))
    .mutation(({ ctx, input }) => editReply(ctx.services, ctx.viewer.id, input)),
  /** `messageId`: what the person wrote, or the reply in whose place. */
  withdrawEdit: userProcedure
    .input(z.object({ messageId: id }))
    .mutation(({ ctx, input }) => withdrawEdit(ctx.services.db, ctx.viewer.id, input.messageId)),
  mine: userProcedure
    .input(z.object({ cursor, kind: z.enum(JudgementKind).optional() }))
    .query(({ ctx, input }) => listMyJudgements(ctx.services.db, ctx.viewer.id, input)),
});
