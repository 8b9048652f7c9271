/** Asking a reward model what it thinks of texts. */

import { z } from "zod";
import { askForScores, SCORE_LIMITS, scoreResult } from "../../domain/score-queue.ts";
import { plainText } from "../../plain-text.ts";
import { adminProcedure, router } from "../trpc.ts";
import { id, oneId } from "./input.ts";

const text = plainText().pipe(z.string().trim().min(1).max(SCORE_LIMITS.characters));

export const rewardRouter = router({
  /** The answer names the request; `result` tells when the trainer has scored it. */
  score: adminProcedure
    .input(
      z.object({
        adapterId: id,
        items: z
          .array(z.object({ prompt: text, reply: text }))
          .min(1)
          .max(SCORE_LIMITS.items),
      }),
    )
    .mutation(({ ctx, input }) => askForScores(ctx.services, ctx.viewer.id, input)),
  result: adminProcedure.input(oneId).query(({ ctx, input }) => scoreResult(ctx.services.scores, input.id)),
});
