/** Schedules: what starts pipelines of Runs by itself, and what came of it. */

import { z } from "zod";
import { notImplemented } from "../../domain/schedule/not-implemented.ts";
import type { Page } from "../../domain/views/common.ts";
import {
  type DryRunView,
  type FiringView,
  quietHoursSchema,
  type ScheduleView,
  scheduleInputSchema,
} from "../../domain/views/schedule.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

export const scheduleRouter = router({
  list: adminProcedure.query(() => notImplemented<ScheduleView[]>()),
  get: adminProcedure.input(oneId).query(() => notImplemented<ScheduleView>()),
  create: adminProcedure.input(scheduleInputSchema).mutation(() => notImplemented<ScheduleView>()),
  update: adminProcedure.input(oneId.extend({ schedule: scheduleInputSchema })).mutation(() => notImplemented<ScheduleView>()),
  setEnabled: adminProcedure
    .input(oneId.extend({ enabled: z.boolean() }))
    .mutation(() => notImplemented<ScheduleView>()),
  delete: adminProcedure.input(oneId).mutation(() => notImplemented<void>()),
  runNow: adminProcedure.input(oneId).mutation(() => notImplemented<FiringView>()),
  /** What would happen if it fired now; of one that is stored, or of one that is being written. */
  dryRun: adminProcedure
    .input(z.union([oneId, z.object({ input: scheduleInputSchema })]))
    .query(() => notImplemented<DryRunView>()),
  history: adminProcedure
    .input(z.object({ id: id.optional(), cursor }))
    .query(() => notImplemented<Page<FiringView>>()),
  cancelFiring: adminProcedure.input(oneId).mutation(() => notImplemented<FiringView>()),
  /** The next five times of a cron pattern. */
  upcoming: adminProcedure
    .input(z.object({ cron: z.string().max(120), timeZone: z.string().max(60), quietHours: quietHoursSchema.default([]) }))
    .query(() => notImplemented<{ at: Date; quiet: boolean }[]>()),
});
