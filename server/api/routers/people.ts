/** People: roles, access, and where they are signed in. */

import { z } from "zod";
import { Role } from "../../../prisma/generated/enums.ts";
import { listPeople, setDisabled, setRole } from "../../domain/people.ts";
import { endSessionsAsAdmin, listSessions } from "../../domain/session.ts";
import { adminProcedure, freshAdminProcedure, router } from "../trpc.ts";
import { id } from "./input.ts";

export const peopleRouter = router({
  list: adminProcedure.query(({ ctx }) => listPeople(ctx.services.db)),
  setRole: freshAdminProcedure
    .input(z.object({ userId: id, role: z.enum(Role) }))
    .mutation(({ ctx, input }) => setRole(ctx.services.db, ctx.viewer.id, input)),
  setDisabled: adminProcedure
    .input(z.object({ userId: id, disabled: z.boolean() }))
    .mutation(({ ctx, input }) => setDisabled(ctx.services.db, ctx.viewer.id, input)),
  /** Where somebody is signed in. */
  sessions: adminProcedure
    .input(z.object({ userId: id }))
    .query(({ ctx, input }) => listSessions(ctx.services.db, input.userId, ctx.session?.id ?? null)),
  endSessions: adminProcedure
    .input(z.object({ userId: id }))
    .mutation(({ ctx, input }) =>
      endSessionsAsAdmin(ctx.services.db, { id: ctx.viewer.id, session: ctx.session }, input.userId),
    ),
});
