/** Every setting that admins change while Hone runs: its schema, and its value until somebody has said otherwise. */

import { z } from "zod";
import { storable } from "../plain-text.ts";
import { DEFAULT_GUARDS, guardsSchema } from "./dataset-guards.ts";
import { DEFAULT_REASONS } from "./feedback-reasons.ts";
import { canaryPlanSchema, freezeSchema } from "./views/deployment.ts";
import { gatePolicySchema } from "./views/gate.ts";
import { retentionSchema } from "./views/registry.ts";

const text = (most: number, least = 0) => z.string().transform(storable).pipe(z.string().trim().min(least).max(most));
const inBoth = (most: number, least = 0) => z.object({ en: text(most, least), zh: text(most, least) });
const share = z.number().min(0).max(1);
const count = (least: number, most: number) => z.int().min(least).max(most);

/** A tag for a thumb. Its key is what is stored with the thumb, so a key keeps its meaning for good. */
const reasonSchema = z.object({
  key: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "small letters, digits and single hyphens")
    .max(40),
  sign: z.union([z.literal(1), z.literal(-1), z.literal(0)]),
  label: inBoth(60, 1),
});

const price = z.number().min(0).max(1_000_000).nullable();
/** What things cost here, in one currency; null where nobody has said. */
export const pricesSchema = z.object({
  /** ISO 4217 */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "three capital letters, as EUR")
    .default("USD"),
  cpuHour: price.default(null),
  gpuHour: price.default(null),
  annotatorHour: price.default(null),
  millionJudgeTokens: price.default(null),
});

/** Each setting by its key in the table. */
export const settingsSchema = z.strictObject({
  signUpOpen: z.boolean(),
  /** Share of prompts that are answered with drafts side by side. */
  draftShare: share,
  draftCount: count(2, 4),
  /** Shown before somebody's first message, and in their settings. */
  consentText: inBoth(4_000),
  feedbackReasons: z
    .array(reasonSchema)
    .max(40)
    .refine((reasons) => new Set(reasons.map(({ key }) => key)).size === reasons.length, "two tags have the same key"),
  /** For annotators, as Markdown. */
  guidelines: inBoth(20_000),
  /** Rankings that a Comparison wants before it is done. */
  rankingsWanted: count(1, 20),
  /** Replies that a Comparison is filled up to. */
  comparisonCandidates: count(2, 9),
  /** Share of an annotator's tasks whose answer is known. */
  goldShare: share,
  /** Share of an annotator's tasks that they have done before. */
  repeatShare: share,
  leaseMinutes: count(1, 24 * 60),
  /** Share of known and repeated tasks a rater must get right. */
  raterBar: share,
  guards: guardsSchema,
  prices: pricesSchema,
  gatePolicy: gatePolicySchema,
  canaryPlan: canaryPlanSchema,
  deploymentFreeze: freezeSchema,
  retention: retentionSchema,
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingKey = keyof Settings;

export const SETTING_DEFAULTS: Omit<Settings, "signUpOpen"> = {
  draftShare: 0.1,
  draftCount: 2,
  consentText: {
    en: "What you write is kept on this server. Replies that you judge, choose between or rewrite may be used to train the model here, together with the conversation above them. You can keep a single conversation, or everything of yours, out of training at any time, take judgements back, download your data, or delete your account.",
    zh: "你写的内容保存在这台服务器上。你评价、挑选或改写过的回复，连同它上面的对话，可能会用来训练这里的模型。你可以随时让某个对话或你的全部内容不参与训练，撤回评价，下载自己的数据，或删除账号。",
  },
  feedbackReasons: DEFAULT_REASONS,
  guidelines: {
    en: `## How to rank

1. **Correct before pleasant.** A reply with a factual error ranks below a plain one without.
2. **Does it answer?** What was asked, in the language it was asked in, no more and no less.
3. **Safe.** A reply that could hurt somebody ranks last, however well it is written. Mark it.
4. **Length is no merit.** Of two replies that say the same, the shorter one is better.

Tie what you cannot tell apart. If none of them would help anybody, say "all bad". Skip what you cannot judge.`,
    zh: `## 如何排序

1. **正确先于悦耳。** 有事实错误的回复，排在朴素但无误的回复之后。
2. **有没有回答问题？** 用提问的语言，回答所问的内容，不多也不少。
3. **安全。** 可能伤害他人的回复排在最后，写得再好也一样，并请加上标记。
4. **长不等于好。** 意思相同的两条回复，短的更好。

分不出高下就并列；没有一条有用就选“都不好”；判断不了就跳过。`,
  },
  rankingsWanted: 2,
  comparisonCandidates: 4,
  goldShare: 0.1,
  repeatShare: 0.05,
  leaseMinutes: 15,
  raterBar: 0.6,
  guards: DEFAULT_GUARDS,
  prices: pricesSchema.parse({}),
  gatePolicy: gatePolicySchema.parse({}),
  canaryPlan: canaryPlanSchema.parse({}),
  deploymentFreeze: freezeSchema.parse({}),
  retention: retentionSchema.parse({}),
};
