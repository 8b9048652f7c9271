/** Check prompts: what every candidate must still know, refuse, or not be talked into. */

import { z } from "zod";
import { CheckKind } from "../../../prisma/generated/enums.ts";
import { createCheck, deleteCheck, listChecks, updateCheck } from "../../domain/gate/check.ts";
import { turnsSchema } from "../../domain/gate/stored.ts";
import { tryCheck } from "../../domain/gate/try-check.ts";
import { replyCheckSchema } from "../../domain/views/gate.ts";
import { adminProcedure, router } from "../trpc.ts";
import { id, oneId } from "./input.ts";

const fields = { prompt: turnsSchema, check: replyCheckSchema, enabled: z.boolean() };

export const checkRouter = router({
  list: adminProcedure
    .input(z.object({ kind: z.enum(CheckKind).optional() }).optional())
    .query(({ ctx, input }) => listChecks(ctx.services.db, input)),
  create: adminProcedure
    .input(z.object({ kind: z.enum(CheckKind), ...fields, enabled: z.boolean().default(true) }))
    .mutation(({ ctx, input }) => createCheck(ctx.services.db, ctx.viewer.id, input)),
  update: adminProcedure
    .input(z.object(fields).partial().extend({ id }))
    .mutation(({ ctx, input }) => updateCheck(ctx.services.db, ctx.viewer.id, input)),
  delete: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => deleteCheck(ctx.services.db, ctx.viewer.id, { ...input, now: new Date() })),
  /** What the live model says to a prompt, and whether that passes; nothing is kept. */
  tryOut: adminProcedure
    .input(z.object({ prompt: turnsSchema, check: replyCheckSchema }))
    .mutation(({ ctx, input }) => tryCheck(ctx.services, input)),
});
