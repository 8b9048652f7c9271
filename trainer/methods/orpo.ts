/** The ORPO run: pairs in, adapter out, imitation and preference in one without a reference. Reads top to bottom. */

import type { RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedPair } from "../data/example.ts";
import { packing, rowLengthFor } from "../data/pack.ts";
import type { AdapterWeights } from "../engine/contract.ts";
import { orpo } from "../objectives/orpo.ts";
import { pairObjective, pairRows } from "./pair-rows.ts";
import { assertExamples, type MethodRun, openPolicy, POLICY, stepsOf } from "./run.ts";

export interface OrpoRun extends MethodRun {
  pairs: readonly TokenisedPair[];
  config: RunConfig<"ORPO">;
}

/**
 * Trains an adapter to imitate each pair's chosen reply and to raise its odds over the rejected one's (Hong et al. 2024).
 * @returns the trained adapter
 * @throws TrainerError NO_EXAMPLES, TRAINING_DIVERGED; the reason of `cancel` or `pause`
 */
export async function trainOrpo(run: OrpoRun): Promise<AdapterWeights> {
  const { engine, pairs, config } = run;
  assertExamples(pairs.length, "pairs");
  const policy = openPolicy(run, config);
  const model = packing(engine, rowLengthFor(pairRows(pairs)));
  const { lambda } = config;
  for await (const { batch, pass } of stepsOf(run, config, policy, pairs.length)) {
    const objective = pairObjective(pairs, batch, (sums, part) => orpo(sums, { ...part, lambda }));
    for (const part of microBatches(batch, config.microBatchSize))
      await pass(pairRows(pairs, part), (rows) => model.accumulate(rows, policy, objective(part)));
  }
  return engine.exportAdapter(POLICY);
}
