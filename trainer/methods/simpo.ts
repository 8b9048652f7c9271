/** The SimPO run: pairs in, adapter out, without a reference. Reads top to bottom. */

import type { RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedPair } from "../data/example.ts";
import { packing, rowLengthFor } from "../data/pack.ts";
import type { AdapterWeights } from "../engine/contract.ts";
import { simpo } from "../objectives/simpo.ts";
import { pairObjective, pairRows } from "./pair-rows.ts";
import { assertExamples, type MethodRun, openPolicy, POLICY, stepsOf } from "./run.ts";

export interface SimpoRun extends MethodRun {
  pairs: readonly TokenisedPair[];
  config: RunConfig<"SIMPO">;
}

/**
 * Trains an adapter to give each pair's chosen reply the higher log-probability per token, by a margin (Meng et al. 2024).
 * @returns the trained adapter
 * @throws TrainerError NO_EXAMPLES, TRAINING_DIVERGED; the reason of `cancel` or `pause`
 */
export async function trainSimpo(run: SimpoRun): Promise<AdapterWeights> {
  const { engine, pairs, config } = run;
  assertExamples(pairs.length, "pairs");
  const policy = openPolicy(run, config);
  const model = packing(engine, rowLengthFor(pairRows(pairs)));
  const { beta, gamma } = config;
  for await (const { batch, pass } of stepsOf(run, config, policy, pairs.length)) {
    const objective = pairObjective(pairs, batch, (sums, part) => simpo(sums, { ...part, beta, gamma }));
    for (const part of microBatches(batch, config.microBatchSize))
      await pass(pairRows(pairs, part), (rows) => model.accumulate(rows, policy, objective(part)));
  }
  return engine.exportAdapter(POLICY);
}
