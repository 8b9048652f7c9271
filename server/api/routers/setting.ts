/** Settings that an admin changes while everything runs. */

import { getSettings, setSettings } from "../../domain/setting.ts";
import { settingsSchema } from "../../domain/setting-registry.ts";
import { AppError } from "../../errors.ts";
import { adminProcedure, requireFreshSignIn, router } from "../trpc.ts";

export const settingRouter = router({
  get: adminProcedure.query(({ ctx }) => getSettings(ctx.services.db, ctx.services.env)),
  set: adminProcedure.input(settingsSchema.partial()).mutation(({ ctx, input }) => {
    if (input.deploymentFreeze) {
      // Theirs is the lock that no act under way slips through, and their own line in the audit trail.
      throw new AppError(
        "INVALID_INPUT",
        "Freezing is an act of its own: use deployment.freeze and deployment.unfreeze.",
      );
    }
    // What decides what may speak to everybody, and what is deleted.
    if (input.gatePolicy || input.canaryPlan || input.retention) requireFreshSignIn(ctx);
    return setSettings(ctx.services.db, ctx.services.env, ctx.viewer.id, input);
  }),
});
