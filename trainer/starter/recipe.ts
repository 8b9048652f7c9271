/** The starter's recipe: every number that decides what `npm run starter:build` makes. */

import type { ModelConfig } from "../engine/contract.ts";
import type { Phase } from "./corpus/dialogue.ts";
import { VOCABULARY } from "./tokenizer.ts";

/** 5.0M parameters with a tied head; the shape that trains fastest per quality on two cores. */
export const CONFIG: ModelConfig = {
  architecture: "qwen3",
  layers: 6,
  width: 256,
  heads: 8,
  kvHeads: 4,
  headWidth: 32,
  feedForward: 688,
  vocabulary: VOCABULARY,
  contextLength: 1024,
  ropeTheta: 10_000,
  rmsEpsilon: 1e-6,
  tiedEmbeddings: true,
};

export interface Recipe {
  seed: number;
  steps: number;
  /** Packed rows of a step, and tokens of a row. */
  rows: number;
  rowTokens: number;
  learningRate: number;
  warmUpSteps: number;
  /** The last steps, over which the rate falls along a cosine; before them it is constant. */
  decaySteps: number;
  /** Share of the learning rate that the cosine ends on. */
  lastShare: number;
  /** Steps after those, with more phrasings, at a rate that falls from `finishRate` along a cosine. */
  finishSteps: number;
  finishRate: number;
}

export const RECIPE: Recipe = {
  seed: 1,
  steps: 3500,
  rows: 8,
  rowTokens: 256,
  learningRate: 2e-3,
  warmUpSteps: 100,
  decaySteps: 1700,
  lastShare: 0.02,
  finishSteps: 450,
  finishRate: 5e-4,
};

export const ADAMW = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.05, clipNorm: 1 } as const;

/** First step of the decay. Up to here a run does not depend on how long it will be, so a longer one can go on from it. */
export const decayStart = ({ steps, decaySteps }: Recipe) => Math.max(0, steps - decaySteps);

/** Steps of a whole run, the finish included. */
export const totalSteps = ({ steps, finishSteps }: Recipe) => steps + finishSteps;

/** The phase that a step (from 0) belongs to. */
export function phaseOf(step: number, recipe: Recipe): Phase {
  if (step < decayStart(recipe)) return "steady";
  return step < recipe.steps ? "decay" : "finish";
}

/** Learning rate of a step (from 0): linear warm-up, constant, cosine, and a short cosine again; by step count, so that a slow machine trains the same. */
export function learningRateAt(step: number, recipe: Recipe): number {
  const { learningRate, warmUpSteps, steps, lastShare, finishRate, finishSteps } = recipe;
  const fallen = (share: number) => lastShare + (1 - lastShare) * 0.5 * (1 + Math.cos(Math.PI * share));
  if (step >= steps) return finishRate * fallen((step - steps) / finishSteps);
  const start = decayStart(recipe);
  const decayed = Math.max(0, step - start) / Math.max(1, steps - start);
  return learningRate * Math.min(1, (step + 1) / warmUpSteps) * fallen(decayed);
}
