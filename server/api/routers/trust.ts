/** How far raters agree and may be trusted, and how strong adapters are by all comparisons. */

import { z } from "zod";
import { getAgreement } from "../../domain/agreement-view.ts";
import { getRater, listRaters } from "../../domain/rater-view.ts";
import { getStrengths } from "../../domain/strengths.ts";
import { recomputeTrust } from "../../domain/trust-recompute.ts";
import { setQuarantine } from "../../domain/trust-store.ts";
import { adminProcedure, router } from "../trpc.ts";
import { id, oneId } from "./input.ts";

export const trustRouter = router({
  agreement: adminProcedure.query(({ ctx }) => getAgreement(ctx.services.db)),
  raters: adminProcedure.query(({ ctx }) => listRaters(ctx.services.db)),
  rater: adminProcedure.input(oneId).query(({ ctx, input }) => getRater(ctx.services.db, input.id)),
  setQuarantine: adminProcedure
    .input(z.object({ raterId: id, quarantined: z.boolean(), reason: z.string().trim().min(1).max(500) }))
    .mutation(({ ctx, input }) => setQuarantine(ctx.services.db, ctx.viewer.id, input)),
  recompute: adminProcedure.mutation(({ ctx }) => recomputeTrust(ctx.services.db)),
  strengths: adminProcedure
    .input(z.object({ lengthControlled: z.boolean().default(false) }))
    .query(({ ctx, input }) => getStrengths(ctx.services.db, input)),
});
