/** Adapters: what training has made. */

import { z } from "zod";
import { AdapterKind } from "../../../prisma/generated/enums.ts";
import { getAdapter, listAdapters } from "../../domain/adapter.ts";
import { adminProcedure, router } from "../trpc.ts";
import { oneId } from "./input.ts";

export const adapterRouter = router({
  list: adminProcedure
    .input(z.object({ kind: z.enum(AdapterKind).optional() }).optional())
    .query(({ ctx, input }) => listAdapters(ctx.services, input)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getAdapter(ctx.services, input.id)),
});
