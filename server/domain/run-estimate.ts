/** How long a run will take and how much memory it needs, before it starts: pure figures, rough and said to be so. */

import type { ExampleSize } from "./dataset-size.ts";
import { METHOD_TRAITS, type ModelShape, type RunConfig, type TrainingMethod, trainingBytes } from "./run-config.ts";

export interface RunSize {
  method: TrainingMethod;
  config: RunConfig;
  examples: number;
  size: ExampleSize;
}

/** Work per token and weight, in floating-point operations: forward, and forward with backward. */
const FORWARD = 2;
const TRAINED = 6;
/** Sampling goes token by token, which uses a processor far worse than a batch does. */
const SAMPLED = 5 * FORWARD;
/** Assumed: two cores were seen to train at 60 (5 million weights) to 95 (135 million) thousand million operations a second. */
const FLOPS_PER_THREAD = 40e9;
const DEFAULT_THREADS = 2;
/** Opening the model, measuring and writing. */
const FIXED_SECONDS = 15;

/** Tokens that go through the model with a gradient, over the whole run. */
export function trainedTokens({ method, config, examples, size }: RunSize): number {
  const row = trainedRow({ method, config, size });
  if ("innerEpochs" in config) {
    const replies = config.steps * config.batchSize * ("groupSize" in config ? config.groupSize : 1);
    return replies * config.innerEpochs * row;
  }
  const pairs = "drafts" in config && method === "RLAIF" ? (config.drafts * (config.drafts - 1)) / 2 : 1;
  return ("epochs" in config ? config.epochs : 1) * examples * pairs * row;
}

/** Tokens of one trained example. */
function trainedRow({ method, config, size }: Omit<RunSize, "examples">): number {
  // Nobody knows the length of replies that do not exist yet; half of the limit is what was met most often.
  const sampled = "maxTokens" in config ? config.maxTokens / 2 : 0;
  const rows = method === "RLAIF" ? 2 : size.rows;
  return rows * size.prompt + size.replies + rows * sampled;
}

/** Operations of the whole run, for a model of so many weights. */
function operations(run: RunSize, parameters: number): number {
  const { method, config, examples, size } = run;
  const once = examples * trainedRow(run);
  const trained = TRAINED * trainedTokens(run);
  const drafts = "drafts" in config ? config.drafts : 0;
  const sampling =
    drafts * examples * (SAMPLED + FORWARD) * (size.prompt + ("maxTokens" in config ? config.maxTokens / 2 : 0));
  if ("innerEpochs" in config) {
    const replies = trainedTokens(run) / config.innerEpochs;
    // Old log-probabilities, the reference's, and a score where a reward model gives it.
    return parameters * (trained + replies * (SAMPLED + 3 * FORWARD));
  }
  const reference = ["DPO", "KTO", "RLAIF"].includes(method) ? FORWARD * once : 0;
  return parameters * (trained + reference + sampling);
}

/** @param pace seconds per trained token of earlier runs of this method on this base; null where there were none */
export function predictMinutes(
  run: RunSize,
  { parameters, pace, threads = DEFAULT_THREADS }: { parameters: number; pace: number | null; threads?: number },
): { value: number; from: "RUNS" | "ESTIMATE" } {
  const seconds =
    pace === null
      ? FIXED_SECONDS + operations(run, parameters) / (FLOPS_PER_THREAD * threads)
      : pace * trainedTokens(run);
  return { value: Math.max(1, Math.round(seconds / 60)), from: pace === null ? "ESTIMATE" : "RUNS" };
}

export function predictBytes({ method, config, size }: RunSize, shape: ModelShape): number {
  const row = trainedRow({ method, config, size });
  const rows = config.microBatchSize * Math.max(1, size.rows);
  const length = Math.min(config.maxLength, Math.ceil(row / Math.max(1, size.rows)));
  return trainingBytes(shape, config, { rows, length, samples: METHOD_TRAITS[method].samples });
}
