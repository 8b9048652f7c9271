/** Who did what, and when. */

import { z } from "zod";
import { listAudit } from "../../domain/audit.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor } from "./input.ts";

export const auditRouter = router({
  list: adminProcedure
    .input(z.object({ cursor }).optional())
    .query(({ ctx, input }) => listAudit(ctx.services.db, input?.cursor)),
});
