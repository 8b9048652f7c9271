/** What training costs: device minutes, people's minutes and tokens, per month and Run. */

import { readCosts } from "../../domain/schedule/cost.ts";
import { adminProcedure, router } from "../trpc.ts";

export const costRouter = router({
  months: adminProcedure.query(({ ctx }) => readCosts(ctx.services.db, new Date())),
});
