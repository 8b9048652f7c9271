/** The settings of every method as zod schemas, with their defaults. */

import { z } from "zod";
import type { TrainingMethod } from "./methods.ts";
import { TUNINGS } from "./methods.ts";
import { rewardsSchema } from "./rewards.ts";

/** Bumped when a field changes meaning; a Run keeps the version it was made with. */
const RUN_CONFIG_VERSION = 1;

const LINEAR_LAYERS = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] as const;

const count = (most: number) => z.int().min(1).max(most);
const share = z.number().min(0).max(1);

const common = {
  version: z.literal(RUN_CONFIG_VERSION).default(RUN_CONFIG_VERSION),
  /** What is trained. `full` changes every weight of the base and makes a new model instead of an adapter. */
  tuning: z.enum(TUNINGS).default("lora"),
  /**
   * LoRA: width of the low-rank update. Prompt, prefix: virtual tokens. Bottleneck: width. Ignored where the run
   * continues an adapter, which brings its own.
   */
  rank: count(256).default(16),
  /** LoRA's update is scaled by alpha / rank. */
  alpha: z.number().positive().max(4096).default(32),
  /** Linear layers that get a LoRA update. */
  targets: z
    .array(z.enum(LINEAR_LAYERS))
    .min(1)
    .default([...LINEAR_LAYERS]),
  /** Peak learning rate; left out, `resolveRunConfig` takes one that suits the model's size. */
  learningRate: z.number().positive().max(1).optional(),
  /** Examples per optimiser step. */
  batchSize: count(4096).default(8),
  /** Examples that go through the model at once; the gradients of a step's micro-batches add up. */
  microBatchSize: count(4096).default(8),
  /** Share of the steps over which the learning rate climbs from 0 to its peak; a cosine to 0 follows. */
  warmup: share.default(0.1),
  weightDecay: share.default(0),
  adamBeta1: z.number().min(0).lt(1).default(0.9),
  adamBeta2: z.number().min(0).lt(1).default(0.999),
  adamEpsilon: z.number().positive().max(1).default(1e-8),
  /** The gradient's global norm is scaled down to this. */
  clipNorm: z.number().positive().default(1),
  /** Longest prompt + completion in tokens; also capped by the model's context. */
  maxLength: z.int().min(2).max(1_000_000).default(1024),
  /** What becomes of a longer example: left out and counted, or the run refuses it. Nothing is ever cut. */
  overLong: z.enum(["drop", "error"]).default("drop"),
  /** Steps between two checkpoints. */
  checkpointEvery: count(1_000_000).default(25),
  /** Steps between two rounds of sample replies, shown beside those from before the run; 0 takes none. Left out: four rounds. */
  sampleEvery: z.int().min(0).max(1_000_000).optional(),
};

/** Passes over the data; left out, `resolveRunConfig` takes as many as make a sensible number of steps. */
const epochs = count(1000).optional();

/** Imitation, whatever the dialogues came from. */
const imitation = {
  epochs,
  /** Which replies of a dialogue are learned: the last, or every one of the assistant's. */
  learn: z.enum(["last", "all"]).default("last"),
  /** NEFTune's alpha: noise on the embeddings while training; 0 adds none, 5 is usual. */
  neftune: z.number().min(0).max(100).default(0),
  /** Share of every step's examples that is drawn from the replay data, against forgetting; needs such data. */
  replay: z.number().min(0).max(0.9).default(0.1),
};

const pairwise = { epochs };

/** DPO's losses. `ipo` normalises log-ratios by length as TRL does, `ipo_sum` does not, as the paper has it. */
const DPO_LOSSES = ["sigmoid", "cdpo", "robust", "ipo", "ipo_sum", "hinge"] as const;

const dpo = {
  ...pairwise,
  loss: z.enum(DPO_LOSSES).default("sigmoid"),
  /** Pull towards the reference model: higher stays closer. */
  beta: z.number().positive().max(100).default(0.1),
  /** Probability that a pair is the wrong way round; `cdpo` and `robust` use it. */
  labelSmoothing: z.number().min(0).lt(0.5).default(0.1),
  /** Weight of an added SFT loss on the chosen replies; 0 adds none. */
  sftWeight: z.number().min(0).max(100).default(0),
};

/** How replies are sampled while a run trains: from the model's own distribution unless it says otherwise. */
const sampling = {
  /** Longest sampled reply in tokens. */
  maxTokens: count(100_000).default(128),
  /** Log-probabilities are those at temperature 1, so another one makes the samples slightly off-policy. */
  temperature: z.number().positive().max(10).default(1),
};

const policyGradient = {
  /** Iterations: each samples, scores and then takes `innerEpochs` passes over what was sampled. */
  steps: count(1_000_000).default(100),
  rewards: rewardsSchema,
  clip: z.number().positive().lt(1).default(0.2),
  /** The run stops when the mean KL from the reference, in nats per token, goes above this. */
  stopKl: z.number().positive().max(100).default(1),
  ...sampling,
};

export const RUN_CONFIG_SCHEMAS = {
  SFT: z.strictObject({ ...common, ...imitation }),
  PRETRAIN: z.strictObject({ ...common, epochs, replay: imitation.replay }),
  BEST_OF_K: z.strictObject({
    ...common,
    ...imitation,
    /** Drafts per prompt, of which the best is learned. */
    drafts: z.int().min(2).max(256).default(4),
    rewards: rewardsSchema.default([{ kind: "rewardModel", weight: 1 }]),
    ...sampling,
  }),
  DISTIL: z.strictObject({
    ...common,
    ...imitation,
    ...sampling,
    temperature: z.number().min(0).max(10).default(0.7),
  }),
  REWARD: z.strictObject({
    ...common,
    ...pairwise,
    /** Weight of mean((r₊ + r₋)²), which keeps rewards around 0. */
    centring: z.number().min(0).max(10).default(0.01),
  }),
  DPO: z.strictObject({ ...common, ...dpo }),
  SIMPO: z.strictObject({
    ...common,
    ...pairwise,
    /** Scale of the mean log-probabilities. */
    beta: z.number().positive().max(100).default(2),
    /** Margin that the chosen reply is to be better by, in the loss's own unit. */
    gamma: z.number().min(0).max(100).default(1),
  }),
  ORPO: z.strictObject({
    ...common,
    ...pairwise,
    /** Weight of the odds ratio beside the SFT loss. */
    lambda: z.number().positive().max(100).default(0.1),
  }),
  KTO: z.strictObject({
    ...common,
    ...pairwise,
    beta: z.number().positive().max(100).default(0.1),
    /** Weights of liked and disliked replies; left out, they even out the two classes. */
    desirableWeight: z.number().positive().max(1000).optional(),
    undesirableWeight: z.number().positive().max(1000).optional(),
    // The KL estimate needs mismatched pairs, so one example on its own cannot be used.
    batchSize: z.int().min(2).max(4096).default(8),
    microBatchSize: z.int().min(2).max(4096).default(8),
  }),
  PPO: z.strictObject({
    ...common,
    ...policyGradient,
    rewards: rewardsSchema.default([{ kind: "rewardModel", weight: 1 }]),
    /** Replies sampled per iteration. */
    batchSize: count(4096).default(32),
    innerEpochs: count(100).default(4),
    /** Optimiser steps of one inner epoch. */
    miniBatches: count(64).default(1),
    /** Weight of the KL penalty in every token's reward. */
    klCoefficient: z.number().min(0).max(100).default(0.05),
    /** Nats per reply at which the coefficient adapts to hold the KL; left out, it stays as it is. */
    klTarget: z.number().positive().max(1000).optional(),
    /** Replies over which the coefficient may change by about its own size. */
    klHorizon: count(10_000_000).default(10_000),
    klEstimator: z.enum(["k1", "k3"]).default("k1"),
    valueClip: z.number().positive().max(1000).default(0.2),
    valueCoefficient: z.number().min(0).max(100).default(0.1),
    gamma: share.default(1),
    lambda: share.default(0.95),
    /** Taken off the reward of a reply that did not end by itself. */
    missingEosPenalty: z.number().min(0).max(1000).default(1),
    whitenRewards: z.boolean().default(false),
  }),
  GRPO: z.strictObject({
    ...common,
    ...policyGradient,
    rewards: rewardsSchema.default([{ kind: "exact", weight: 1 }]),
    /** Prompts per iteration; each gets `groupSize` replies. */
    batchSize: count(4096).default(8),
    groupSize: z.int().min(2).max(1024).default(8),
    innerEpochs: count(100).default(1),
    /** Weight of the KL penalty (k3) towards the reference; 0 needs no reference. */
    beta: z.number().min(0).max(100).default(0),
    /** Upper clip, `clip` being the lower one. */
    clipHigh: z.number().positive().max(10).default(0.28),
    normaliser: z.enum(["dapo", "grpo", "dr_grpo", "bnpo"]).default("dapo"),
    /** Whether the ratio is a token's or the whole reply's (GSPO). */
    ratio: z.enum(["token", "sequence"]).default("token"),
    /** Replies that were cut off teach nothing. */
    maskTruncated: z.boolean().default(false),
  }),
  RLAIF: z.strictObject({
    ...common,
    ...dpo,
    /** Replies per prompt that the judge compares two by two. */
    drafts: z.int().min(2).max(16).default(2),
    /** Who judges: the endpoint of the environment, or the base model itself. */
    judge: z.enum(["endpoint", "base"]).default("endpoint"),
    /** What the judge is asked to prefer; left out, the usual question. */
    question: z.string().min(1).max(4000).optional(),
    /** Human pairs are mixed in only when this says so. */
    mixHumanPairs: z.boolean().default(false),
    ...sampling,
  }),
} as const satisfies Record<TrainingMethod, z.ZodType>;

/** Fields that `resolveRunConfig` settles; a stored Run has them all. */
type Settled<T> = Omit<T, "learningRate" | "sampleEvery" | "epochs" | "desirableWeight" | "undesirableWeight"> & {
  learningRate: number;
  sampleEvery: number;
} & ("epochs" extends keyof T ? { epochs: number } : unknown) &
  ("desirableWeight" extends keyof T ? { desirableWeight: number; undesirableWeight: number } : unknown);

/** The settings of a method with every field settled: this is what a Run stores and a method takes. */
export type RunConfig<M extends TrainingMethod = TrainingMethod> = {
  [K in M]: Settled<z.output<(typeof RUN_CONFIG_SCHEMAS)[K]>>;
}[M];
