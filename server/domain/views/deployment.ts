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

/** While frozen, nothing gets more traffic by itself or by hand; taking away and going back always work. */
export const freezeSchema = z.object({
  frozen: z.boolean().default(false),
  reason: z.string().trim().max(500).default(""),
});

/** What can speak against an arm. */
export const CANARY_METRICS = ["thumbs", "sideBySide", "regenerate", "errors", "latency"] as const;
export type CanaryMetric = (typeof CANARY_METRICS)[number];

const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
const percentilesSchema = z.object({ p50: z.number(), p95: z.number() });

/** Of the newest replies of an arm, at most some thousands, so that they cost the same however old the arm is. */
export const armFiguresSchema = z.object({
  replies: z.number(),
  conversations: z.number(),
  up: z.number(),
  down: z.number(),
  /** Share of thumbs that are up. */
  thumbsUp: estimateSchema.nullable(),
  /** Replies with a thumb, as a share. */
  judged: z.number().nullable(),
  /** Replies that their reader asked to have again. */
  regenerated: estimateSchema.nullable(),
  /** Against the default arm, where both stood side by side; ties count half. */
  sideBySide: estimateSchema.extend({ comparisons: z.number() }).nullable(),
  failed: estimateSchema.nullable(),
  tokens: estimateSchema.nullable(),
  /** Milliseconds to the first words and to the whole reply; median and 95th percentile. */
  firstTokenMs: percentilesSchema.nullable(),
  replyMs: percentilesSchema.nullable(),
});
export type ArmFigures = z.output<typeof armFiguresSchema>;

/** Both arms of a Canary, as they were when it was last looked at. */
export const canaryFiguresSchema = z.object({ arm: armFiguresSchema, control: armFiguresSchema });
export type CanaryFigures = z.output<typeof canaryFiguresSchema>;

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
  /** How it stands where no canary moves it; null for an arm that nothing is compared with. */
  watch: ArmWatchView | null;
}

/** The tests of an arm with a fixed share beside the default one, or of a default arm beside the release before it. */
export interface ArmWatchView {
  controlNumber: number;
  tests: CanaryTest[];
  /** Of a default arm: when the comparison was over, and it had stood. */
  endedAt: Date | null;
}

/** How one metric stands: evidence that the arm is worse, as an E-value, and the bar at which it is stopped. */
export interface CanaryTest {
  metric: CanaryMetric;
  /** Difference of shares to the default arm, positive is better; of `sideBySide` the share of wins minus ½, of `latency` that of slow replies. */
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
  figures: CanaryFigures | null;
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
  /** What the next canary goes by unless its starter says otherwise. */
  plan: CanaryPlan;
  rollback: { number: number; adapterSha256: string | null } | null;
}
