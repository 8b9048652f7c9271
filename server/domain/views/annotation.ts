/** What annotators see of a task, and what admins see of the queue. Nothing here names the weights that spoke: annotators are blinded. */

import type { AssignmentState, ComparisonReason, ComparisonStatus } from "../../../prisma/generated/enums.ts";
import type { PersonRef, Turns } from "./common.ts";

/** What may be noted about a reply besides its place. */
export const REPLY_LABELS = ["unsafe", "private-data", "wrong-language", "factual-error"] as const;
export type ReplyLabelKey = (typeof REPLY_LABELS)[number];

/** Why an annotator passes a task on. */
export const SKIP_REASONS = ["too-hard", "not-my-language", "offensive", "private-data", "broken", "other"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Rank 1 is best; equal ranks are ties. */
export interface Ranked {
  messageId: string;
  rank: number;
}

/** One task of one annotator. Gold and repeated tasks look like any other. */
export interface TaskView {
  assignmentId: string;
  /** The lease ends then, unless it is renewed. */
  expiresAt: Date;
  prompt: Turns;
  /** In this annotator's order; letters go by place. */
  replies: { messageId: string; content: string }[];
  /** What was submitted before, where this is an undone task. */
  previous: SubmittedTask | null;
}

export interface SubmittedTask {
  ranks: Ranked[];
  allBad: boolean;
  labels: { messageId: string; label: ReplyLabelKey }[];
  /** The best reply as it should have been. */
  rewrite: { messageId: string; content: string } | null;
  comment: string | null;
}

/** Why there is no task. */
export const NO_TASK_REASONS = [
  "EMPTY",
  "ALL_LENT", // others are at work on what is left
  "DONE_BY_YOU", // you ranked or skipped all of it; others have not
  "YOURS", // all of it is about your own conversations or texts
  "DRAFTING", // replies are still being drafted
  "PAUSED", // this annotator is quarantined, and an admin has to look
] as const;

export type NextTask = { task: TaskView } | { task: null; why: (typeof NO_TASK_REASONS)[number] };

export interface AnnotatorProgress {
  /** Rankings of this day, in UTC. */
  today: number;
  total: number;
  /** Days in a row with at least one ranking, today or yesterday included. */
  streakDays: number;
  /** Tasks that this annotator could get now. */
  waiting: number;
  /** Share of preferences in common with others who ranked the same, null below 5 shared tasks. */
  agreement: number | null;
  sharedTasks: number;
  /** Whether there is something to undo. */
  canUndo: boolean;
}

/** A Comparison in the admin's queue. */
export interface ComparisonRow {
  id: string;
  reason: ComparisonReason;
  status: ComparisonStatus;
  priority: number;
  /** The figures behind the reason, by name. */
  why: Record<string, number | string>;
  gold: boolean;
  wanted: number;
  rankings: number;
  candidates: number;
  /** Beginning of the prompt. */
  prompt: string;
  createdAt: Date;
  lentTo: PersonRef[];
}

export interface ComparisonView extends ComparisonRow {
  turns: Turns;
  candidatesInFull: { messageId: string; content: string; adapterSha256: string | null; byPerson: boolean }[];
  goldRanks: Ranked[] | null;
  rankingsInFull: {
    id: string;
    rater: PersonRef;
    round: number;
    ranks: Ranked[];
    allBad: boolean;
    labels: { messageId: string; label: ReplyLabelKey }[];
    comment: string | null;
    durationMs: number;
    at: Date;
    withdrawn: boolean;
  }[];
  assignments: { rater: PersonRef; state: AssignmentState; round: number; skipReason: string | null; at: Date }[];
}

export interface QueueView {
  byStatus: Record<ComparisonStatus, number>;
  /** Of those open or being drafted. */
  byReason: Partial<Record<ComparisonReason, number>>;
  gold: number;
  /** People who may be given tasks: annotators and admins, neither disabled nor quarantined. */
  annotators: number;
  /** Of those open: how many will never have the rankings they want, because too few people are left who may rank them. */
  stuck: number;
  /** Rankings per day of the last 30 days, oldest first; yyyy-mm-dd in UTC. */
  rankingsPerDay: { day: string; count: number }[];
  medianSeconds: number | null;
  skips: { reason: string; count: number }[];
}
