/** The versioned settings of a Run: what may be chosen, the defaults, and the figures that follow from model and data. */

import { z } from "zod";
import type { TrainingMethod, Tuning } from "./run-config/methods.ts";
import { RUN_CONFIG_SCHEMAS, type RunConfig } from "./run-config/schemas.ts";

export { countParameters, type ModelShape, SAMPLER_BYTES, trainingBytes } from "./run-config/memory.ts";
export {
  DATA_KINDS,
  type DataKind,
  METHOD_TRAITS,
  METHODS,
  type TrainingMethod,
  TUNINGS,
  type Tuning,
} from "./run-config/methods.ts";
export { REWARD_KINDS, type RewardSpec } from "./run-config/rewards.ts";
export { RUN_CONFIG_SCHEMAS, type RunConfig } from "./run-config/schemas.ts";

export interface RunScale {
  /** Weights of the base model, a count. */
  parameters: number;
  /** Examples the run trains on: pairs, rankings, thumbs, dialogues, prompts or chunks of text. */
  examples: number;
  /** Of thumbs, how many were up. */
  liked?: number;
}

/**
 * Fills every field of a Run's settings in, so that the stored settings say all there is to say.
 *
 * The learning rate falls with the model's size, since one step of a large model moves many more weights at once: at
 * 7 billion it is the usual LoRA rate (DPO 1e-5, SFT 1e-4), and for the 5 million of the starter it is what was measured
 * to teach a preference from some 30 pairs in 60 steps without costing right answers (DPO 5e-4 to 1e-3; below, nothing
 * changes; above, knowledge is lost).
 * Small datasets are passed over several times, because the optimiser needs those dozens of steps however few the examples.
 * @throws ZodError on an unknown field or a value out of range
 */
export function resolveRunConfig<M extends TrainingMethod>(method: M, input: unknown, scale: RunScale): RunConfig<M> {
  const config = RUN_CONFIG_SCHEMAS[method].parse(input ?? {}) as Partial<RunConfig<"KTO">> & RunConfig;
  const stepsPerEpoch = Math.max(1, Math.ceil(scale.examples / config.batchSize));
  const epochs = config.epochs ?? Math.min(MOST_EPOCHS, Math.max(1, Math.ceil(WANTED_STEPS / stepsPerEpoch)));
  const settled = {
    ...config,
    learningRate: config.learningRate ?? defaultLearningRate(method, config.tuning, scale.parameters),
    ...("epochs" in RUN_CONFIG_SCHEMAS[method].shape && { epochs }),
    ...(method === "KTO" && {
      desirableWeight: config.desirableWeight ?? evenWeights(scale).desirable,
      undesirableWeight: config.undesirableWeight ?? evenWeights(scale).undesirable,
    }),
  };
  const steps = plannedSteps(settled, scale.examples);
  return { ...settled, sampleEvery: config.sampleEvery ?? Math.ceil(steps / SAMPLE_ROUNDS) } as unknown as RunConfig<M>;
}

/**
 * What each of a Run's settings would have been had only it been left out: settings that follow from others (the learning rate
 * from the tuning, samples from the number of steps) then differ only where somebody chose them. Settings of another version
 * are compared with the plain defaults.
 */
export function defaultsBeside(method: TrainingMethod, config: unknown, scale: RunScale): Record<string, unknown> {
  const settings = z.record(z.string(), z.unknown()).parse(config);
  if (!RUN_CONFIG_SCHEMAS[method].safeParse(settings).success) return { ...resolveRunConfig(method, {}, scale) };
  return Object.fromEntries(
    Object.keys(settings).map((key) => {
      const { [key]: _, ...others } = settings;
      return [key, (resolveRunConfig(method, others, scale) as Record<string, unknown>)[key]];
    }),
  );
}

/**
 * Reads the settings a Run was stored with, which lack nothing.
 * @throws ZodError when they are of another version or method
 */
export function storedRunConfig<M extends TrainingMethod>(method: M, stored: unknown): RunConfig<M> {
  const settled = z.looseObject({ learningRate: z.number().positive(), sampleEvery: z.int().min(0).default(0) });
  return RUN_CONFIG_SCHEMAS[method].parse(settled.parse(stored)) as unknown as RunConfig<M>;
}

const WANTED_STEPS = 60;
const MOST_EPOCHS = 20;
const SAMPLE_ROUNDS = 4;

/**
 * Weights that let both classes pull about equally: λ_D·n_D / (λ_U·n_U) = 1, within the interval [1, 4/3] that the
 * paper advises (Ethayarajh et al. 2024, §4.1). The rarer class is the one that is raised.
 */
function evenWeights({ examples, liked = examples / 2 }: RunScale): { desirable: number; undesirable: number } {
  const disliked = examples - liked;
  if (liked === 0 || disliked === 0) return { desirable: 1, undesirable: 1 };
  const ratio = liked / disliked;
  return ratio >= 1 ? { desirable: 1, undesirable: ratio } : { desirable: 1 / ratio, undesirable: 1 };
}

const PREFERENCE = { rate: 1e-5, exponent: 0.6 } as const;
const IMITATION = { rate: 1e-4, exponent: 0.35 } as const;
/** Usual LoRA rates at 7 billion weights, and how they grow towards smaller models. */
const USUAL: Record<TrainingMethod, { rate: number; exponent: number }> = {
  SFT: IMITATION,
  PRETRAIN: IMITATION,
  BEST_OF_K: IMITATION,
  DISTIL: IMITATION,
  REWARD: IMITATION,
  ORPO: IMITATION,
  DPO: PREFERENCE,
  SIMPO: PREFERENCE,
  KTO: PREFERENCE,
  // On the starter this is 7.7e-4: PPO gained a standard deviation of reward in 45 iterations, at 0.07 nats per token, and GRPO
  // went from half to nearly all sums right in 20 (docs/methods-evidence.md).
  PPO: PREFERENCE,
  GRPO: PREFERENCE,
  RLAIF: PREFERENCE,
};
const USUAL_PARAMETERS = 7e9;
const HIGHEST_RATE = 2e-3;
/**
 * Rates by tuning, as multiples of LoRA's. `full` moves every weight at once: 2e-5 beside 1e-4 is the usual choice for SFT. The
 * others are what taught the starter a form of answer in 50 steps of SFT (docs/methods-evidence.md): at a tenth of its rate a
 * prefix, which is far from the output and begins small, had hardly moved.
 */
const TUNING_RATE: Record<Tuning, number> = { lora: 1, full: 0.2, bottleneck: 1.5, prompt: 15, prefix: 75 };

/** A power law through the usual rate at 7 billion weights and the measured one at 5 million, to two digits. */
function defaultLearningRate(method: TrainingMethod, tuning: Tuning, parameters: number): number {
  const { rate, exponent } = USUAL[method];
  const scaled = rate * (USUAL_PARAMETERS / Math.max(1, parameters)) ** exponent;
  return Number(Math.min(1, Math.min(HIGHEST_RATE, scaled) * TUNING_RATE[tuning]).toPrecision(2));
}

/**
 * Optimiser steps of a run: of `steps` iterations where the method samples as it goes, else every epoch ends with a
 * smaller step where the batch does not divide the examples.
 */
export function plannedSteps(config: { steps?: number; epochs?: number; batchSize: number }, examples: number): number {
  return config.steps ?? (config.epochs ?? 1) * Math.ceil(examples / config.batchSize);
}
