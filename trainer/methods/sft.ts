/** The SFT run: dialogues in, adapter out. Reads top to bottom. */

import { plannedSteps, type SftConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedDialogue } from "../data/example.ts";
import { DataOrder } from "../data/order.ts";
import { packing, rowLengthFor } from "../data/pack.ts";
import type { AdapterWeights, Metrics } from "../engine/contract.ts";
import { sum } from "../objectives/numeric.ts";
import { sft, sftGradient } from "../objectives/sft.ts";
import { addMetrics, tokenMean } from "../objectives/token-metrics.ts";
import { assertExamples, assertFinite, hyperAt, type MethodRun, openPolicy, POLICY } from "./run.ts";

export interface SftRun extends MethodRun {
  dialogues: readonly TokenisedDialogue[];
  config: SftConfig;
}

/**
 * Trains an adapter to imitate each dialogue's last reply (cross-entropy over completion tokens).
 * @returns the trained adapter
 * @throws TrainerError NO_EXAMPLES, TRAINING_DIVERGED; the signal's reason when it is aborted
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
      run.signal?.throwIfAborted();
      const rows = part.map(({ sequence }) => sequence);
      const options = { weights: part.map(({ weight }) => weight), totalWeight };
      const lengths = rows.map(({ targets }) => targets.length);
      // The gradient is known before the forward pass, which saves the engine one.
      const forward = await model.accumulateKnown(rows, policy, { logProbs: sftGradient(lengths, options) });
      tokens += sum(rows.map((row) => row.tokens.length));
      addMetrics(metrics, {
        loss: sft(forward.logProbs, options).loss,
        entropy: tokenMean(forward.entropy, targetTokens),
        mean_token_accuracy: tokenMean(forward.correct, targetTokens),
      });
    }
    assertFinite(step, metrics);

    const hyper = hyperAt(step, totalSteps, config);
    const { gradNorm } = await engine.step(hyper);
    assertFinite(step, { grad_norm: gradNorm });
    const epoch = order.state.epoch + order.state.position / dialogues.length;
    await run.onStep({
      step,
      totalSteps,
      metrics: { ...metrics, grad_norm: gradNorm, lr: hyper.learningRate, tokens, epoch },
    });
    if (step % config.checkpointEvery === 0 && step < totalSteps)
      await run.onCheckpoint?.({ step, tokens, order: order.state, optimiser: engine.snapshot(policy) });
  }
  return engine.exportAdapter(POLICY);
}
