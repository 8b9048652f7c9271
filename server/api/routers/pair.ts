/** Preference pairs as they stand now. */

import { z } from "zod";
import { listPairs } from "../../domain/pair.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor } from "./input.ts";

export const pairRouter = router({
  list: adminProcedure
    .input(z.object({ cursor }).optional())
    .query(({ ctx, input }) => listPairs(ctx.services.db, input?.cursor)),
});
