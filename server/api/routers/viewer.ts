/** The caller: who it is, and making an account. */

import { z } from "zod";
import { providerNames } from "../../auth-providers.ts";
import { isSignUpOpen } from "../../auth-sign-up.ts";
import { confirmSession } from "../../domain/session.ts";
import { signUp } from "../../domain/viewer-account.ts";
import { PASSWORD_LENGTH } from "../../password.ts";
import { publicProcedure, router, userProcedure } from "../trpc.ts";
import { emailInput, nameInput, newPassword } from "./input.ts";

export const viewerRouter = router({
  /** The password once more: what needs a fresh sign-in is open for a while. */
  confirm: userProcedure
    .input(z.object({ password: z.string().min(1).max(PASSWORD_LENGTH.most) }))
    .mutation(({ ctx, input }) => confirmSession(ctx.services, ctx, input.password)),
  me: publicProcedure.query(({ ctx }) => ctx.viewer),
  signUpOpen: publicProcedure.query(({ ctx }) => isSignUpOpen(ctx.services.db, ctx.services.env)),
  /** Ways to sign in besides email and password. */
  providers: publicProcedure.query(({ ctx }) => providerNames(ctx.services.env)),
  signUp: publicProcedure
    .input(z.object({ email: emailInput, name: nameInput, password: newPassword }))
    .mutation(({ ctx, input }) => signUp(ctx.services, { ...input, ip: ctx.ip })),
});
