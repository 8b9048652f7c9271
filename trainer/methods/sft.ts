/** The SFT run: dialogues in, adapter out. Reads top to bottom. */

import { plannedSteps, type RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedDialogue } from "../data/example.ts";
import { DataOrder } from "../data/order.ts";
import { packing, rowLengthFor } from "../data/pack.ts";
import type { AdapterWeights, Metrics } from "../engine/contract.ts";
import { sum } from "../objectives/numeric.ts";
import { sft, sftGradient } from "../objectives/sft.ts";
import { addMetrics, tokenMean } from "../objectives/token-metrics.ts";
import { assertExamples, atStep, finishStep, type MethodRun, openPolicy, POLICY } from "./run.ts";

export interface SftRun extends MethodRun {
  dialogues: readonly TokenisedDialogue[];
  config: RunConfig<"SFT">;
}

/**
 * Trains an adapter to imitate each dialogue's last reply (cross-entropy over completion tokens).
 * @returns the trained adapter
 * @throws TrainerError NO_EXAMPLES, TRAINING_DIVERGED; the reason of `cancel` or `pause`
 */
export async function trainSft(run: SftRun): Promise<AdapterWeights> {
  const { engine, dialogues, config } = run;
  assertExamples(dialogues.length, "dialogues");
  const totalSteps = plannedSteps(config, dialogues.length);
  const policy = openPolicy(run, config);
  const model = packing(engine, rowLengthFor(dialogues.map(({ sequence }) => sequence)));
  const order = new DataOrder(dialogues.length, run.resume?.order ?? run.seed);
  let tokens = run.resume?.tokens ?? 0;

  for (let step = (run.resume?.step ?? 0) + 1; step <= totalSteps; step++) {
    const batch = order.next(config.batchSize).map((i) => dialogues[i]!);
    const targetTokens = sum(batch.map(({ sequence }) => sequence.targets.length));
    const totalWeight = sum(batch.map(({ sequence, weight }) => weight * sequence.targets.length));
    const metrics: Metrics = {};
    for (const part of microBatches(batch, config.microBatchSize)) {
      run.cancel?.throwIfAborted();
      const rows = part.map(({ sequence }) => sequence);
      const options = { weights: part.map(({ weight }) => weight), totalWeight };
      const lengths = rows.map(({ targets }) => targets.length);
      // The gradient is known before the forward pass, which saves the engine one.
      const upstream = { logProbs: sftGradient(lengths, options) };
      const forward = await atStep(step, model.accumulateKnown(rows, policy, upstream));
      tokens += sum(rows.map((row) => row.tokens.length));
      addMetrics(metrics, {
        loss: sft(forward.logProbs, options).loss,
        entropy: tokenMean(forward.entropy, targetTokens),
        mean_token_accuracy: tokenMean(forward.correct, targetTokens),
      });
    }
    await finishStep(run, config, policy, { step, totalSteps, tokens, order, metrics });
  }
  return engine.exportAdapter(POLICY);
}
