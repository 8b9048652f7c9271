/** What every method is given, what it reports, and the few mechanisms they share. */

import type { Checkpoint } from "../checkpoint.ts";
import type { AdamWHyper, AdapterWeights, Engine, LinearLayer, Metrics, Use } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";

/** Adapter that is being trained. */
export const POLICY = "policy";
/** Frozen copy of the adapter a run started from. */
export const REFERENCE = "reference";

/** One optimiser step, after it was taken. */
export interface StepReport {
  /** Counts from 1. */
  step: number;
  totalSteps: number;
  metrics: Metrics;
}

/** A run of any method; the data and the settings come on top. */
export interface MethodRun {
  engine: Engine;
  /** Decides the adapter's first weights and the order of the data, and nothing else is random. */
  seed: number;
  /** The adapter to go on from; null begins with a fresh one that changes nothing yet. */
  start: AdapterWeights | null;
  /** Where an interrupted run stood; null begins at step 1. */
  resume: Checkpoint | null;
  /** Awaited after every step. Throwing ends the run. */
  onStep(report: StepReport): Promise<void> | void;
  /** Awaited every `checkpointEvery` steps; absent, none are made. */
  onCheckpoint?(checkpoint: Checkpoint): Promise<void>;
  /** Ends the run between two micro-batches, by throwing the signal's reason. */
  signal?: AbortSignal;
}

interface AdapterSettings {
  rank: number;
  alpha: number;
  targets: readonly LinearLayer[];
}

/** Puts the adapter to be trained into the engine: fresh, continued or resumed. */
export function openPolicy({ engine, seed, start, resume }: MethodRun, settings: AdapterSettings): Use {
  if (start) engine.loadAdapter(POLICY, start);
  else engine.createAdapter(POLICY, { rank: settings.rank, alpha: settings.alpha, targets: settings.targets }, seed);
  const use = { adapter: POLICY };
  if (resume) engine.restore(use, resume.optimiser);
  return use;
}

/**
 * Linear climb over the first `warmup` share of the steps, then a cosine down to 0 after the last.
 * @param step counts from 1; the first step already moves
 */
export function learningRateAt(step: number, totalSteps: number, peak: number, warmup: number): number {
  const warmupSteps = Math.ceil(totalSteps * warmup);
  if (step <= warmupSteps) return (peak * step) / warmupSteps;
  const progress = (step - warmupSteps - 1) / Math.max(1, totalSteps - warmupSteps);
  return (peak * (1 + Math.cos(Math.PI * progress))) / 2;
}

interface OptimiserSettings {
  learningRate: number;
  warmup: number;
  adamBeta1: number;
  adamBeta2: number;
  adamEpsilon: number;
  weightDecay: number;
  clipNorm: number;
}

/** The optimiser's settings at one step. */
export function hyperAt(step: number, totalSteps: number, settings: OptimiserSettings): AdamWHyper {
  return {
    learningRate: learningRateAt(step, totalSteps, settings.learningRate, settings.warmup),
    beta1: settings.adamBeta1,
    beta2: settings.adamBeta2,
    epsilon: settings.adamEpsilon,
    weightDecay: settings.weightDecay,
    clipNorm: settings.clipNorm,
  };
}

/**
 * Stops a run whose numbers stopped being numbers; going on would only spread them.
 * @throws TrainerError TRAINING_DIVERGED
 */
export function assertFinite(step: number, figures: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(figures)) {
    if (!Number.isFinite(value))
      throw new TrainerError(
        "TRAINING_DIVERGED",
        `Training diverged at step ${step}: ${name} is ${value}. Try a lower learningRate (a third of it), a lower clipNorm, or a higher beta.`,
      );
  }
}

/** @throws TrainerError NO_EXAMPLES when there is nothing to train on */
export function assertExamples(count: number, kind: string): void {
  if (count === 0)
    throw new TrainerError("NO_EXAMPLES", `There are no ${kind} to train on; all were left out or none given.`);
}
