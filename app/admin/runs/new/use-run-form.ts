// What the form of a new run holds, and the plan it amounts to: everything the dry run and the start are asked with.
"use client";
import { useState } from "react";
import { METHOD_TRAITS, type TrainingMethod, type Tuning } from "../../../../server/domain/run-config.ts";
import type { Inputs } from "../../../_lib/trpc.ts";
import { isRewarded, type Offer, type RewardedMethod, takesReplay } from "../../_lib/methods.ts";
import { type ParsedRewards, parseRewards, type RewardDraft, usualRewards } from "../../_lib/reward-form.ts";
import { type ParsedForm, parseForm, parseSeed, type Typed } from "../../_lib/run-form.ts";
import { chosenSource, type DataOffer } from "../../_lib/run-source.ts";

export type Plan = Inputs["run"]["preview"];

interface Choices {
  method: TrainingMethod;
  /** "feedback", "upload" or the id of a Dataset; null takes the first that fits. */
  source: string | null;
  replayDatasetId: string | null;
  fromAdapterId: string | null;
  rewardAdapterId: string | null;
  tuning: Tuning;
  typed: Typed;
  seed: string;
  rewards: Record<RewardedMethod, RewardDraft[]>;
}

const BEGIN: Choices = {
  method: "DPO",
  source: null,
  replayDatasetId: null,
  fromAdapterId: null,
  rewardAdapterId: null,
  tuning: "lora",
  typed: {},
  seed: "",
  rewards: { BEST_OF_K: usualRewards("BEST_OF_K"), PPO: usualRewards("PPO"), GRPO: usualRewards("GRPO") },
};

const NO_REWARDS: ParsedRewards = { specs: [], faults: {} };

export interface RunForm extends Choices {
  set: (change: Partial<Choices>) => void;
  chooseMethod: (method: TrainingMethod) => void;
  /** What `source` comes to: what was chosen where it fits the method, else the first that does. */
  from: string;
  usedTuning: Tuning;
  parsed: ParsedForm;
  rewardsParsed: ParsedRewards;
  seedFaulty: boolean;
  faulty: boolean;
  /** Null while there is nothing to plan with: a file is still to be uploaded. */
  plan: Plan | null;
  seedNumber: number | undefined;
}

/** @param rewardModel the one to take while none is chosen */
export function useRunForm(offer: Offer, data: DataOffer, rewardModel: string | undefined): RunForm {
  const [choices, setChoices] = useState(BEGIN);
  const { method, typed, rewards } = choices;
  const tunings: readonly Tuning[] = METHOD_TRAITS[method].tunings;
  const usedTuning = tunings.includes(choices.tuning) ? choices.tuning : "lora";
  const parsed = parseForm(method, typed);
  const rewardsParsed = isRewarded(method) ? parseRewards(method, rewards[method], offer) : NO_REWARDS;
  const noReward = isRewarded(method) && rewards[method].length === 0;
  const seed = parseSeed(choices.seed);
  const from = chosenSource(method, choices.source, data);
  const rewardAdapterId = choices.rewardAdapterId ?? rewardModel;
  const faulty =
    Object.keys(parsed.faults).length > 0 || Object.keys(rewardsParsed.faults).length > 0 || noReward || seed === null;
  const plan: Plan | null =
    from === "upload"
      ? null
      : {
          method,
          config: {
            ...parsed.config,
            ...(usedTuning !== "lora" && { tuning: usedTuning }),
            ...(isRewarded(method) && changed(method, rewards[method]) && { rewards: rewardsParsed.specs }),
          },
          source: from === "feedback" ? { from: "FEEDBACK" } : { from: "DATASET", id: from },
          ...(choices.fromAdapterId && { fromAdapterId: choices.fromAdapterId }),
          ...(asksRewardModel(choices) && rewardAdapterId && { rewardAdapterId }),
          ...(choices.replayDatasetId && takesReplay(method) && { replayDatasetId: choices.replayDatasetId }),
        };
  return {
    ...choices,
    set: (change) => setChoices((before) => ({ ...before, ...change })),
    chooseMethod: (next) =>
      setChoices((before) => ({
        ...before,
        method: next,
        // A policy cannot go on as a reward model, nor the other way round.
        fromAdapterId: (next === "REWARD") === (before.method === "REWARD") ? before.fromAdapterId : null,
      })),
    from,
    usedTuning,
    parsed,
    rewardsParsed,
    seedFaulty: seed === null,
    seedNumber: seed ?? undefined,
    faulty,
    plan,
  };
}

/** Whether a reward model scores this run. */
export function asksRewardModel({ method, rewards }: Pick<Choices, "method" | "rewards">): boolean {
  return isRewarded(method) && rewards[method].some(({ kind }) => kind === "rewardModel");
}

/** Rewards as they come by default are left to the server. */
function changed(method: RewardedMethod, drafts: readonly RewardDraft[]): boolean {
  const plain = (rows: readonly RewardDraft[]) =>
    JSON.stringify(rows.map(({ kind, weight, fields }) => [kind, weight, fields]));
  return plain(drafts) !== plain(BEGIN.rewards[method]);
}
