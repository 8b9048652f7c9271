/** Frozen datasets, what is in them, and uploading new ones. */

import { z } from "zod";
import { DatasetOrigin } from "../../../prisma/generated/enums.ts";
import { getDataset, listDatasets } from "../../domain/dataset.ts";
import { uploadDataset } from "../../domain/dataset-upload.ts";
import { DATA_KINDS } from "../../domain/run-config.ts";
import { plainText } from "../../plain-text.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id } from "./input.ts";

const UPLOAD_CHARACTERS = 8 * 2 ** 20;

const kind = z.enum(DATA_KINDS);

export const datasetRouter = router({
  list: adminProcedure
    .input(z.object({ kind: kind.optional(), origin: z.enum(DatasetOrigin).optional() }).optional())
    .query(({ ctx, input }) => listDatasets(ctx.services.db, input)),
  get: adminProcedure.input(z.object({ id, cursor })).query(({ ctx, input }) => getDataset(ctx.services.db, input)),
  upload: adminProcedure
    .input(
      z.object({
        kind,
        name: plainText().pipe(z.string().trim().min(1).max(200)),
        /** JSON Lines as dataset-lines.ts reads them; of TEXTS also plain text. */
        text: z.string().min(1).max(UPLOAD_CHARACTERS, "the file is larger than 8 MB; split it"),
        skipBad: z.boolean().optional(),
      }),
    )
    .mutation(({ ctx, input }) => uploadDataset(ctx.services.db, ctx.viewer.id, input)),
});
