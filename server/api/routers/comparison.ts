/** The queue of Comparisons as admins see and steer it. */

import { z } from "zod";
import { ComparisonReason, ComparisonStatus } from "../../../prisma/generated/enums.ts";
import { closeComparison, reopenComparison, requestComparison, setGold } from "../../domain/comparison.ts";
import { getComparison, listComparisons, viewQueue } from "../../domain/comparison-view.ts";
import type { ApiContext } from "../context.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId, ranked } from "./input.ts";

const listInput = z
  .object({
    status: z.enum(ComparisonStatus).optional(),
    reason: z.enum(ComparisonReason).optional(),
    gold: z.boolean().optional(),
    cursor,
  })
  .default({});

const ranks = z.array(ranked).min(2).max(64);

const act = ({ services, viewer }: ApiContext & { viewer: { id: string } }) => ({
  ...{ db: services.db, actorId: viewer.id },
  now: () => new Date(),
});

export const comparisonRouter = router({
  queue: adminProcedure.query(({ ctx }) => viewQueue(ctx.services.db, new Date())),
  list: adminProcedure.input(listInput).query(({ ctx, input }) => listComparisons(ctx.services.db, input, new Date())),
  get: adminProcedure.input(oneId).query(({ ctx, input }) => getComparison(ctx.services.db, input.id, new Date())),
  /** About the prompt of a reply, or about the prompt itself. */
  request: adminProcedure
    .input(z.object({ messageId: id }))
    .mutation(({ ctx, input }) => requestComparison(act(ctx), input.messageId)),
  setGold: adminProcedure
    .input(z.object({ id, ranks: ranks.nullable() }))
    .mutation(({ ctx, input }) => setGold(act(ctx), input.id, input.ranks)),
  close: adminProcedure.input(oneId).mutation(({ ctx, input }) => closeComparison(act(ctx), input.id)),
  reopen: adminProcedure.input(oneId).mutation(({ ctx, input }) => reopenComparison(act(ctx), input.id)),
});
