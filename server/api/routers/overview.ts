/** The loop at a glance. */

import { getOverviewFigures } from "../../domain/overview/figures.ts";
import { getOverview } from "../../domain/overview/overview.ts";
import { adminProcedure, router } from "../trpc.ts";

export const overviewRouter = router({
  get: adminProcedure.query(({ ctx }) => getOverview(ctx.services, new Date())),
  /** Slower to change, and to work out. */
  figures: adminProcedure.query(({ ctx }) => getOverviewFigures(ctx.services.db, new Date())),
});
