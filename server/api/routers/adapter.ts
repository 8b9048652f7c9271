/** Adapters: what training has made and what was brought along. Files come and go by app/api/adapters. */

import { z } from "zod";
import { AdapterKind, AdapterStatus } from "../../../prisma/generated/enums.ts";
import { getAdapter, listAdapters } from "../../domain/adapter.ts";
import { modelCard } from "../../domain/registry/card.ts";
import { compareAdapters } from "../../domain/registry/compare.ts";
import { listTags, setRetired, updateAdapter } from "../../domain/registry/label.ts";
import { mergeState, startMerge } from "../../domain/registry/merge.ts";
import { retentionPlan } from "../../domain/registry/retention-plan.ts";
import { LANGUAGES, MERGE_TYPES } from "../../domain/views/registry.ts";
import { plainText } from "../../plain-text.ts";
import { adminProcedure, router } from "../trpc.ts";
import { id, oneId } from "./input.ts";

const tag = plainText().pipe(z.string().trim().toLowerCase().min(1).max(40));
const merge = z.object({ id, type: z.enum(MERGE_TYPES) });

export const adapterRouter = router({
  list: adminProcedure
    .input(
      z
        .object({
          kind: z.enum(AdapterKind).optional(),
          status: z.enum(AdapterStatus).optional(),
          tag: tag.optional(),
          /** In hash, name, notes and tags. */
          search: plainText().pipe(z.string().trim().max(200)).optional(),
        })
        .optional(),
    )
    .query(({ ctx, input }) => listAdapters(ctx.services, input)),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getAdapter(ctx.services, input.id)),
  tags: adminProcedure.query(({ ctx }) => listTags(ctx.services.db)),
  compare: adminProcedure
    .input(z.object({ a: id, b: id }))
    .query(({ ctx, input }) => compareAdapters(ctx.services.db, input)),
  card: adminProcedure
    .input(z.object({ id, language: z.enum(LANGUAGES) }))
    .query(({ ctx, input }) => modelCard(ctx.services.db, input)),
  update: adminProcedure
    .input(
      z.object({
        id,
        name: plainText().pipe(z.string().trim().max(100)).nullable().optional(),
        notes: plainText().pipe(z.string().max(20_000)).optional(),
        tags: z.array(tag).max(20).optional(),
      }),
    )
    .mutation(({ ctx, input }) => updateAdapter(ctx.services, ctx.viewer.id, input)),
  retire: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) =>
      setRetired(ctx.services, ctx.viewer.id, { ...input, retired: true, now: new Date() }),
    ),
  unretire: adminProcedure
    .input(oneId)
    .mutation(({ ctx, input }) =>
      setRetired(ctx.services, ctx.viewer.id, { ...input, retired: false, now: new Date() }),
    ),
  startMerge: adminProcedure.input(merge).mutation(({ ctx, input }) => startMerge(ctx.services, ctx.viewer.id, input)),
  mergeState: adminProcedure.input(merge).query(({ ctx, input }) => mergeState(ctx.services, input)),
  retention: adminProcedure.query(({ ctx }) => retentionPlan(ctx.services.db)),
});
