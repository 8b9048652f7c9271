// The training methods as people choose among them: by what they are for, and what each still lacks here.
import {
  type DataKind,
  METHOD_TRAITS,
  type RewardSpec,
  type TrainingMethod,
} from "../../../server/domain/run-config.ts";

export type Purpose = "imitate" | "judge" | "prefer" | "explore" | "ai";

/** In the order in which they are shown. */
export const PURPOSES: readonly { key: Purpose; methods: readonly TrainingMethod[] }[] = [
  { key: "imitate", methods: ["SFT", "PRETRAIN", "BEST_OF_K", "DISTIL"] },
  { key: "prefer", methods: ["DPO", "SIMPO", "ORPO", "KTO"] },
  { key: "explore", methods: ["PPO", "GRPO"] },
  { key: "judge", methods: ["REWARD"] },
  { key: "ai", methods: ["RLAIF"] },
];

/** What this installation can offer a run. */
export interface Offer {
  judge: boolean;
  teacher: boolean;
  rewardModel: boolean;
}

export type Lack = "teacher" | "judgeOrBase" | "rewardModel";

/** What a method would want and does not find. `blocks`: it cannot be started at all without it. */
export function lackOf(method: TrainingMethod, offer: Offer): { lack: Lack; blocks: boolean } | null {
  if (method === "DISTIL" && !offer.teacher) return { lack: "teacher", blocks: true };
  if (method === "RLAIF" && !offer.judge) return { lack: "judgeOrBase", blocks: false };
  if ((method === "PPO" || method === "BEST_OF_K") && !offer.rewardModel) return { lack: "rewardModel", blocks: false };
  return null;
}

export type RewardFault = "noRewardModel" | "noJudge";

/** Why a reward cannot be given here; null when it can. */
export function rewardFault({ kind }: Pick<RewardSpec, "kind">, offer: Offer): RewardFault | null {
  if (kind === "rewardModel" && !offer.rewardModel) return "noRewardModel";
  return kind === "judge" && !offer.judge ? "noJudge" : null;
}

export function dataKinds(method: TrainingMethod): readonly DataKind[] {
  return METHOD_TRAITS[method].data;
}

/** Methods that mix general dialogues in against forgetting. */
export function takesReplay(method: TrainingMethod): boolean {
  return method === "SFT" || method === "PRETRAIN" || method === "BEST_OF_K" || method === "DISTIL";
}

/** Methods whose rewards are chosen. */
export type RewardedMethod = "BEST_OF_K" | "PPO" | "GRPO";

export function isRewarded(method: TrainingMethod): method is RewardedMethod {
  return method === "BEST_OF_K" || method === "PPO" || method === "GRPO";
}
