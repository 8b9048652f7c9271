/** Frozen datasets: what is in them, freezing and uploading new ones, what they are like, and what is private in them. */

import { z } from "zod";
import { DatasetOrigin, PairSource, Split } from "../../../prisma/generated/enums.ts";
import { compareDatasets } from "../../domain/dataset-compare.ts";
import { freezeCurrent, previewCurrent } from "../../domain/dataset-freeze.ts";
import { getDataset, listDatasets } from "../../domain/dataset-read.ts";
import { datasetStatistics } from "../../domain/dataset-statistics.ts";
import { uploadDataset } from "../../domain/dataset-upload.ts";
import { reportExport } from "../../domain/export.ts";
import { redactDataset, scanDataset } from "../../domain/pii-dataset.ts";
import { DATA_KINDS } from "../../domain/run-config.ts";
import { DATA_FORMATS, PII_KINDS } from "../../domain/views.ts";
import { plainText } from "../../plain-text.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

const UPLOAD_CHARACTERS = 8 * 2 ** 20;

const kind = z.enum(DATA_KINDS);
const name = plainText().pipe(z.string().trim().min(1).max(200));
const filter = z
  .object({
    split: z.enum(Split),
    source: z.enum(PairSource),
    language: z.string().regex(/^([a-z]{2}|other)$/),
    search: plainText().pipe(z.string().trim().min(1).max(200)),
  })
  .partial();

export const datasetRouter = router({
  list: adminProcedure
    .input(z.object({ kind: kind.optional(), origin: z.enum(DatasetOrigin).optional() }).optional())
    .query(({ ctx, input }) => listDatasets(ctx.services.db, input)),
  /** A page of a search may be empty and still name the next: every page looks at so many examples and no more. */
  get: adminProcedure
    .input(z.object({ id, cursor, filter: filter.optional() }))
    .query(({ ctx, input }) => getDataset(ctx.services.db, input)),
  preview: adminProcedure
    .input(z.object({ kind }))
    .query(({ ctx, input }) => previewCurrent(ctx.services.db, input.kind)),
  freeze: adminProcedure
    .input(z.object({ kind, name: name.optional() }))
    .mutation(({ ctx, input }) => freezeCurrent(ctx.services.db, ctx.viewer.id, input)),
  upload: adminProcedure
    .input(
      z.object({
        kind,
        name,
        /** JSON Lines as dataset-lines.ts reads them; of TEXTS also plain text. */
        text: z.string().min(1).max(UPLOAD_CHARACTERS, "the file is larger than 8 MB; import it instead"),
        skipBad: z.boolean().optional(),
      }),
    )
    .mutation(({ ctx, input }) => uploadDataset(ctx.services.db, ctx.viewer.id, input)),
  statistics: adminProcedure.input(oneId).query(({ ctx, input }) => datasetStatistics(ctx.services.db, input.id)),
  compare: adminProcedure
    .input(z.object({ a: id, b: id }))
    .query(({ ctx, input }) => compareDatasets(ctx.services.db, input)),
  exportReport: adminProcedure
    .input(z.object({ id, format: z.enum(DATA_FORMATS) }))
    .query(({ ctx, input }) => reportExport(ctx.services.db, input)),
  scan: adminProcedure.input(oneId).query(({ ctx, input }) => scanDataset(ctx.services.db, input.id)),
  /** `keep`: ordinals of examples to leave as they are. */
  redact: adminProcedure
    .input(
      z.object({
        id,
        kinds: z.array(z.enum(PII_KINDS)).min(1).max(PII_KINDS.length),
        name: name.optional(),
        keep: z.array(z.int().min(0)).max(100_000).default([]),
      }),
    )
    .mutation(({ ctx, input }) => redactDataset(ctx.services.db, ctx.viewer.id, input)),
});
