/** Settings that an admin changes while everything runs. */

import { getSettings, setSettings } from "../../domain/setting.ts";
import { settingsSchema } from "../../domain/setting-registry.ts";
import { adminProcedure, requireFreshSignIn, router } from "../trpc.ts";

export const settingRouter = router({
  get: adminProcedure.query(({ ctx }) => getSettings(ctx.services.db, ctx.services.env)),
  set: adminProcedure.input(settingsSchema.partial()).mutation(({ ctx, input }) => {
    // What decides what may speak to everybody.
    if (input.gatePolicy || input.canaryPlan) requireFreshSignIn(ctx);
    return setSettings(ctx.services.db, ctx.services.env, ctx.viewer.id, input);
  }),
});
