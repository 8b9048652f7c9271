/** The loop at a glance. */

import { getOverview } from "../../domain/overview.ts";
import { adminProcedure, router } from "../trpc.ts";

export const overviewRouter = router({
  get: adminProcedure.query(({ ctx }) => getOverview(ctx.services)),
});
