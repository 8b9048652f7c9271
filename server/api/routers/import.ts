/** Files on their way into Datasets. Their bytes come through /api/imports; here they are begun, watched and ended. */

import { z } from "zod";
import { beginImport, cancelImport, freezeGoodLines } from "../../domain/import.ts";
import { beginImportInput } from "../../domain/import-input.ts";
import { getImport, listImports } from "../../domain/import-view.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, oneId } from "./input.ts";

export const importRouter = router({
  list: adminProcedure
    .input(z.object({ cursor }).optional())
    .query(({ ctx, input }) => listImports(ctx.services.db, input?.cursor)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getImport(ctx.services.db, input.id)),
  /** The same file, format and kind again is the same import: it goes on from `received`, or is DONE already. */
  begin: adminProcedure
    .input(beginImportInput)
    .mutation(({ ctx, input }) => beginImport(ctx.services, ctx.viewer.id, input)),
  /** Of one that FAILED for bad lines: freezes the good ones, which are here already. */
  acceptBad: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) => freezeGoodLines(ctx.services, ctx.viewer.id, input.id)),
  /** Takes it off the list, with everything that was stored of it; a Dataset it made stays. */
  cancel: adminProcedure.input(oneId).mutation(({ ctx, input }) => cancelImport(ctx.services, ctx.viewer.id, input.id)),
});
