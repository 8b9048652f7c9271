/** One run on disk: from tokenised examples to trained weights, resumable from its folder. Used by the CLI and the trainer. */

import { join } from "node:path";
import type { RunConfig } from "../server/domain/run-config.ts";
import type { BaseIdentity } from "./adapters/export.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type {
  PreferenceExample,
  TokenisedDialogue,
  TokenisedPair,
  TokenisedPrompt,
  TokenisedRanking,
  TokenisedThumb,
} from "./data/example.ts";
import type { ChatTokens } from "./data/tokenise.ts";
import type { AdapterWeights, Engine } from "./engine/contract.ts";
import { TrainerError, type TrainerErrorCode } from "./errors.ts";
import type { Endpoint } from "./judge/endpoint.ts";
import { trainBestOfK } from "./methods/best-of-k.ts";
import { trainDistil } from "./methods/distil.ts";
import { trainDpo } from "./methods/dpo.ts";
import { trainGrpo } from "./methods/grpo.ts";
import { trainKto } from "./methods/kto.ts";
import { trainOrpo } from "./methods/orpo.ts";
import { trainPpo } from "./methods/ppo.ts";
import { trainPretrain } from "./methods/pretrain.ts";
import { trainRewardModel } from "./methods/reward-model.ts";
import { type JudgedPair, trainRlaif } from "./methods/rlaif.ts";
import type { MethodRun, StepReport, TrainedWeights } from "./methods/run.ts";
import { trainSft } from "./methods/sft.ts";
import { trainSimpo } from "./methods/simpo.ts";
import type { Rollouts } from "./rollout/contract.ts";
import { gatherCacheAt, referenceCacheAt } from "./train-cache.ts";
import { fingerprintOf } from "./train-fingerprint.ts";

interface Imitation<M extends "SFT" | "PRETRAIN"> {
  method: M;
  config: RunConfig<M>;
  examples: readonly TokenisedDialogue[];
  /** General data that is mixed in against forgetting. */
  replay?: readonly TokenisedDialogue[];
}
interface Pairwise<M extends "DPO" | "SIMPO" | "ORPO"> {
  method: M;
  config: RunConfig<M>;
  examples: readonly TokenisedPair[];
}
interface Prompted<M extends "PPO" | "GRPO"> {
  method: M;
  config: RunConfig<M>;
  examples: readonly TokenisedPrompt[];
}
interface PromptedImitation<M extends "BEST_OF_K" | "DISTIL"> {
  method: M;
  config: RunConfig<M>;
  examples: readonly TokenisedPrompt[];
  replay?: readonly TokenisedDialogue[];
}

/** What is trained, by which method, with every setting settled. */
export type TrainingPlan =
  | Imitation<"SFT">
  | Imitation<"PRETRAIN">
  | PromptedImitation<"BEST_OF_K">
  | PromptedImitation<"DISTIL">
  | { method: "REWARD"; config: RunConfig<"REWARD">; examples: readonly TokenisedRanking[] }
  | Pairwise<"DPO">
  | Pairwise<"SIMPO">
  | Pairwise<"ORPO">
  | { method: "KTO"; config: RunConfig<"KTO">; examples: readonly TokenisedThumb[] }
  | Prompted<"PPO">
  | Prompted<"GRPO">
  | {
      method: "RLAIF";
      config: RunConfig<"RLAIF">;
      examples: readonly TokenisedPrompt[];
      /** As texts: the judge is compared with the people who made them, and they are mixed in where the settings say so. */
      humanPairs?: readonly PreferenceExample[];
    };

/** What methods need that sample, score or ask somebody else; a run that lacks one it needs refuses with a sentence. */
export interface Tools {
  /** The model's template and vocabulary, for texts that come in while training. */
  chat: ChatTokens;
  rollouts?: Rollouts;
  /** Scores replies; its weights have a head. */
  rewardModel?: { sha256: string; weights: AdapterWeights };
  /** Compares and grades replies. */
  judge?: Endpoint;
  /** Gives the replies that distillation imitates. */
  teacher?: Endpoint;
}

/** The identity of a run: two runs with the same one make the same adapter. */
export interface RunIdentity {
  plan: TrainingPlan;
  base: BaseIdentity;
  /** The adapter it goes on from, by the hash of its file; null begins with a fresh one. */
  start: { sha256: string; weights: AdapterWeights } | null;
  seed: number;
}

export interface Training extends RunIdentity {
  engine: Engine;
  tools: Tools;
  /** Holds the checkpoint and what was gathered before the first step; belongs to this run alone. */
  folder: string;
  /** The step after which the run goes on, once that is known; 0 for a new one. */
  onStart?(resumedStep: number): Promise<void> | void;
  onStep(report: StepReport): Promise<void> | void;
  /** RLAIF: the pairs that the judge made, before they are trained on; a resumed run says them again. */
  onPairs?(pairs: readonly JudgedPair[]): Promise<void>;
  /** Told in sentences how gathering goes. */
  log?(sentence: string): void;
  cancel?: AbortSignal;
  pause?: AbortSignal;
}

export type { TrainedWeights };

export const checkpointPath = (folder: string) => join(folder, "checkpoint.safetensors");

/**
 * Runs the plan to its end, from the folder's checkpoint if there is one.
 * @returns what was trained; the folder may be deleted then
 * @throws TrainerError BAD_CHECKPOINT when the folder belongs to another run; what the methods throw
 */
export async function train(training: Training): Promise<TrainedWeights> {
  const { plan, engine, seed, start, folder } = training;
  const fingerprint = fingerprintOf(training);
  const resume = await readCheckpoint(checkpointPath(folder), fingerprint);
  await training.onStart?.(resume?.step ?? 0);
  const run = {
    engine,
    seed,
    start: start?.weights ?? null,
    resume,
    onStep: training.onStep,
    onCheckpoint: (checkpoint: Checkpoint) => writeCheckpoint(checkpointPath(folder), checkpoint, fingerprint),
    cancel: training.cancel,
    pause: training.pause,
    log: training.log,
  };
  const referenceCache = gatherCacheAt(join(folder, "reference.json"), fingerprint);
  switch (plan.method) {
    case "SFT":
      return trainSft({ ...run, dialogues: plan.examples, replay: plan.replay, config: plan.config });
    case "PRETRAIN":
      return trainPretrain({ ...run, chunks: plan.examples, replay: plan.replay, config: plan.config });
    case "REWARD":
      return adapter(await trainRewardModel({ ...run, rankings: plan.examples, config: plan.config }));
    case "DPO":
      return adapter(
        await trainDpo({
          ...{ ...run, pairs: plan.examples, config: plan.config },
          referenceCache: referenceCacheAt(join(folder, "reference.json"), fingerprint),
        }),
      );
    case "SIMPO":
      return adapter(await trainSimpo({ ...run, pairs: plan.examples, config: plan.config }));
    case "ORPO":
      return adapter(await trainOrpo({ ...run, pairs: plan.examples, config: plan.config }));
    case "KTO":
      return adapter(await trainKto({ ...run, thumbs: plan.examples, config: plan.config, referenceCache }));
    default:
      return trainOnPrompts(plan, run, training, fingerprint);
  }
}

type PromptPlan = Extract<TrainingPlan, { examples: readonly TokenisedPrompt[] }>;

/** The methods that make their own replies, or have others make them. */
async function trainOnPrompts(
  plan: PromptPlan,
  run: MethodRun & Pick<Training, "log">,
  { tools, folder, onPairs }: Training,
  fingerprint: string,
): Promise<TrainedWeights> {
  const { chat, rewardModel, judge } = tools;
  const prompts = plan.examples;
  const rollouts = () =>
    needed(tools.rollouts, "SAMPLING_FAILED", `${plan.method} samples replies and no sampler was opened for it.`);
  const gatherCache = gatherCacheAt(join(folder, "gathered.json"), fingerprint);
  switch (plan.method) {
    case "PPO":
      return adapter(
        await trainPpo({ ...run, prompts, config: plan.config, rollouts: rollouts(), rewardModel, judge }),
      );
    case "GRPO":
      return adapter(
        await trainGrpo({ ...run, prompts, config: plan.config, rollouts: rollouts(), rewardModel, judge }),
      );
    case "BEST_OF_K": {
      const { config, replay } = plan;
      return trainBestOfK({ ...run, prompts, config, replay, rollouts: rollouts(), rewardModel, judge, gatherCache });
    }
    case "DISTIL": {
      const { config, replay } = plan;
      return trainDistil({ ...run, prompts, config, replay, teacher: tools.teacher, chat, gatherCache });
    }
    case "RLAIF": {
      const { config, humanPairs } = plan;
      return adapter(
        await trainRlaif({
          ...{ ...run, prompts, config, rollouts: rollouts(), judge, chat, gatherCache },
          ...{ humanPairs, onPairs },
          referenceCache: referenceCacheAt(join(folder, "reference.json"), fingerprint),
        }),
      );
    }
  }
}

function needed<T>(tool: T | undefined, code: TrainerErrorCode, sentence: string): T {
  if (tool === undefined) throw new TrainerError(code, sentence);
  return tool;
}

const adapter = (weights: AdapterWeights): TrainedWeights => ({ kind: "adapter", weights });
