/** Which rewards a run may ask for: a registered check, the reward model, or the judge, summed by weight. */

import { z } from "zod";

const weight = z.number().min(-1000).max(1000).default(1);
/** What of the reply is looked at: all of it, or the part that this regular expression's first group finds. */
const pattern = z.string().min(1).max(1000);

/**
 * Every reward is a number per reply, mostly from 0 to 1.
 * - `exact`: 1 where the reply (or its `extract`) equals the prompt's answer, spaces and case aside
 * - `number`: 1 where its last number (or `extract`) equals the answer within `tolerance`
 * - `regex`: 1 where it matches · `jsonSchema`: 1 where it is JSON that fits · `language`: share of letters in the script
 * - `length`: 1 within `min` to `max` tokens, falling linearly to 0 at twice or half
 * - `rewardModel`: the reward adapter's score · `judge`: the judge's grade from 0 to 1
 */
export const rewardSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("exact"), weight, extract: pattern.optional() }),
  z.strictObject({
    kind: z.literal("number"),
    weight,
    extract: pattern.optional(),
    tolerance: z.number().min(0).default(0),
  }),
  z.strictObject({ kind: z.literal("regex"), weight, pattern }),
  z.strictObject({ kind: z.literal("jsonSchema"), weight, schema: z.record(z.string(), z.unknown()) }),
  z.strictObject({ kind: z.literal("length"), weight, min: z.int().min(0).default(1), max: z.int().min(1) }),
  z.strictObject({ kind: z.literal("language"), weight, language: z.enum(["en", "zh"]) }),
  z.strictObject({ kind: z.literal("rewardModel"), weight }),
  z.strictObject({ kind: z.literal("judge"), weight, question: z.string().min(1).max(4000).optional() }),
]);
export type RewardSpec = z.output<typeof rewardSchema>;
export const REWARD_KINDS = rewardSchema.options.map((option) => option.shape.kind.value);

export const rewardsSchema = z.array(rewardSchema).min(1).max(16);
