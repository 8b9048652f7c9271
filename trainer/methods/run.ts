/** What every method is given, what it reports, and the few mechanisms they share. */

import { plannedSteps, type Tuning } from "../../server/domain/run-config.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { DataOrder } from "../data/order.ts";
import {
  type AdapterWeights,
  type Engine,
  EngineError,
  type LinearLayer,
  type Metrics,
  type NamedTensor,
  type TokenBatch,
  type Use,
} from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { addMetrics } from "../objectives/token-metrics.ts";

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
  /** Decides the adapter's first weights, the order of the data and every draw; nothing else is random. */
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

interface PolicySettings {
  tuning: Tuning;
  rank: number;
  alpha: number;
  targets: readonly LinearLayer[];
}

/**
 * Puts what is to be trained into the engine: an adapter of the kind that `tuning` names, fresh, continued or resumed; or,
 * for `full`, the base itself, for which the engine must have been opened in full-parameter mode.
 * @param options.head adds the scalar head that reward and value models need
 * @throws TrainerError BAD_CONFIG where an adapter cannot be what is asked for
 */
export function openPolicy(run: MethodRun, settings: PolicySettings, options: { head?: boolean } = {}): Use {
  const { engine, seed, start, resume } = run;
  const { tuning, rank, alpha, targets } = settings;
  const use = { adapter: tuning === "full" ? null : POLICY };
  if (tuning === "full") {
    if (start)
      throw new TrainerError(
        "BAD_CONFIG",
        "Full-parameter training changes the base itself and cannot go on from an adapter; merge the adapter into a model " +
          "first and train that, or set tuning=lora.",
      );
  } else if (start) {
    if (start.kind !== tuning)
      throw new TrainerError(
        "BAD_CONFIG",
        `Expected a starting adapter of kind ${tuning}, found ${start.kind}; set tuning=${start.kind}, or begin without it.`,
      );
    engine.loadAdapter(POLICY, start, options);
  } else {
    const shape = tuning === "lora" ? { targets } : { kind: tuning };
    engine.createAdapter(POLICY, { ...shape, rank, alpha, ...options }, seed);
  }
  if (resume) engine.restore(use, resume.optimiser);
  return use;
}

/** What a run leaves behind: an adapter on the base, or in full-parameter mode a base of its own. */
export type TrainedWeights = { kind: "adapter"; weights: AdapterWeights } | { kind: "model"; tensors: NamedTensor[] };

export function exportTrained(engine: Engine, { adapter }: Use): TrainedWeights {
  return adapter === null
    ? { kind: "model", tensors: engine.exportBase() }
    : { kind: "adapter", weights: engine.exportAdapter(adapter) };
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
  /** Nats per token that the policy may be away from its reference; the methods that sample have it. */
  stopKl?: number;
}

interface LoopSettings extends StepSettings {
  epochs: number;
  batchSize: number;
}

/** One step as its method sees it. */
export interface Step {
  /** Counts from 1. */
  step: number;
  /** Numbers of its examples. */
  batch: readonly number[];
  /** Examples handed out before this step's, over all epochs. */
  seen: number;
  /** Of the objective; complete when the method is done with the step. */
  metrics: Metrics;
  /** Sends rows through the model: counts their tokens, adds up the metrics, and says at which step it failed. */
  pass(rows: TokenBatch, work: (rows: TokenBatch) => Promise<Metrics>): Promise<void>;
}

/**
 * The steps of a run over a fixed set of examples, from where it stood: in seeded order, and each ended by `finishStep`
 * once the loop's body has accumulated its gradients.
 */
export async function* stepsOf(
  run: MethodRun,
  settings: LoopSettings,
  policy: Use,
  examples: number,
): AsyncGenerator<Step, void> {
  const totalSteps = plannedSteps(settings, examples);
  const order = new DataOrder(examples, run.resume?.order ?? run.seed);
  let tokens = run.resume?.tokens ?? 0;
  for (let step = (run.resume?.step ?? 0) + 1; step <= totalSteps; step++) {
    const metrics: Metrics = {};
    const seen = order.seen;
    const pass: Step["pass"] = async (rows, work) => {
      run.cancel?.throwIfAborted();
      tokens += rows.reduce((total, row) => total + row.tokens.length, 0);
      addMetrics(metrics, await atStep(step, work(rows)));
    };
    yield { step, batch: order.next(settings.batchSize), seen, metrics, pass };
    await finishStep(run, settings, policy, { step, totalSteps, tokens, order, metrics });
  }
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
  /** Measured distance from the reference, nats per token; above the settings' `stopKl` the run ends. */
  kl?: number;
  /** Goes into the checkpoint and comes back as `resume.state`. */
  state?: Record<string, number>;
}

/**
 * One AdamW step on what was accumulated, at the learning rate of this step.
 * @param step counts from 1
 * @throws TrainerError TRAINING_DIVERGED when the gradient is not finite
 */
export async function takeStep(
  { engine }: Pick<MethodRun, "engine">,
  settings: StepSettings,
  step: number,
  totalSteps: number,
): Promise<{ gradNorm: number; learningRate: number }> {
  const learningRate = learningRateAt(step, totalSteps, settings.learningRate, settings.warmup);
  const stepped = engine.step({
    learningRate,
    beta1: settings.adamBeta1,
    beta2: settings.adamBeta2,
    epsilon: settings.adamEpsilon,
    weightDecay: settings.weightDecay,
    clipNorm: settings.clipNorm,
  });
  const { gradNorm } = await atStep(step, stepped);
  assertFinite(step, { grad_norm: gradNorm });
  return { gradNorm, learningRate };
}

/**
 * The end of every method's step: one AdamW step on what was accumulated, the report, and the checkpoint if one is due.
 * @throws TrainerError TRAINING_DIVERGED when a figure is not finite or the KL is above its limit; the reason of
 *   `run.pause` when it is aborted
 */
export async function finishStep(run: MethodRun, settings: StepSettings, policy: Use, place: StepState): Promise<void> {
  const { step, totalSteps, tokens, order, metrics, state = {} } = place;
  assertFinite(step, metrics);
  assertNear(step, place.kl, settings.stopKl);
  const { gradNorm, learningRate } = await takeStep(run, settings, step, totalSteps);
  const figures = { ...metrics, grad_norm: gradNorm, lr: learningRate, tokens, epoch: order.epochsDone };
  await run.onStep({ step, totalSteps, metrics: figures });

  if (step === totalSteps) return;
  // A worker whose run was taken over must not write over its successor's checkpoint.
  run.cancel?.throwIfAborted();
  const paused = run.pause?.aborted ?? false;
  if (paused || step % settings.checkpointEvery === 0)
    await run.onCheckpoint?.({ step, tokens, order: order.state, optimiser: run.engine.snapshot(policy), state });
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

/**
 * Stops a run that has left its reference so far behind that its reward no longer says anything about its replies.
 * @throws TrainerError TRAINING_DIVERGED
 */
function assertNear(step: number, kl: number | undefined, limit: number | undefined): void {
  if (kl === undefined || limit === undefined || kl <= limit) return;
  throw new TrainerError(
    "TRAINING_DIVERGED",
    `Training stopped at step ${step}: the KL from the reference is ${kl.toFixed(3)} nats per token, at most ${limit} are ` +
      "allowed (stopKl). Try a higher KL coefficient, a lower learningRate, or fewer innerEpochs.",
  );
}

/** @throws TrainerError NO_EXAMPLES when there is nothing to train on */
export function assertExamples(count: number, kind: string): void {
  if (count === 0)
    throw new TrainerError("NO_EXAMPLES", `There are no ${kind} to train on; all were left out or none given.`);
}
