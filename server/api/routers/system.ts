/** What Hone runs on and how it is. */

import { getSystem } from "../../domain/system/system.ts";
import { adminProcedure, router } from "../trpc.ts";

export const systemRouter = router({
  get: adminProcedure.query(({ ctx }) => getSystem(ctx.services)),
});
