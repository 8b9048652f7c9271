// The gate's policy as its form has it: flat numbers in groups, each with its bounds, and the way there and back.
import type { GatePolicy } from "../../../../server/domain/views/gate.ts";
import type { NumberField } from "../../_lib/number-settings.ts";

type Flat = Omit<GatePolicy, "lengthRatio" | "promotion" | "override"> & { lengthLeast: number; lengthMost: number };
export type PolicyKey = keyof Flat;
type Unit = "nats" | "natsPerToken" | "ratio" | "deviations";
export type PolicyField = NumberField<PolicyKey> & { unit?: Unit };

const TINY = 0.0001;
const MANY = 10_000;
const shareField = (key: PolicyKey, least = 0, most = 1): PolicyField => ({ key, kind: "share", least, most });
const factorField = (key: PolicyKey, unit: Unit, least = TINY, most = MANY): PolicyField => ({
  ...{ key, kind: "factor", least, most },
  unit,
});

/** In the order of the form. Bounds are those of the server's schema, which checks again. */
export const GROUPS = [
  {
    group: "evidence",
    fields: [
      { key: "leastPairs", kind: "count", least: 1, most: 100_000 },
      { key: "prompts", kind: "count", least: 4, most: 1_000 },
      shareField("alpha", 0.001, 0.2),
    ],
  },
  {
    group: "better",
    fields: [
      shareField("winRate"),
      shareField("rewardWinRate"),
      shareField("judgeWinRate"),
      shareField("lengthControlledWinRate"),
    ],
  },
  {
    group: "near",
    fields: [
      factorField("klLive", "nats"),
      factorField("klBase", "nats"),
      factorField("lengthLeast", "ratio"),
      factorField("lengthMost", "ratio"),
      factorField("styleDrift", "deviations"),
    ],
  },
  {
    group: "kept",
    fields: [
      shareField("knowledgeDrop"),
      shareField("safetyDrop"),
      shareField("sycophancyDrop"),
      shareField("endingsDrop"),
      factorField("generalLossRise", "natsPerToken", 0),
      shareField("speedRatio"),
    ],
  },
  {
    group: "people",
    fields: [
      { key: "approvals", kind: "count", least: 0, most: 5 },
      { key: "tastes", kind: "count", least: 0, most: 20 },
    ],
  },
] as const satisfies readonly { group: string; fields: readonly PolicyField[] }[];

export function flatPolicy({ lengthRatio, promotion: _promotion, override: _override, ...flat }: GatePolicy): Flat {
  return { ...flat, lengthLeast: lengthRatio.least, lengthMost: lengthRatio.most };
}

/** The policy with some of its numbers changed. */
export function changedPolicy(policy: GatePolicy, change: Partial<Flat>): GatePolicy {
  const { lengthLeast, lengthMost, ...flat } = change;
  const { least, most } = policy.lengthRatio;
  return { ...policy, ...flat, lengthRatio: { least: lengthLeast ?? least, most: lengthMost ?? most } };
}
