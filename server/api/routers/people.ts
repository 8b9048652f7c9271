/** People: roles and access. */

import { z } from "zod";
import { Role } from "../../../prisma/generated/enums.ts";
import { listPeople, setDisabled, setRole } from "../../domain/people.ts";
import { adminProcedure, router } from "../trpc.ts";
import { id } from "./input.ts";

export const peopleRouter = router({
  list: adminProcedure.query(({ ctx }) => listPeople(ctx.services.db)),
  setRole: adminProcedure
    .input(z.object({ userId: id, role: z.enum(Role) }))
    .mutation(({ ctx, input }) => setRole(ctx.services.db, ctx.viewer.id, input)),
  setDisabled: adminProcedure
    .input(z.object({ userId: id, disabled: z.boolean() }))
    .mutation(({ ctx, input }) => setDisabled(ctx.services.db, ctx.viewer.id, input)),
});
