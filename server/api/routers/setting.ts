/** Settings that an admin changes while everything runs. */

import { z } from "zod";
import { getSettings, setSettings } from "../../domain/setting.ts";
import { adminProcedure, router } from "../trpc.ts";

export const settingRouter = router({
  get: adminProcedure.query(({ ctx }) => getSettings(ctx.services.db, ctx.services.env)),
  set: adminProcedure
    .input(z.object({ signUpOpen: z.boolean() }).partial())
    .mutation(({ ctx, input }) => setSettings(ctx.services.db, ctx.services.env, ctx.viewer.id, input)),
});
