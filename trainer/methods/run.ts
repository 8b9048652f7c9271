/** What every method is given, what it reports, and the few mechanisms they share. */

import type { Checkpoint } from "../checkpoint.ts";
import type { DataOrder } from "../data/order.ts";
import {
  type AdapterWeights,
  type Engine,
  EngineError,
  type LinearLayer,
  type Metrics,
  type Use,
} from "../engine/contract.ts";
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
  /** Awaited every `checkpointEvery` steps and when the run is paused; absent, none are made. */
  onCheckpoint?(checkpoint: Checkpoint): Promise<void>;
  /** Abandons the run between two micro-batches, by throwing the signal's reason. */
  cancel?: AbortSignal;
  /** Ends the run after the step under way and a checkpoint, by throwing the signal's reason. */
  pause?: AbortSignal;
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

interface StepSettings {
  learningRate: number;
  warmup: number;
  adamBeta1: number;
  adamBeta2: number;
  adamEpsilon: number;
  weightDecay: number;
  clipNorm: number;
  checkpointEvery: number;
}

/** Where the loop stands when a step's gradients are complete. */
export interface StepState {
  step: number;
  totalSteps: number;
  /** Tokens that went through the model so far. */
  tokens: number;
  order: DataOrder;
  /** Of the objective, complete. */
  metrics: Metrics;
}

/**
 * The end of every method's step: one AdamW step on what was accumulated, the report, and the checkpoint if one is due.
 * @throws TrainerError TRAINING_DIVERGED when a figure is not finite; the reason of `run.pause` when it is aborted
 */
export async function finishStep(run: MethodRun, settings: StepSettings, policy: Use, state: StepState): Promise<void> {
  const { step, totalSteps, tokens, order, metrics } = state;
  assertFinite(step, metrics);
  const learningRate = learningRateAt(step, totalSteps, settings.learningRate, settings.warmup);
  const stepped = run.engine.step({
    learningRate,
    beta1: settings.adamBeta1,
    beta2: settings.adamBeta2,
    epsilon: settings.adamEpsilon,
    weightDecay: settings.weightDecay,
    clipNorm: settings.clipNorm,
  });
  const { gradNorm } = await atStep(step, stepped);
  assertFinite(step, { grad_norm: gradNorm });
  const figures = { ...metrics, grad_norm: gradNorm, lr: learningRate, tokens, epoch: order.epochsDone };
  await run.onStep({ step, totalSteps, metrics: figures });

  if (step === totalSteps) return;
  // A worker whose run was taken over must not write over its successor's checkpoint.
  run.cancel?.throwIfAborted();
  const paused = run.pause?.aborted ?? false;
  if (paused || step % settings.checkpointEvery === 0)
    await run.onCheckpoint?.({ step, tokens, order: order.state, optimiser: run.engine.snapshot(policy) });
  if (paused) run.pause!.throwIfAborted();
}

/** What the engine says about numbers that are no numbers any more lacks the step; this adds it. */
export async function atStep<T>(step: number, work: Promise<T>): Promise<T> {
  return work.catch((cause) => {
    if (!(cause instanceof EngineError)) throw cause;
    throw new TrainerError("TRAINING_DIVERGED", `Training stopped at step ${step}: ${cause.message}`, { cause });
  });
}

/**
 * Stops a run whose numbers stopped being numbers; going on would only spread them.
 * @throws TrainerError TRAINING_DIVERGED
 */
function assertFinite(step: number, figures: Readonly<Record<string, number>>): void {
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
