/** Settings that an admin changes while everything runs. */

import { getSettings, setSettings } from "../../domain/setting.ts";
import { settingsSchema } from "../../domain/setting-registry.ts";
import { adminProcedure, router } from "../trpc.ts";

export const settingRouter = router({
  get: adminProcedure.query(({ ctx }) => getSettings(ctx.services.db, ctx.services.env)),
  set: adminProcedure
    .input(settingsSchema.partial())
    .mutation(({ ctx, input }) => setSettings(ctx.services.db, ctx.services.env, ctx.viewer.id, input)),
});
