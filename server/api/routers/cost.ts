/** What training costs: device minutes, people's minutes and tokens, per month and Run. */

import { notImplemented } from "../../domain/schedule/not-implemented.ts";
import type { CostsView } from "../../domain/views/schedule.ts";
import { adminProcedure, router } from "../trpc.ts";

export const costRouter = router({
  months: adminProcedure.query(() => notImplemented<CostsView>()),
});
