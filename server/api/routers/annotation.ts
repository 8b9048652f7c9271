/** The work of annotators: a task, its lease, what they say of it, and how far they are. */

import { z } from "zod";
import { viewProgress } from "../../domain/annotation-progress.ts";
import type { AnnotationServices } from "../../domain/annotation-queue.ts";
import { nextTask, renewLease, skipTask } from "../../domain/assignment.ts";
import { submitRanking, undoRanking } from "../../domain/ranking.ts";
import { getSetting } from "../../domain/setting.ts";
import { REPLY_LABELS, SKIP_REASONS } from "../../domain/views.ts";
import { plainText } from "../../plain-text.ts";
import type { Services } from "../../services.ts";
import { annotatorProcedure, router } from "../trpc.ts";
import { id, ranked } from "./input.ts";

const MOST_REPLIES = 64;
const DAY_MS = 24 * 3600_000;

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
  durationMs: z.int().min(0).max(DAY_MS),
});

const assignment = z.object({ assignmentId: id });

/** With the clock and chance of this process. */
const annotating = ({ db, env }: Services): AnnotationServices & Pick<Services, "env"> => ({
  ...{ db, env, random: Math.random },
  now: () => new Date(),
});

export const annotationRouter = router({
  /** A mutation: it lends a task. */
  next: annotatorProcedure.mutation(({ ctx }) => nextTask(annotating(ctx.services), ctx.viewer.id)),
  submit: annotatorProcedure
    .input(submitInput)
    .mutation(({ ctx, input }) => submitRanking(annotating(ctx.services), ctx.viewer.id, input)),
  skip: annotatorProcedure
    .input(assignment.extend({ reason: z.enum(SKIP_REASONS) }))
    .mutation(({ ctx, input }) => skipTask(annotating(ctx.services), ctx.viewer.id, input)),
  renew: annotatorProcedure
    .input(assignment)
    .mutation(({ ctx, input }) => renewLease(annotating(ctx.services), ctx.viewer.id, input.assignmentId)),
  undo: annotatorProcedure.mutation(({ ctx }) => undoRanking(annotating(ctx.services), ctx.viewer.id)),
  progress: annotatorProcedure.query(({ ctx }) => viewProgress(annotating(ctx.services), ctx.viewer.id)),
  /** Markdown in both languages. */
  guidelines: annotatorProcedure.query(({ ctx }) => getSetting(ctx.services.db, "guidelines")),
});
