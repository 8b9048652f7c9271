/** The queue of Comparisons as admins see and steer it. */

import { z } from "zod";
import { ComparisonReason, ComparisonStatus } from "../../../prisma/generated/enums.ts";
import type { ComparisonRow, ComparisonView, Page, QueueView } from "../../domain/views.ts";
import { AppError } from "../../errors.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id, oneId } from "./input.ts";

const listInput = z
  .object({
    status: z.enum(ComparisonStatus).optional(),
    reason: z.enum(ComparisonReason).optional(),
    gold: z.boolean().optional(),
    cursor,
  })
  .optional();

const ranks = z
  .array(z.object({ messageId: id, rank: z.int().min(1).max(64) }))
  .min(2)
  .max(64);

const later = (): never => {
  throw new AppError("NOT_IMPLEMENTED", "The queue of comparisons is not there yet; try again later.");
};

export const comparisonRouter = router({
  queue: adminProcedure.query((): Promise<QueueView> => later()),
  list: adminProcedure.input(listInput).query((): Promise<Page<ComparisonRow>> => later()),
  get: adminProcedure.input(oneId).query((): Promise<ComparisonView> => later()),
  /** About the prompt of a reply, or about the prompt itself. */
  request: adminProcedure.input(z.object({ messageId: id })).mutation((): Promise<ComparisonView> => later()),
  setGold: adminProcedure
    .input(z.object({ id, ranks: ranks.nullable() }))
    .mutation((): Promise<ComparisonView> => later()),
  close: adminProcedure.input(oneId).mutation((): Promise<ComparisonView> => later()),
  reopen: adminProcedure.input(oneId).mutation((): Promise<ComparisonView> => later()),
});
