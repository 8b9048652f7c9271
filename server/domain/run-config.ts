/** The versioned settings of a Run: what may be chosen, the defaults, and the figures that follow from model and data. */

import { z } from "zod";

/** Bumped when a field changes meaning; a Run keeps the version it was made with. */
export const RUN_CONFIG_VERSION = 1;

const LINEAR_LAYERS = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] as const;

const common = {
  version: z.literal(RUN_CONFIG_VERSION).default(RUN_CONFIG_VERSION),
  /** Width of the low-rank update; ignored where the run continues an adapter, which brings its own. */
  rank: z.int().min(1).max(256).default(16),
  /** The update is scaled by alpha / rank. */
  alpha: z.number().positive().max(4096).default(32),
  /** Linear layers that get an update. */
  targets: z
    .array(z.enum(LINEAR_LAYERS))
    .min(1)
    .default([...LINEAR_LAYERS]),
  /** Peak learning rate; left out, `resolveRunConfig` takes one that suits the model's size. */
  learningRate: z.number().positive().max(1).optional(),
  /** Passes over the data; left out, `resolveRunConfig` takes as many as make a sensible number of steps. */
  epochs: z.int().min(1).max(1000).optional(),
  /** Examples per optimiser step. */
  batchSize: z.int().min(1).max(4096).default(8),
  /** Examples that go through the model at once; the gradients of a step's micro-batches add up. */
  microBatchSize: z.int().min(1).max(4096).default(8),
  /** Share of the steps over which the learning rate climbs from 0 to its peak; a cosine to 0 follows. */
  warmup: z.number().min(0).max(1).default(0.1),
  weightDecay: z.number().min(0).max(1).default(0),
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
  checkpointEvery: z.int().min(1).default(25),
};

export const sftConfigSchema = z.strictObject(common);
export const dpoConfigSchema = z.strictObject({
  ...common,
  /** Pull towards the reference model: higher stays closer. */
  beta: z.number().positive().max(100).default(0.1),
});

type Settled<T> = T & { learningRate: number; epochs: number };
/** Every field settled: this is what a Run stores and a method takes. */
export type SftConfig = Settled<z.output<typeof sftConfigSchema>>;
export type DpoConfig = Settled<z.output<typeof dpoConfigSchema>>;
export type TrainingMethod = "SFT" | "DPO";

export const RUN_CONFIG_SCHEMAS = { SFT: sftConfigSchema, DPO: dpoConfigSchema } as const;

export interface RunScale {
  /** Weights of the base model, a count. */
  parameters: number;
  /** Pairs (DPO) or dialogues (SFT) the run trains on. */
  examples: number;
}

/**
 * Fills every field of a Run's settings in, so that the stored settings say all there is to say.
 *
 * The learning rate falls with the model's size, since one step of a large model moves many more weights at once: at
 * 7 billion it is the usual LoRA rate (DPO 1e-5, SFT 1e-4), and for the 5 million of the starter it is what was measured
 * to teach a preference from some 30 pairs in 60 steps without costing right answers (DPO 5e-4 to 1e-3; below, nothing
 * changes; above, knowledge is lost).
 * Small datasets are passed over several times, because the optimiser needs those dozens of steps however few the pairs.
 * @throws ZodError on an unknown field or a value out of range
 */
export function resolveRunConfig(method: "SFT", input: unknown, scale: RunScale): SftConfig;
export function resolveRunConfig(method: "DPO", input: unknown, scale: RunScale): DpoConfig;
export function resolveRunConfig(method: TrainingMethod, input: unknown, scale: RunScale): SftConfig | DpoConfig;
export function resolveRunConfig(method: TrainingMethod, input: unknown, scale: RunScale): SftConfig | DpoConfig {
  const config = RUN_CONFIG_SCHEMAS[method].parse(input ?? {});
  const stepsPerEpoch = Math.max(1, Math.ceil(scale.examples / config.batchSize));
  return {
    ...config,
    learningRate: config.learningRate ?? defaultLearningRate(method, scale.parameters),
    epochs: config.epochs ?? Math.min(MOST_EPOCHS, Math.max(1, Math.ceil(WANTED_STEPS / stepsPerEpoch))),
  };
}

/**
 * Reads the settings a Run was stored with, which lack nothing.
 * @throws ZodError when they are of another version or method
 */
export function storedRunConfig(method: "SFT", stored: unknown): SftConfig;
export function storedRunConfig(method: "DPO", stored: unknown): DpoConfig;
export function storedRunConfig(method: TrainingMethod, stored: unknown): SftConfig | DpoConfig {
  const settled = { learningRate: z.number().positive(), epochs: z.int().min(1) };
  return method === "SFT"
    ? sftConfigSchema.extend(settled).parse(stored)
    : dpoConfigSchema.extend(settled).parse(stored);
}

const WANTED_STEPS = 60;
const MOST_EPOCHS = 20;

const USUAL = {
  DPO: { rate: 1e-5, exponent: 0.6 },
  SFT: { rate: 1e-4, exponent: 0.35 },
} as const;
const USUAL_PARAMETERS = 7e9;
const HIGHEST_RATE = 2e-3;

/** A power law through the usual rate at 7 billion weights and the measured one at 5 million, to two digits. */
function defaultLearningRate(method: TrainingMethod, parameters: number): number {
  const { rate, exponent } = USUAL[method];
  const scaled = rate * (USUAL_PARAMETERS / Math.max(1, parameters)) ** exponent;
  return Number(Math.min(HIGHEST_RATE, scaled).toPrecision(2));
}

/** Optimiser steps of a run: every epoch ends with a smaller step where the batch does not divide the examples. */
export function plannedSteps(config: { epochs: number; batchSize: number }, examples: number): number {
  return config.epochs * Math.ceil(examples / config.batchSize);
}

/** The widths `countParameters` needs; the shape of the engine's ModelConfig. */
export interface ModelShape {
  layers: number;
  width: number;
  heads: number;
  kvHeads: number;
  headWidth: number;
  feedForward: number;
  vocabulary: number;
  tiedEmbeddings: boolean;
}

/** Weights of a Llama-like transformer in its matrices; the norms' few thousand are left out. */
export function countParameters(shape: ModelShape): number {
  const { width, headWidth, feedForward } = shape;
  const attention = 2 * width * shape.heads * headWidth + 2 * width * shape.kvHeads * headWidth;
  const embeddings = shape.vocabulary * width * (shape.tiedEmbeddings ? 1 : 2);
  return embeddings + shape.layers * (attention + 3 * width * feedForward);
}
