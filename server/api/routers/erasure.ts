/** Erasures: what one would take away, doing it, its report, and training anew without what was taken. */

import { z } from "zod";
import { eraseUser, previewErasure } from "../../domain/erasure.ts";
import { retrainWithout } from "../../domain/erasure-retrain.ts";
import { getErasure, listErasures } from "../../domain/erasure-view.ts";
import { adminProcedure, freshAdminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

const person = z.object({ userId: id });

export const erasureRouter = router({
  /** What `run` would take away and touch; changes nothing. */
  preview: adminProcedure.input(person).query(({ ctx, input }) => previewErasure(ctx.services, input.userId)),
  run: freshAdminProcedure
    .input(person)
    .mutation(({ ctx, input }) => eraseUser(ctx.services, { ...input, actorId: ctx.viewer.id })),
  list: adminProcedure
    .input(z.object({ cursor }).optional())
    .query(({ ctx, input }) => listErasures(ctx.services.db, input?.cursor)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getErasure(ctx.services.db, input.id)),
  retrain: adminProcedure
    .input(z.object({ adapterId: id, erasureId: id }))
    .mutation(({ ctx, input }) => retrainWithout(ctx.services, ctx.viewer.id, input)),
});
