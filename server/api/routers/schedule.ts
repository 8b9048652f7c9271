/** Schedules: what starts pipelines of Runs by itself, and what came of it. */

import { z } from "zod";
import { checkCron } from "../../domain/schedule/cron.ts";
import { dryRun } from "../../domain/schedule/dry-run.ts";
import { upcomingSlots } from "../../domain/schedule/quiet.ts";
import {
  cancelFiring,
  createSchedule,
  deleteSchedule,
  runScheduleNow,
  setScheduleEnabled,
  updateSchedule,
} from "../../domain/schedule/schedule.ts";
import { listFirings, listSchedules, readSchedule } from "../../domain/schedule/view.ts";
import { quietHoursSchema, type ScheduleInput, scheduleInputSchema } from "../../domain/views/schedule.ts";
import type { ApiContext } from "../context.ts";
import { adminProcedure, requireFreshSignIn, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

/** One whose adapters begin a canary by themselves, whatever the gate's policy says, gives traffic as an activation does. */
function requireFreshFor(ctx: ApiContext, { pipeline }: ScheduleInput): void {
  if (pipeline.promotion === "CANARY") requireFreshSignIn(ctx);
}

export const scheduleRouter = router({
  list: adminProcedure.query(({ ctx }) => listSchedules(ctx.services.db, new Date())),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => readSchedule(ctx.services.db, input.id, new Date())),
  create: adminProcedure.input(scheduleInputSchema).mutation(({ ctx, input }) => {
    requireFreshFor(ctx, input);
    return createSchedule(ctx.services.db, ctx.viewer.id, input, new Date());
  }),
  update: adminProcedure.input(oneId.extend({ schedule: scheduleInputSchema })).mutation(({ ctx, input }) => {
    requireFreshFor(ctx, input.schedule);
    return updateSchedule(ctx.services.db, ctx.viewer.id, input, new Date());
  }),
  setEnabled: adminProcedure
    .input(oneId.extend({ enabled: z.boolean() }))
    .mutation(({ ctx, input }) => setScheduleEnabled(ctx.services.db, ctx.viewer.id, input, new Date())),
  delete: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => deleteSchedule(ctx.services.db, ctx.viewer.id, input.id, new Date())),
  runNow: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => runScheduleNow(ctx.services.db, ctx.viewer.id, input.id, new Date())),
  /** What would happen if it fired now; of one that is stored, or of one that is being written. */
  dryRun: adminProcedure
    .input(z.union([oneId, z.object({ input: scheduleInputSchema })]))
    .query(({ ctx, input }) => dryRun(ctx.services, input, new Date())),
  /** Of one schedule, or of all. */
  history: adminProcedure
    .input(z.object({ id: id.optional(), cursor }))
    .query(({ ctx, input }) => listFirings(ctx.services.db, input, new Date())),
  cancelFiring: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => cancelFiring(ctx.services.db, ctx.viewer.id, input.id, new Date())),
  /** The next five times of a cron pattern. */
  upcoming: adminProcedure
    .input(
      z.object({ cron: z.string().max(120), timeZone: z.string().max(60), quietHours: quietHoursSchema.default([]) }),
    )
    .query(({ input }) => {
      checkCron(input.cron, input.timeZone);
      return upcomingSlots(input, new Date());
    }),
});
