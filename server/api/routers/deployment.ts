/** What people talk to: the history of releases, activation and rollback. */

import { z } from "zod";
import { activateAdapter, listDeployments, rollBack } from "../../domain/deployment.ts";
import { adminProcedure, router } from "../trpc.ts";
import { id } from "./input.ts";

export const deploymentRouter = router({
  list: adminProcedure.query(({ ctx }) => listDeployments(ctx.services.db)),
  /** Null activates the bare base model. */
  activate: adminProcedure
    .input(z.object({ adapterId: id.nullable() }))
    .mutation(({ ctx, input }) => activateAdapter(ctx.services, ctx.viewer.id, input.adapterId)),
  rollback: adminProcedure.input(z.object({}).optional()).mutation(({ ctx }) => rollBack(ctx.services, ctx.viewer.id)),
});
