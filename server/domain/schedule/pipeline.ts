/** What a pipeline's stages ask for, given what is live and what the stages before have made: pure. */

import { z } from "zod";
import { AppError } from "../../errors.ts";
import { METHOD_TRAITS, RUN_CONFIG_SCHEMAS, type TrainingMethod } from "../run-config.ts";
import type { RunRequest } from "../run-inputs.ts";
import type { Pipeline, Stage } from "../views/schedule.ts";

/** Adapters that a stage may build on. */
export interface Made {
  /** The live adapter; null is the bare base. */
  live: string | null;
  /** The newest policy and reward model that the stages before made. */
  policy: string | null;
  reward: string | null;
  /** The newest reward model there is of this base. */
  newestReward: string | null;
}

const resolveStart = (start: Pipeline["start"], { live }: Pick<Made, "live">): string | null =>
  start === "LIVE" ? live : start === "BASE" ? null : start;

/** The Run that a stage is. */
export function stageRequest({ start }: Pipeline, stage: Stage, made: Made): RunRequest {
  const { method, config, datasetId, replayDatasetId } = stage;
  // A reward model begins afresh unless it is told to go on; a policy goes on from what was made before it.
  const policyStart = made.policy ?? resolveStart(start, made);
  const from = stage.from !== undefined ? resolveStart(stage.from, made) : method === "REWARD" ? null : policyStart;
  return {
    ...{ method, config },
    ...(datasetId && { source: { from: "DATASET", id: datasetId } as const }),
    ...(from && { fromAdapterId: from }),
    ...(scoresWith(stage, made) && { rewardAdapterId: scoresWith(stage, made)! }),
    ...(replayDatasetId && { replayDatasetId }),
  };
}

function scoresWith({ method, rewardAdapterId }: Stage, { reward, newestReward }: Made): string | null {
  if (METHOD_TRAITS[method].rewardModel === "never") return rewardAdapterId ?? null;
  return rewardAdapterId ?? reward ?? newestReward;
}

/** Whether a stage before this one makes a reward model. */
export const hasRewardBefore = ({ stages }: Pipeline, index: number): boolean =>
  stages.slice(0, index).some(({ method }) => method === "REWARD");

/** @throws AppError BAD_PIPELINE where a stage's settings are none of its method's, or no stage makes a policy of what it is asked for */
export function checkPipeline(pipeline: Pipeline): void {
  for (const [index, { method, config }] of pipeline.stages.entries()) {
    const problem = configProblem(method, config);
    if (problem) throw new AppError("BAD_PIPELINE", `Stage ${index + 1} (${method}): ${problem}; change or remove it.`);
    const tuning = (config as { tuning?: string }).tuning ?? "lora";
    const last = index === pipeline.stages.length - 1;
    if (!last && tuning === "full")
      throw new AppError(
        "BAD_PIPELINE",
        `Stage ${index + 1} (${method}) makes a whole model, which no stage after it can go on from; put it last, or train an adapter.`,
      );
  }
}

function configProblem(method: TrainingMethod, config: Record<string, unknown>): string | null {
  const parsed = RUN_CONFIG_SCHEMAS[method].safeParse(config);
  if (!parsed.success) return z.prettifyError(parsed.error).replaceAll("\n", " ");
  const { tuning } = parsed.data as { tuning?: string };
  const { tunings } = METHOD_TRAITS[method];
  if (tuning && !tunings.some((known) => known === tuning)) return `it trains ${tunings.join(", ")} and not ${tuning}`;
  return null;
}
