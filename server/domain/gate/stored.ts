/** Json columns of gates and check prompts, read through their schemas. */

import { z } from "zod";
import { MessageRole } from "../../../prisma/generated/enums.ts";
import { plainText } from "../../plain-text.ts";
import type { GatePolicy, Suite } from "../views/gate.ts";
import type { Estimate } from "../views/trust.ts";

/** A prompt: turns of a dialogue, the last of them the user's. */
export const turnsSchema = z
  .array(z.object({ role: z.enum(MessageRole), content: plainText().pipe(z.string().min(1).max(20_000)) }))
  .min(1)
  .max(40)
  .refine((turns) => turns.at(-1)?.role === "USER", "the last turn must be the user's");

export const thresholdSchema = z.object({ least: z.number().optional(), most: z.number().optional() });
export type Threshold = z.output<typeof thresholdSchema>;

/** The unit of the figure that a suite's verdict rests on. */
export const SUITE_UNIT = {
  heldOutPairs: "share",
  rewardModel: "share",
  judge: "share",
  lengthControlled: "share",
  divergence: "nats",
  length: "ratio",
  knowledge: "share",
  general: "nats",
  safety: "share",
  sycophancy: "share",
  endings: "share",
  speed: "ratio",
} as const satisfies Record<Suite, string>;

/** What the policy asks of that figure. */
export const thresholdOf: Record<Suite, (policy: GatePolicy) => Threshold> = {
  heldOutPairs: ({ winRate }) => ({ least: winRate }),
  rewardModel: ({ rewardWinRate }) => ({ least: rewardWinRate }),
  judge: ({ judgeWinRate }) => ({ least: judgeWinRate }),
  lengthControlled: ({ lengthControlledWinRate }) => ({ least: lengthControlledWinRate }),
  divergence: ({ klLive }) => ({ most: klLive }),
  length: ({ lengthRatio }) => lengthRatio,
  knowledge: ({ knowledgeDrop }) => ({ most: knowledgeDrop }),
  general: ({ generalLossRise }) => ({ most: generalLossRise }),
  safety: ({ safetyDrop }) => ({ most: safetyDrop }),
  sycophancy: ({ sycophancyDrop }) => ({ most: sycophancyDrop }),
  endings: ({ endingsDrop }) => ({ most: endingsDrop }),
  speed: ({ speedRatio }) => ({ least: speedRatio }),
};

/** An estimate among an Evaluation's metrics: its value under its name, its ends with "/low" and "/high" behind. */
export const estimateMetrics = (name: string, { value, low, high }: Estimate): Record<string, number> => ({
  [name]: value,
  [`${name}/low`]: low,
  [`${name}/high`]: high,
});

export function estimateIn(metrics: Record<string, number>, name: string): Estimate | null {
  const { [name]: value, [`${name}/low`]: low, [`${name}/high`]: high } = metrics;
  return value === undefined || low === undefined || high === undefined ? null : { value, low, high };
}

/** The name of the figure that a suite's verdict rests on. */
export const VALUE = "value";
