/** Forgotten passwords: a link is made by an admin, looked at and used by whoever has it. */

import { z } from "zod";
import { createReset, lookAtReset, takeReset } from "../../domain/password-reset.ts";
import { freshAdminProcedure, publicProcedure, router } from "../trpc.ts";
import { id, newPassword } from "./input.ts";

const token = z.string().min(1).max(100);

export const resetRouter = router({
  /** The answer holds the token of the link; it is shown this once. */
  create: freshAdminProcedure
    .input(z.object({ userId: id }))
    .mutation(({ ctx, input }) => createReset(ctx.services.db, ctx.viewer.id, input)),
  /** Changes nothing; a mutation, because what a query is asked stands in addresses, and addresses in logs. */
  look: publicProcedure
    .input(z.object({ token }))
    .mutation(({ ctx, input }) => lookAtReset(ctx.services, { ...input, ip: ctx.ip })),
  use: publicProcedure
    .input(z.object({ token, password: newPassword }))
    .mutation(({ ctx, input }) => takeReset(ctx.services, { ...input, ip: ctx.ip })),
});
