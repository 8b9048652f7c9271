/** Invitations: made by admins, looked at and accepted by whoever has the link. */

import { z } from "zod";
import { Role } from "../../../prisma/generated/enums.ts";
import { acceptInvite, createInvite, listInvites, lookAtInvite, revokeInvite } from "../../domain/invite.ts";
import { adminProcedure, freshAdminProcedure, publicProcedure, router } from "../trpc.ts";
import { emailInput, nameInput, newPassword, oneId } from "./input.ts";

const token = z.string().min(1).max(100);

export const inviteRouter = router({
  list: adminProcedure.query(({ ctx }) => listInvites(ctx.services.db)),
  /** The answer holds the token of the link; it is shown this once. */
  create: freshAdminProcedure
    .input(z.object({ email: emailInput.nullable(), role: z.enum(Role), days: z.int().min(1).max(30).default(7) }))
    .mutation(({ ctx, input }) => createInvite(ctx.services.db, ctx.viewer.id, input)),
  revoke: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => revokeInvite(ctx.services.db, ctx.viewer.id, input.id)),
  /** Changes nothing; a mutation, because what a query is asked stands in addresses, and addresses in logs. */
  look: publicProcedure
    .input(z.object({ token }))
    .mutation(({ ctx, input }) => lookAtInvite(ctx.services, { ...input, ip: ctx.ip })),
  accept: publicProcedure
    .input(z.object({ token, email: emailInput, name: nameInput, password: newPassword }))
    .mutation(({ ctx, input }) => acceptInvite(ctx.services, { ...input, ip: ctx.ip })),
});
