/** The DPO run: pairs in, adapter out. Reads top to bottom. */

import { plannedSteps, type RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedPair } from "../data/example.ts";
import { DataOrder } from "../data/order.ts";
import { type Model, packing, rowLengthFor } from "../data/pack.ts";
import type { AdapterWeights, Engine, Forward, Metrics, Objective, TokenBatch, Use } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { dpo } from "../objectives/dpo.ts";
import { completionLogProb, sum } from "../objectives/numeric.ts";
import { addMetrics, tokenMean } from "../objectives/token-metrics.ts";
import { assertExamples, atStep, finishStep, type MethodRun, openPolicy, POLICY, REFERENCE } from "./run.ts";

export interface DpoRun extends MethodRun {
  pairs: readonly TokenisedPair[];
  config: RunConfig<"DPO">;
  /** Keeps the reference's log-probabilities, so that a resumed run need not compute them again. */
  referenceCache?: ReferenceCache;
}

/** Log-probabilities of every pair's completions under the reference, nats, [pairs]. */
export interface ReferenceLogProbs {
  chosen: Float64Array;
  rejected: Float64Array;
}

export interface ReferenceCache {
  read(): Promise<ReferenceLogProbs | null>;
  write(logProbs: ReferenceLogProbs): Promise<void>;
}

/**
 * Trains an adapter to prefer each pair's chosen reply (DPO, sigmoid loss).
 *
 * The reference is the model the run starts from: the bare base in round one, a frozen copy of the starting adapter
 * later. At the first step policy and reference are therefore the same model and the loss must be ln 2; anything else means
 * that one of the two is not what it should be, and the run stops.
 * @returns the trained adapter
 * @throws TrainerError NO_EXAMPLES, REFERENCE_MISMATCH, TRAINING_DIVERGED; the reason of `cancel` or `pause`
 */
export async function trainDpo(run: DpoRun): Promise<AdapterWeights> {
  const { engine, pairs, config } = run;
  assertExamples(pairs.length, "pairs");
  const totalSteps = plannedSteps(config, pairs.length);
  const policy = openPolicy(run, config);
  const model = packing(engine, rowLengthFor(rowsOf(pairs, [...pairs.keys()])));
  const reference = await referenceLogProbs(run, model);
  const order = new DataOrder(pairs.length, run.resume?.order ?? run.seed);
  let tokens = run.resume?.tokens ?? 0;

  for (let step = (run.resume?.step ?? 0) + 1; step <= totalSteps; step++) {
    const batch = order.next(config.batchSize);
    const objective = stepObjective(run, reference, batch);
    const metrics: Metrics = {};
    for (const part of microBatches(batch, config.microBatchSize)) {
      run.cancel?.throwIfAborted();
      const rows = rowsOf(pairs, part);
      tokens += rows.reduce((total, row) => total + row.tokens.length, 0);
      addMetrics(metrics, await atStep(step, model.accumulate(rows, policy, objective(part))));
    }
    if (step === 1) assertStartsAtReference(metrics.loss!);
    await finishStep(run, config, policy, { step, totalSteps, tokens, order, metrics });
  }
  return engine.exportAdapter(POLICY);
}

/** The chosen rows of these pairs, then their rejected rows. */
function rowsOf(pairs: readonly TokenisedPair[], indices: readonly number[]): TokenBatch {
  return [...indices.map((i) => pairs[i]!.chosen), ...indices.map((i) => pairs[i]!.rejected)];
}

/** Splits what came back for `rowsOf` into the two halves' summed log-probabilities, nats, [pairs] each. */
function pairSums({ logProbs }: Pick<Forward, "logProbs">): ReferenceLogProbs {
  const sums = Float64Array.from(logProbs, completionLogProb);
  return { chosen: sums.slice(0, sums.length / 2), rejected: sums.slice(sums.length / 2) };
}

/** The objective of one step: for each micro-batch of `batch` a function that makes its share of the step's mean. */
function stepObjective({ pairs, config }: DpoRun, reference: ReferenceLogProbs, batch: readonly number[]) {
  const totalWeight = sum(batch.map((i) => pairs[i]!.weight));
  const chosenTokens = sum(batch.map((i) => pairs[i]!.chosen.targets.length));
  const allTokens = chosenTokens + sum(batch.map((i) => pairs[i]!.rejected.targets.length));

  return (part: readonly number[]): Objective =>
    (forward) => {
      const policy = pairSums(forward);
      const { gradient, metrics } = dpo(
        {
          policyChosen: policy.chosen,
          policyRejected: policy.rejected,
          referenceChosen: Float64Array.from(part, (i) => reference.chosen[i]!),
          referenceRejected: Float64Array.from(part, (i) => reference.rejected[i]!),
        },
        { beta: config.beta, weights: part.map((i) => pairs[i]!.weight), totalWeight },
      );
      // A completion's log-probability is the sum over its tokens, so each token's gradient is that of the sum.
      const upstream = forward.logProbs.map((row, i) => {
        const ofPair = i < part.length ? gradient.chosen[i]! : gradient.rejected[i - part.length]!;
        return new Float64Array(row.length).fill(ofPair);
      });
      return {
        upstream: { logProbs: upstream },
        metrics: {
          ...metrics,
          entropy: tokenMean(forward.entropy, allTokens),
          mean_token_accuracy: tokenMean(forward.correct.slice(0, part.length), chosenTokens),
        },
      };
    };
}

/**
 * The reference's log-probabilities of every pair, computed once. Pairs go through the model in the very batches the
 * first epoch will use: equal shapes give equal rounding, which makes the first step's loss ln 2 to the last digits.
 */
async function referenceLogProbs(run: DpoRun, model: Model): Promise<ReferenceLogProbs> {
  const { engine, pairs, config, start, seed } = run;
  const cached = await run.referenceCache?.read();
  if (cached && cached.chosen.length === pairs.length && cached.rejected.length === pairs.length) return cached;

  const use = openReference(engine, start);
  const reference = { chosen: new Float64Array(pairs.length), rejected: new Float64Array(pairs.length) };
  const order = new DataOrder(pairs.length, seed);
  for (let seen = 0; seen < pairs.length; ) {
    const batch = order.next(config.batchSize);
    for (const part of microBatches(batch, config.microBatchSize)) {
      run.cancel?.throwIfAborted();
      const sums = pairSums(await model.forward(rowsOf(pairs, part), use));
      for (const [k, i] of part.entries()) {
        reference.chosen[i] = sums.chosen[k]!;
        reference.rejected[i] = sums.rejected[k]!;
      }
    }
    seen += batch.length;
  }
  if (start) engine.dropAdapter(REFERENCE);
  await run.referenceCache?.write(reference);
  return reference;
}

function openReference(engine: Engine, start: AdapterWeights | null): Use {
  if (!start) return { adapter: null };
  engine.loadAdapter(REFERENCE, start);
  return { adapter: REFERENCE };
}

const STEP_0_TOLERANCE = 1e-6;

/** A wrong reference trains without complaint and towards the wrong model; only the first loss gives it away. */
function assertStartsAtReference(loss: number): void {
  if (Math.abs(loss - Math.LN2) <= STEP_0_TOLERANCE) return;
  throw new TrainerError(
    "REFERENCE_MISMATCH",
    `Expected the first loss to be ln 2 = ${Math.LN2.toFixed(7)}, found ${loss.toFixed(7)}: the reference is not the model ` +
      "this run starts from. Delete the run's cached reference, or check the starting adapter.",
  );
}
