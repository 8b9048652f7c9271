/** The caller's account: consent, taking part in training, and leaving. */

import { z } from "zod";
import { getAccount, recordConsent, setAccountTraining } from "../../domain/account-consent.ts";
import { deleteAccount } from "../../domain/account-delete.ts";
import { PASSWORD_LENGTH } from "../../password.ts";
import { router, userProcedure } from "../trpc.ts";

const deleteInput = z.object({
  /** Where the account has one; else `email`. */
  password: z.string().max(PASSWORD_LENGTH.most).optional(),
  email: z.string().trim().toLowerCase().max(320).optional(),
});

export const accountRouter = router({
  get: userProcedure.query(({ ctx }) => getAccount(ctx.services.db, ctx.viewer.id)),
  consent: userProcedure.mutation(({ ctx }) => recordConsent(ctx.services.db, ctx.viewer.id)),
  setTraining: userProcedure
    .input(z.object({ optOut: z.boolean() }))
    .mutation(({ ctx, input }) => setAccountTraining(ctx.services.db, ctx.viewer.id, input.optOut)),
  delete: userProcedure.input(deleteInput).mutation(({ ctx, input }) => deleteAccount(ctx.services, ctx.viewer, input)),
});
