/** Gates: what was measured of a candidate, and what admins decide on it. */

import { z } from "zod";
import { decideGate } from "../../domain/gate/decide.ts";
import { mayGoLive } from "../../domain/gate/may-go-live.ts";
import { cancelGate, requestGate } from "../../domain/gate/open.ts";
import { getGate, listGates } from "../../domain/gate/report.ts";
import { nextTaste, taste, tasteResult } from "../../domain/gate/taste.ts";
import { plainText } from "../../plain-text.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

const note = plainText().pipe(z.string().trim().max(2_000)).default("");

export const gateRouter = router({
  list: adminProcedure
    .input(z.object({ adapterId: id.optional(), cursor }).optional())
    .query(({ ctx, input }) => listGates(ctx.services.db, input)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getGate(ctx.services.db, ctx.viewer.id, input.id)),
  /** Whether this admin may activate an adapter now, and if not, why. */
  mayGoLive: adminProcedure
    .input(z.object({ adapterId: id.nullable() }))
    .query(({ ctx, input }) => mayGoLive(ctx.services.db, { ...input, asked: ctx.viewer.id })),
  /** Measures an adapter anew; answers with the id of its Gate. */
  request: adminProcedure
    .input(z.object({ adapterId: id }))
    .mutation(({ ctx, input }) => requestGate(ctx.services.db, ctx.viewer.id, input)),
  cancel: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => cancelGate(ctx.services.db, ctx.viewer.id, { ...input, now: new Date() })),
  decide: adminProcedure
    .input(z.object({ gateId: id, approved: z.boolean(), note }))
    .mutation(({ ctx, input }) => decideGate(ctx.services.db, ctx.viewer.id, { ...input, now: new Date() })),
  tasteNext: adminProcedure
    .input(z.object({ gateId: id }))
    .query(({ ctx, input }) => nextTaste(ctx.services.db, ctx.viewer.id, input.gateId)),
  taste: adminProcedure
    .input(z.object({ gateId: id, ordinal: z.int().min(0), choice: z.enum(["A", "B", "NEITHER"]) }))
    .mutation(({ ctx, input }) => taste(ctx.services.db, ctx.viewer.id, input)),
  tasteResult: adminProcedure
    .input(z.object({ gateId: id }))
    .query(({ ctx, input }) => tasteResult(ctx.services.db, ctx.viewer.id, input.gateId)),
});
