/** The caller's account: consent, taking part in training, the password, and leaving. */

import { z } from "zod";
import { getAccount, recordConsent, setAccountTraining } from "../../domain/account-consent.ts";
import { deleteAccount } from "../../domain/account-delete.ts";
import { changePassword } from "../../domain/account-password.ts";
import { PASSWORD_LENGTH } from "../../password.ts";
import { router, userProcedure } from "../trpc.ts";
import { newPassword } from "./input.ts";

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
  changePassword: userProcedure
    .input(z.object({ current: z.string().max(PASSWORD_LENGTH.most), next: newPassword }))
    .mutation(({ ctx, input }) => changePassword(ctx.services, { userId: ctx.viewer.id, session: ctx.session }, input)),
  delete: userProcedure.input(deleteInput).mutation(({ ctx, input }) => deleteAccount(ctx.services, ctx.viewer, input)),
});
