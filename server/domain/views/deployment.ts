/** What admins see of traffic: arms with their shares and figures, canaries and why they ended. */

import { z } from "zod";
import type { CanaryStatus } from "../../../prisma/generated/enums.ts";
import type { PersonRef } from "./common.ts";
import type { Sentence } from "./sentence.ts";
import type { Estimate } from "./trust.ts";

export const canaryPlanSchema = z.object({
  stages: z
    .array(
      z.object({
        /** Per mille of new conversations; the last stage is 1000: the arm becomes the default. */
        share: z.int().min(1).max(1000),
        /** Replies of the arm, and minutes, before the next stage may begin. */
        leastReplies: z.int().min(0).max(10_000_000),
        leastMinutes: z.int().min(0).max(100_000),
      }),
    )
    .min(1)
    .max(10)
    .refine((stages) => stages.every(({ share }, i) => i === 0 || share > stages[i - 1]!.share), "shares must grow")
    .refine((stages) => stages.at(-1)?.share === 1000, "the last share must be 1000")
    .default([
      { share: 10, leastReplies: 20, leastMinutes: 30 },
      { share: 100, leastReplies: 100, leastMinutes: 120 },
      { share: 500, leastReplies: 300, leastMinutes: 240 },
      { share: 1000, leastReplies: 0, leastMinutes: 0 },
    ]),
  /** Probability of ever stopping an arm that is no worse, over all metrics together. */
  alpha: z.number().min(0.0001).max(0.2).default(0.05),
  /** An arm whose replies fail this much more often is stopped at once, from `leastErrors` on. */
  leastErrors: z.int().min(1).max(1_000).default(5),
  /** Evidence that it is better (E-value) lets a stage end before its minutes are over; 0 never does. */
  earlyPromotion: z.boolean().default(false),
});
export type CanaryPlan = z.output<typeof canaryPlanSchema>;

/** What can speak against an arm. */
export const CANARY_METRICS = ["thumbs", "sideBySide", "regenerate", "errors", "latency"] as const;
export type CanaryMetric = (typeof CANARY_METRICS)[number];

export interface ArmFigures {
  replies: number;
  conversations: number;
  up: number;
  down: number;
  /** Share of thumbs that are up. */
  thumbsUp: Estimate | null;
  /** Replies with a thumb, as a share. */
  judged: number | null;
  /** Replies that their reader asked to have again. */
  regenerated: Estimate | null;
  /** Against the default arm, where both stood side by side; ties count half. */
  sideBySide: (Estimate & { comparisons: number }) | null;
  failed: Estimate | null;
  tokens: Estimate | null;
  /** Milliseconds to the first token and to the whole reply; median and 95th percentile. */
  firstTokenMs: { p50: number; p95: number } | null;
  replyMs: { p50: number; p95: number } | null;
}

export interface ArmView {
  deploymentId: string;
  number: number;
  adapterId: string | null;
  adapterSha256: string | null;
  isDefault: boolean;
  /** Per mille of new conversations, the default arm's rest included. */
  share: number;
  since: Date;
  figures: ArmFigures;
}

/** How one metric stands: evidence that the arm is worse, as an E-value, and the bar at which it is stopped. */
export interface CanaryTest {
  metric: CanaryMetric;
  /** Difference to the default arm, in the metric's own unit; positive is better. */
  difference: Estimate | null;
  evidenceWorse: number;
  evidenceBetter: number;
  bar: number;
  observations: { arm: number; control: number };
}

export interface CanaryView {
  id: string;
  status: CanaryStatus;
  deploymentId: string;
  number: number;
  adapterId: string | null;
  adapterSha256: string | null;
  controlNumber: number;
  plan: CanaryPlan;
  stage: number;
  stageSince: Date;
  /** What is still missing before the next stage; empty when it may begin. */
  waitsFor: Sentence[];
  tests: CanaryTest[];
  automatic: boolean;
  startedBy: PersonRef | null;
  startedAt: Date;
  endedAt: Date | null;
  reason: Sentence | null;
  lookedAt: Date | null;
}

export interface TrafficView {
  arms: ArmView[];
  canary: CanaryView | null;
  /** Canaries that are over, newest first. */
  past: CanaryView[];
  frozen: { by: PersonRef | null; reason: string; at: Date } | null;
  /** Arms that may have traffic at a time (INFERENCE_ADAPTERS). */
  mostArms: number;
  rollback: { number: number; adapterSha256: string | null } | null;
}
