/** API keys of the caller. */

import { z } from "zod";
import { createApiKey, KEY_DAYS, listApiKeys, revokeApiKey } from "../../domain/api-key.ts";
import { plainText } from "../../plain-text.ts";
import { requireFreshSignIn, router, userProcedure } from "../trpc.ts";
import { oneId } from "./input.ts";

export const apiKeyRouter = router({
  list: userProcedure.query(({ ctx }) => listApiKeys(ctx.services.db, ctx.viewer.id)),
  /** The answer holds the key; it is shown this once. */
  create: userProcedure
    .input(
      z.object({
        name: plainText().pipe(z.string().trim().min(1).max(100)),
        /** Null: until it is revoked. */
        days: z.literal(KEY_DAYS).nullable().default(null),
      }),
    )
    .mutation(({ ctx, input }) => {
      // It outlives the session that it is made in.
      requireFreshSignIn(ctx);
      return createApiKey(ctx.services.db, ctx.viewer.id, input);
    }),
  revoke: userProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => revokeApiKey(ctx.services.db, ctx.viewer.id, input.id)),
});
