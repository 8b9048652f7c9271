/** Preference pairs as they stand now. */

import { z } from "zod";
import { PairSource, PairStatus } from "../../../prisma/generated/enums.ts";
import { getPair, listPairs } from "../../domain/pair.ts";
import { setPairQuarantine } from "../../domain/pair-quarantine.ts";
import { plainText } from "../../plain-text.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

const filter = z
  .object({
    source: z.enum(PairSource),
    status: z.enum(PairStatus),
    raterId: id,
    adapterSha256: z.string().regex(/^[0-9a-f]{64}$/),
    search: plainText().pipe(z.string().trim().min(1).max(200)),
    from: z.date(),
    to: z.date(),
  })
  .partial();

export const pairRouter = router({
  /** A page of a search may be empty and still name the next: every page looks at so many pairs and no more. */
  list: adminProcedure
    .input(filter.extend({ cursor }).optional())
    .query(({ ctx, input }) => listPairs(ctx.services.db, input)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getPair(ctx.services.db, input.id)),
  setQuarantine: adminProcedure
    .input(
      z.object({
        ids: z.array(id).min(1).max(1000),
        quarantined: z.boolean(),
        reason: plainText().pipe(z.string().trim().min(1).max(500)),
      }),
    )
    .mutation(({ ctx, input }) => setPairQuarantine(ctx.services.db, ctx.viewer.id, input)),
});
