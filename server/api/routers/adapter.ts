/** Adapters: what training has made. */

import { getAdapter, listAdapters } from "../../domain/adapter.ts";
import { adminProcedure, router } from "../trpc.ts";
import { oneId } from "./input.ts";

export const adapterRouter = router({
  list: adminProcedure.query(({ ctx }) => listAdapters(ctx.services)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getAdapter(ctx.services, input.id)),
});
