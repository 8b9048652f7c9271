/** What admins see and choose of schedules: when they fire, what they start, and what came of it. */

import { z } from "zod";
import type { FiringStatus, Method, RunStatus, Trigger } from "../../../prisma/generated/enums.ts";
import { METHODS } from "../run-config.ts";
import type { PersonRef } from "./common.ts";
import type { Advice, LeftOut, RunPreview } from "./run.ts";
import type { Sentence } from "./sentence.ts";

/** Where a pipeline's policy starts: what is live when it fires, the bare base, or one adapter for good. */
export const startSchema = z.union([z.literal("LIVE"), z.literal("BASE"), z.uuid()]);

/** One Run of a pipeline. Data is frozen anew when the stage begins. */
export const stageSchema = z.object({
  method: z.enum(METHODS),
  /** Fields of the method's settings that differ from the defaults. */
  config: z.record(z.string(), z.unknown()).default({}),
  /** Left out: what the stage before made, or the pipeline's start for the first policy. */
  from: startSchema.optional(),
  /** Reward model of PPO, GRPO and best-of-K: left out, the one an earlier stage made, else the newest there is. */
  rewardAdapterId: z.uuid().optional(),
  /** Frozen data instead of what people judged. */
  datasetId: z.uuid().optional(),
  replayDatasetId: z.uuid().optional(),
});
export type Stage = z.output<typeof stageSchema>;

export const pipelineSchema = z.object({
  start: startSchema.default("LIVE"),
  stages: z.array(stageSchema).min(1).max(6),
  /** What becomes of the last adapter after its Gate: as the gate policy says, only ever ask, or a canary by itself. */
  promotion: z.enum(["POLICY", "ASK", "CANARY"]).default("POLICY"),
});
export type Pipeline = z.output<typeof pipelineSchema>;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "HH:MM");
/** Spans of the day in which nothing may start; one that ends before it begins passes midnight. Days count from 0, Sunday. */
export const quietHoursSchema = z
  .array(z.object({ from: clock, to: clock, days: z.array(z.int().min(0).max(6)).max(7).optional() }))
  .max(14);
export type QuietHours = z.output<typeof quietHoursSchema>;

/** What an admin writes of a schedule. At least one of cron, minNewPairs and winRateBelow is needed for it to fire by itself. */
export const scheduleInputSchema = z.object({
  name: z.string().trim().min(1).max(80),
  enabled: z.boolean().default(true),
  cron: z.string().trim().min(9).max(120).nullable().default(null),
  timeZone: z.string().min(1).max(60).default("UTC"),
  minNewPairs: z.int().min(1).max(10_000_000).nullable().default(null),
  winRateBelow: z.number().min(0.01).max(0.99).nullable().default(null),
  pipeline: pipelineSchema,
  quietHours: quietHoursSchema.default([]),
  runMinutes: z.int().min(1).max(100_000).nullable().default(null),
  monthMinutes: z.int().min(1).max(1_000_000).nullable().default(null),
  priority: z.int().min(-100).max(100).default(0),
});
export type ScheduleInput = z.output<typeof scheduleInputSchema>;

export interface ScheduleView extends ScheduleInput {
  id: string;
  createdBy: PersonRef | null;
  createdAt: Date;
  /** When cron is due next, quiet hours considered; null where it is off or has none. */
  nextAt: Date | null;
  /** New trusted pairs since it last fired. */
  newPairs: number;
  /** Minutes of device time its Runs took this month of its time zone. */
  minutesThisMonth: number;
  last: FiringView | null;
}

export interface FiringView {
  id: string;
  scheduleId: string;
  scheduleName: string;
  slot: string;
  trigger: Trigger;
  status: FiringStatus;
  reason: Sentence | null;
  dueAt: Date;
  firedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  startedBy: PersonRef | null;
  /** Index of the stage that runs or is next. */
  stage: number;
  stages: { method: Method; run: { id: string; status: RunStatus; step: number; totalSteps: number } | null }[];
  gate: { id: string; status: string } | null;
}

/** What would happen if the schedule fired now; nothing is stored. */
export interface DryRunView {
  /** Why it would not start now; empty: it would. */
  obstacles: Sentence[];
  /** What may end it before its last stage. */
  warnings: Sentence[];
  stages: {
    method: Method;
    /** Null where it could not be planned: an obstacle says why. */
    plan: {
      /** What a Dataset frozen now would hold. */
      train: number;
      heldOut: number;
      leftOut: LeftOut[];
      steps: number;
      /** As a run's preview estimates them. */
      minutes: RunPreview["minutes"];
      advice: Advice[];
    } | null;
  }[];
  /** Next times cron is due, in order, and what each would do. */
  upcoming: { at: Date; quiet: boolean }[];
}

/** Device minutes, people's minutes and tokens of a calendar month, with what they cost at the admin's prices. */
export interface CostMonth {
  /** "2026-03" */
  month: string;
  cpuMinutes: number;
  gpuMinutes: number;
  gateMinutes: number;
  annotatorMinutes: number;
  chatTokens: number;
  /** Of the rows that training steps read, prompts included. */
  trainTokens: number;
  /** Of replies that were sampled for runs, prompts not included. */
  sampledTokens: number;
  judgeTokens: number;
  runs: number;
  /** In the prices' currency; null while no price is set. */
  cost: number | null;
}

export interface CostsView {
  currency: string;
  months: CostMonth[];
  runs: {
    id: string;
    method: Method;
    at: Date;
    scheduleName: string | null;
    onGpu: boolean;
    minutes: number;
    tokens: number;
    sampledTokens: number;
    judgeTokens: number;
    cost: number | null;
  }[];
}
