// The form of a canary's plan: what people type, and the plan that it makes or why it makes none.

import { type CanaryPlan, canaryPlanSchema } from "../../../server/domain/views/deployment.ts";
import { perCent, perMille } from "./shares.ts";

export interface StageFields {
  /** Stays the same while stages are added and removed. */
  key: number;
  share: string;
  replies: string;
  minutes: string;
}

export interface PlanFields {
  stages: StageFields[];
  /** Per cent. */
  alpha: string;
  leastErrors: string;
  earlyPromotion: boolean;
}

export const planFields = ({ stages, alpha, leastErrors, earlyPromotion }: CanaryPlan): PlanFields => ({
  stages: stages.map(({ share, leastReplies, leastMinutes }, key) => ({
    ...{ key, share: perCent(share), replies: String(leastReplies), minutes: String(leastMinutes) },
  })),
  ...{ alpha: String(Math.round(alpha * 10_000) / 100), leastErrors: String(leastErrors), earlyPromotion },
});

/** A stage before the last, half-way between its neighbours, with as many replies and minutes as the one before. */
export function addStage({ stages, ...rest }: PlanFields): PlanFields {
  const [before, last] = [stages.at(-2), stages.at(-1)!];
  const from = perMille(before?.share ?? "0") ?? 0;
  const share = perCent(Math.round((from + (perMille(last.share) ?? 1000)) / 2));
  const key = 1 + Math.max(...stages.map((stage) => stage.key));
  const added = { key, share, replies: before?.replies ?? "20", minutes: before?.minutes ?? "30" };
  return { ...rest, stages: [...stages.slice(0, -1), added, last] };
}

export const removeStage = ({ stages, ...rest }: PlanFields, key: number): PlanFields => ({
  ...rest,
  stages: stages.filter((stage) => stage.key !== key),
});

/** Null where the fields make no plan. */
export function planOf({ stages, alpha, leastErrors, earlyPromotion }: PlanFields): CanaryPlan | null {
  const made = {
    stages: stages.map(({ share, replies, minutes }) => ({
      ...{ share: perMille(share), leastReplies: whole(replies), leastMinutes: whole(minutes) },
    })),
    ...{ alpha: Number(alpha.replace(",", ".")) / 100, leastErrors: whole(leastErrors), earlyPromotion },
  };
  return canaryPlanSchema.safeParse(made).data ?? null;
}

/** An empty field is not 0. */
const whole = (typed: string): number | null => (/^\s*\d+\s*$/.test(typed) ? Number(typed) : null);
