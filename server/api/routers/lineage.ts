/** Lineage: from an adapter back to the judgements behind it, and from a judgement on to what it moved. */

import { z } from "zod";
import { JudgementKind } from "../../../prisma/generated/enums.ts";
import { adapterLineage, judgementLineage, pairLineage } from "../../domain/lineage.ts";
import { adminProcedure, router } from "../trpc.ts";
import { id, oneId } from "./input.ts";

export const lineageRouter = router({
  adapter: adminProcedure.input(oneId).query(({ ctx, input }) => adapterLineage(ctx.services.db, input.id)),
  /** `subjectId`: the Message of FEEDBACK, the Ranking of CHOICE and RANKING, the Edit of EDIT. */
  judgement: adminProcedure
    .input(z.object({ kind: z.enum(JudgementKind), subjectId: id }))
    .query(({ ctx, input }) => judgementLineage(ctx.services.db, input)),
  pair: adminProcedure.input(oneId).query(({ ctx, input }) => pairLineage(ctx.services.db, input.id)),
});
