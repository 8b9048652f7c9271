// Which advice goes with the code a run failed with.
import type { TrainingMethod } from "../../../server/domain/run-config.ts";

export type Advice =
  | "diverged"
  | "drifted"
  | "nothing"
  | "memory"
  | "reference"
  | "worker"
  | "config"
  | "file"
  | "base"
  | "sampling"
  | "rewards"
  | "endpoint"
  | "rewardModel"
  | "other";

const BY_CODE: Readonly<Record<string, Advice>> = {
  TRAINING_DIVERGED: "diverged",
  NO_EXAMPLES: "nothing",
  BAD_DATA: "nothing",
  OVER_LENGTH: "nothing",
  ENGINE_REFUSED: "memory",
  REFERENCE_MISMATCH: "reference",
  BAD_CHECKPOINT: "reference",
  TRAINER_LOST: "worker",
  BAD_CONFIG: "config",
  BAD_ARGUMENT: "config",
  TUNING_REFUSED: "config",
  BAD_FILE: "file",
  FILE_MISSING: "file",
  MODEL_REFUSED: "base",
  BASE_MISMATCH: "base",
  SAMPLING_FAILED: "sampling",
  NOTHING_TO_COMPARE: "rewards",
  ENDPOINT_FAILED: "endpoint",
  ENDPOINT_MISSING: "endpoint",
  REWARD_MODEL_MISSING: "rewardModel",
  REWARD_MODEL_REFUSED: "rewardModel",
};

/** Methods that sample have other dials against divergence: their KL, and how much an iteration may move. */
export function adviceFor(code: string | null, method: TrainingMethod): Advice {
  const advice = BY_CODE[code ?? ""] ?? "other";
  return advice === "diverged" && (method === "PPO" || method === "GRPO") ? "drifted" : advice;
}
