/** The DPO run: pairs in, adapter out. Reads top to bottom. */

import type { RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedPair } from "../data/example.ts";
import { type Model, packing, rowLengthFor } from "../data/pack.ts";
import type { AdapterWeights } from "../engine/contract.ts";
import { type DpoLoss, dpo } from "../objectives/dpo.ts";
import type { PairHalves } from "../objectives/pairs.ts";
import { pairObjective, pairRows, pairSums } from "./pair-rows.ts";
import { beginsAtReference, firstEpoch, StartCheck, withReference } from "./reference.ts";
import { assertExamples, type MethodRun, openPolicy, POLICY, stepsOf } from "./run.ts";

export interface DpoRun extends MethodRun {
  pairs: readonly TokenisedPair[];
  config: RunConfig<"DPO">;
  /** Keeps the reference's log-probabilities, so that a resumed run need not compute them again. */
  referenceCache?: ReferenceCache;
}

/** Log-probabilities of every pair's completions under the reference, nats, [pairs]. */
export type ReferenceLogProbs = PairHalves;

export interface ReferenceCache {
  read(): Promise<ReferenceLogProbs | null>;
  write(logProbs: ReferenceLogProbs): Promise<void>;
}

/**
 * Trains an adapter to prefer each pair's chosen reply, by any loss of the DPO family and with an SFT term where the
 * settings give it weight.
 *
 * The reference is the model the run starts from: the bare base in round one, a frozen copy of the starting adapter
 * later. At the first step policy and reference are therefore the same model, h = 0 for every pair, and the loss is a known
 * number; anything else means that one of the two is not what it should be, and the run stops. (A fresh prompt or prefix
 * is the exception: it is no longer the base it is measured against.)
 * @returns the trained adapter
 * @throws TrainerError NO_EXAMPLES, REFERENCE_MISMATCH, TRAINING_DIVERGED; the reason of `cancel` or `pause`
 */
export async function trainDpo(run: DpoRun): Promise<AdapterWeights> {
  const { engine, pairs, config } = run;
  assertExamples(pairs.length, "pairs");
  const policy = openPolicy(run, config);
  const model = packing(engine, rowLengthFor(pairRows(pairs)));
  const reference = await referenceLogProbs(run, model);

  for await (const { step, batch, pass } of stepsOf(run, config, policy, pairs.length)) {
    const check = new StartCheck();
    const objective = pairObjective(pairs, batch, (sums, { totalTokens, ...part }, indices) => {
      const referenceChosen = Float64Array.from(indices, (i) => reference.chosen[i]!);
      const referenceRejected = Float64Array.from(indices, (i) => reference.rejected[i]!);
      check.add(differences(sums.chosen, referenceChosen), part.lengths.chosen);
      check.add(differences(sums.rejected, referenceRejected), part.lengths.rejected);
      return dpo(
        { policyChosen: sums.chosen, policyRejected: sums.rejected, referenceChosen, referenceRejected },
        {
          ...part,
          loss: config.loss,
          beta: config.beta,
          labelSmoothing: indices.map((i) => pairs[i]!.epsilon ?? config.labelSmoothing),
          sft: config.sftWeight > 0 ? { weight: config.sftWeight, totalTokens } : undefined,
        },
      );
    });
    for (const part of microBatches(batch, config.microBatchSize))
      await pass(pairRows(pairs, part), (rows) => model.accumulate(rows, policy, objective(part)));
    if (step === 1 && beginsAtReference(run, config)) check.assert(firstLoss(config.loss, config.beta));
  }
  return engine.exportAdapter(POLICY);
}

/** The reference's log-probabilities of every pair, computed once. */
async function referenceLogProbs(run: DpoRun, model: Model): Promise<ReferenceLogProbs> {
  const { pairs, config, seed } = run;
  const cached = await run.referenceCache?.read();
  if (cached && cached.chosen.length === pairs.length && cached.rejected.length === pairs.length) return cached;

  const reference = { chosen: new Float64Array(pairs.length), rejected: new Float64Array(pairs.length) };
  await withReference(run, async (use) => {
    for (const part of firstEpoch(pairs.length, seed, config)) {
      run.cancel?.throwIfAborted();
      const sums = pairSums(await model.forward(pairRows(pairs, part), use));
      for (const [k, i] of part.entries()) {
        reference.chosen[i] = sums.chosen[k]!;
        reference.rejected[i] = sums.rejected[k]!;
      }
    }
  });
  await run.referenceCache?.write(reference);
  return reference;
}

const differences = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - b[i]!);

/** What the loss is where h = 0, without an SFT term. */
function firstLoss(loss: DpoLoss, beta: number): string {
  switch (loss) {
    case "sigmoid":
    case "cdpo":
    case "robust":
      return `ln 2 = ${Math.LN2.toFixed(7)}`;
    case "ipo":
    case "ipo_sum":
      return `1/(4β²) = ${(1 / (4 * beta * beta)).toPrecision(7)}`;
    case "hinge":
      return "1";
  }
}
