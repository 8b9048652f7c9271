/** Thumbs from programs, on replies that they asked for: the id is in the x-hone-message-id header of each reply. */

import { z } from "zod";
import { answer, readBody } from "../../../server/api/openai/door.ts";
import { feedbackReasons } from "../../../server/api/routers/input.ts";
import { setFeedback } from "../../../server/domain/feedback.ts";
import { plainText } from "../../../server/plain-text.ts";

const VALUE = { up: 1, down: -1 } as const;

const feedbackSchema = z.object({
  message_id: z.uuid(),
  rating: z
    .union([z.literal(1), z.literal(-1), z.enum(["up", "down"])], 'must be 1, -1, "up" or "down"')
    .transform((rating) => (typeof rating === "string" ? VALUE[rating] : rating)),
  comment: plainText().pipe(z.string().trim().max(2000)).nullish(),
  reasons: feedbackReasons.nullish(),
});

export const POST = (request: Request): Promise<Response> =>
  answer(request, async ({ db }, caller) => {
    const { message_id: messageId, rating, comment, reasons } = await readBody(request, feedbackSchema);
    const feedback = await setFeedback(db, caller.id, {
      messageId,
      value: rating,
      comment: comment || null,
      reasons: reasons ?? [],
    });
    return Response.json({
      message_id: messageId,
      rating: feedback.value,
      comment: feedback.comment,
      reasons: feedback.reasons,
    });
  });
