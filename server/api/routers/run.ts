/** Training runs: planning, starting, following, cancelling. */

import { tracked } from "@trpc/server";
import { z } from "zod";
import { Method } from "../../../prisma/generated/enums.ts";
import { cancelRun, createRun, previewRun } from "../../domain/run-plan.ts";
import { followRun } from "../../domain/run-stream.ts";
import { getRun, listRunLogs, listRuns } from "../../domain/run-view.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

const planInput = z.object({
  method: z.enum(Method),
  /** Fields of the method's config that differ from the defaults; run-config.ts has the schema. */
  config: z.record(z.string(), z.unknown()).optional(),
});

const eventId = z.string().regex(/^\d{1,18}$/);

export const runRouter = router({
  list: adminProcedure
    .input(z.object({ cursor }).optional())
    .query(({ ctx, input }) => listRuns(ctx.services.db, input?.cursor)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getRun(ctx.services.db, input.id)),
  preview: adminProcedure.input(planInput).query(({ ctx, input }) => previewRun(ctx.services, input)),
  create: adminProcedure
    .input(
      planInput.extend({
        seed: z
          .int()
          .min(0)
          .max(2 ** 31 - 1)
          .optional(),
      }),
    )
    .mutation(({ ctx, input }) => createRun(ctx.services, ctx.viewer.id, input)),
  cancel: adminProcedure.input(oneId).mutation(({ ctx, input }) => cancelRun(ctx.services.db, ctx.viewer.id, input.id)),
  logs: adminProcedure
    .input(z.object({ id, after: eventId.optional() }))
    .query(({ ctx, input }) => listRunLogs(ctx.services.db, input)),
  metrics: adminProcedure.input(z.object({ id, lastEventId: eventId.nullish() })).subscription(async function* ({
    ctx,
    input,
    signal,
  }) {
    const from = { id: input.id, after: BigInt(input.lastEventId ?? 0) };
    for await (const { id: eventId, event } of followRun(ctx.services.db, from, signal!)) {
      yield tracked(eventId, event);
    }
  }),
});
