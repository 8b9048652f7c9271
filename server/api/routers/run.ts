/** Training runs: planning, starting, following, cancelling. */

import { tracked } from "@trpc/server";
import { z } from "zod";
import { METHODS } from "../../domain/run-config.ts";
import { cancelRun, createRun } from "../../domain/run-plan.ts";
import { previewRun, runOptions } from "../../domain/run-preview.ts";
import { listRunSamples } from "../../domain/run-sample.ts";
import { followRun } from "../../domain/run-stream.ts";
import { getRun, listRunLogs, listRuns } from "../../domain/run-view.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

const request = z.object({
  method: z.enum(METHODS),
  /** Fields of the method's config that differ from the defaults; run-config.ts has the schemas. */
  config: z.record(z.string(), z.unknown()).optional(),
  /** Left out: what people judged. */
  source: z
    .discriminatedUnion("from", [
      z.object({ from: z.literal("FEEDBACK") }),
      z.object({ from: z.literal("DATASET"), id }),
    ])
    .optional(),
  /** Policy, or for reward models the reward model, to go on from; left out: the base. */
  fromAdapterId: id.optional(),
  rewardAdapterId: id.optional(),
  /** General data to mix in against forgetting. */
  replayDatasetId: id.optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
});

const eventId = z.string().regex(/^\d{1,18}$/);

export const runRouter = router({
  list: adminProcedure
    .input(z.object({ cursor }).optional())
    .query(({ ctx, input }) => listRuns(ctx.services.db, input?.cursor)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getRun(ctx.services.db, input.id)),
  /** What a run could be given, before anything is chosen. */
  options: adminProcedure.query(({ ctx }) => runOptions(ctx.services)),
  preview: adminProcedure.input(request).query(({ ctx, input }) => previewRun(ctx.services, input)),
  create: adminProcedure.input(request).mutation(({ ctx, input }) => createRun(ctx.services, ctx.viewer.id, input)),
  samples: adminProcedure.input(oneId).query(({ ctx, input }) => listRunSamples(ctx.services.db, input.id)),
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
