/** Frozen datasets and the pairs in them. */

import { z } from "zod";
import { getDataset, listDatasets } from "../../domain/dataset.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id } from "./input.ts";

export const datasetRouter = router({
  list: adminProcedure.query(({ ctx }) => listDatasets(ctx.services.db)),
  get: adminProcedure.input(z.object({ id, cursor })).query(({ ctx, input }) => getDataset(ctx.services.db, input)),
});
