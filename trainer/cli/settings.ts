/** What every setting of a method means, in one line, for the help text. */

import { RUN_CONFIG_SCHEMAS, type TrainingMethod } from "../../server/domain/run-config.ts";

type Schemas = typeof RUN_CONFIG_SCHEMAS;
type SettingOf<M extends TrainingMethod> = Exclude<keyof Schemas[M]["shape"], "version"> & string;
/** Every setting of any method: a new field of a schema is a type error here until it is explained. */
type Setting = { [M in TrainingMethod]: SettingOf<M> }[TrainingMethod];

const MEANING: Record<Setting, string> = {
  tuning: "what is trained; below are the choices",
  rank: "lora: width of the update; prompt, prefix: virtual tokens; bottleneck: width",
  alpha: "lora's update is scaled by alpha / rank",
  targets: "layers that get a LoRA update, with commas",
  learningRate: "peak; chosen by the model's size unless given",
  epochs: "passes over the data; as many as make some 60 steps unless given",
  batchSize: "examples per step",
  microBatchSize: "of them at once in memory",
  warmup: "share of the steps in which the rate climbs; a cosine to 0 follows",
  weightDecay: "AdamW, on matrices only",
  adamBeta1: "AdamW",
  adamBeta2: "AdamW",
  adamEpsilon: "AdamW",
  clipNorm: "the gradient's norm is scaled down to this",
  maxLength: "longest prompt + reply in tokens, and never more than the model's context",
  overLong: "what becomes of longer ones: error or drop",
  checkpointEvery: "steps between resume points",
  sampleEvery: "used by the web service only",
  learn: "last: a dialogue's last reply; all: every reply of the assistant",
  neftune: "NEFTune's alpha: noise on the embeddings while training; 5 is usual, 0 adds none",
  replay: "share of every step drawn from --replay",
  drafts: "replies sampled per prompt",
  rewards: "what replies are scored by; --help lists the kinds",
  maxTokens: "longest sampled reply",
  temperature: "of sampling; 1 is the model's own distribution",
  centring: "weight of mean((r₊ + r₋)²), which keeps rewards around 0",
  loss: "sigmoid, cdpo, robust, ipo, ipo_sum or hinge",
  beta: "pull towards the starting model: higher stays closer",
  labelSmoothing: "cdpo, robust: probability that a pair is the wrong way round",
  sftWeight: "weight of an added SFT loss on the chosen replies",
  gamma: "discount of later tokens' rewards",
  lambda: "of generalised advantage estimation",
  desirableWeight: "weight of liked replies; evens the classes out unless given",
  undesirableWeight: "weight of disliked ones",
  steps: "iterations: each samples, scores and learns",
  clip: "the ratio's clip",
  stopKl: "nats per token from the reference at which the run stops",
  innerEpochs: "passes over what one iteration sampled",
  klCoefficient: "weight of the KL penalty in every token's reward",
  klTarget: "nats per reply that an adaptive coefficient holds; fixed unless given",
  klHorizon: "replies over which an adaptive coefficient follows the KL",
  klEstimator: "k1 or k3",
  valueClip: "clip of the value function's change",
  valueCoefficient: "weight of the value loss",
  missingEosPenalty: "taken off the reward of a reply that was cut off",
  whitenRewards: "scales rewards to unit variance",
  miniBatches: "optimiser steps per inner epoch",
  groupSize: "replies per prompt",
  clipHigh: "upper clip; clip is the lower one",
  normaliser: "dapo, grpo, dr_grpo or bnpo",
  ratio: "token, or sequence (GSPO)",
  maskTruncated: "replies that were cut off teach nothing",
  judge: "endpoint (JUDGE_URL), or base: the base model itself",
  question: "what the judge is asked to prefer",
  mixHumanPairs: "true mixes --human-pairs in",
};

/** Where one word means something else. */
const OTHERWISE: { [M in TrainingMethod]?: Partial<Record<SettingOf<M>, string>> } = {
  SIMPO: {
    beta: "scale of the mean log-probabilities",
    gamma: "margin that the chosen reply is to be better by",
  },
  ORPO: { lambda: "weight of the odds ratio beside the SFT loss" },
  GRPO: {
    beta: "weight of the KL penalty (k3) towards the reference; 0 needs none",
    batchSize: "prompts per iteration",
  },
  PPO: { batchSize: "replies per iteration" },
  PRETRAIN: { maxLength: "tokens of a chunk, and never more than the model's context" },
};

/** A default of the command line's own: someone who watches wants to know, and a service that runs by night to go on. */
export const COMMAND_LINE_DEFAULTS = { overLong: "error" } as const;

export interface SettingHelp {
  name: string;
  meaning: string;
  /** As it would be written after `=`; null where it follows from model and data, or stays off. */
  usual: string | null;
}

/** The settings of one method with their defaults, in the schema's order. */
export function settingsOf(method: TrainingMethod): SettingHelp[] {
  const special: Record<string, string> = OTHERWISE[method] ?? {};
  const shape: Record<string, { safeParse(value: unknown): { success: boolean; data?: unknown } }> =
    RUN_CONFIG_SCHEMAS[method].shape;
  return Object.entries(shape)
    .filter(([name]) => name !== "version")
    .map(([name, schema]) => ({
      name,
      meaning: special[name] ?? MEANING[name as Setting],
      usual: written((COMMAND_LINE_DEFAULTS as Record<string, unknown>)[name] ?? schema.safeParse(undefined).data),
    }));
}

function written(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  const words = Array.isArray(value) && value.every((each) => typeof each === "string");
  return words ? value.join(",") : JSON.stringify(value);
}
