/** The work of annotators: a task, its lease, what they say of it, and how far they are. */

import { z } from "zod";
import { type AnnotatorProgress, type NextTask, REPLY_LABELS, SKIP_REASONS } from "../../domain/views.ts";
import { AppError } from "../../errors.ts";
import { plainText } from "../../plain-text.ts";
import { annotatorProcedure, router } from "../trpc.ts";
import { id } from "./input.ts";

const MOST_REPLIES = 64;

const ranked = z.object({ messageId: id, rank: z.int().min(1).max(MOST_REPLIES) });

const submitInput = z.object({
  assignmentId: id,
  ranks: z.array(ranked).max(MOST_REPLIES),
  allBad: z.boolean(),
  labels: z
    .array(z.object({ messageId: id, label: z.enum(REPLY_LABELS) }))
    .max(MOST_REPLIES * REPLY_LABELS.length)
    .default([]),
  rewrite: z.object({ messageId: id, content: plainText() }).nullable().default(null),
  comment: plainText().pipe(z.string().trim().max(2000)).nullable().default(null),
  durationMs: z.int().min(0),
});

const assignment = z.object({ assignmentId: id });
const later = (): never => {
  throw new AppError("NOT_IMPLEMENTED", "Annotating is not there yet; try again later.");
};

export const annotationRouter = router({
  next: annotatorProcedure.mutation((): Promise<NextTask> => later()),
  submit: annotatorProcedure.input(submitInput).mutation((): Promise<{ rankingId: string }> => later()),
  skip: annotatorProcedure
    .input(assignment.extend({ reason: z.enum(SKIP_REASONS) }))
    .mutation((): Promise<{ assignmentId: string }> => later()),
  renew: annotatorProcedure.input(assignment).mutation((): Promise<{ expiresAt: Date }> => later()),
  undo: annotatorProcedure.mutation((): Promise<NextTask> => later()),
  progress: annotatorProcedure.query((): Promise<AnnotatorProgress> => later()),
  guidelines: annotatorProcedure.query((): Promise<{ en: string; zh: string }> => later()),
});
