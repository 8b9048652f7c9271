/** The SFT run: dialogues in, adapter or model out. Reads top to bottom. */

import type { RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedDialogue } from "../data/example.ts";
import { packing, rowLengthFor } from "../data/pack.ts";
import { Random } from "../data/random.ts";
import { Replay } from "../data/replay.ts";
import type { Forward, Metrics, PassOptions } from "../engine/contract.ts";
import { sum } from "../objectives/numeric.ts";
import { sft, sftGradient } from "../objectives/sft.ts";
import { tokenMean } from "../objectives/token-metrics.ts";
import { assertExamples, exportTrained, type MethodRun, openPolicy, stepsOf, type TrainedWeights } from "./run.ts";

export interface SftRun extends MethodRun {
  /** Which of their replies are targets was decided when they were tokenised. */
  dialogues: readonly TokenisedDialogue[];
  /** General data of which `config.replay` of every step's examples is drawn, against forgetting. */
  replay?: readonly TokenisedDialogue[];
  config: Omit<RunConfig<"SFT">, "learn">;
}

/**
 * Trains a model to imitate the dialogues' replies: cross-entropy, a mean over the target tokens of the step, replayed ones
 * included; `loss` is that of the dialogues alone and `replay_loss` that of the replayed ones.
 * @returns the trained adapter, or with `tuning: "full"` the trained model
 * @throws TrainerError NO_EXAMPLES, TRAINING_DIVERGED, BAD_CONFIG; the reason of `cancel` or `pause`
 */
export async function trainSft(run: SftRun): Promise<TrainedWeights> {
  const { engine, dialogues, replay = [], config, seed } = run;
  assertExamples(dialogues.length, "dialogues");
  const policy = openPolicy(run, config);
  const model = packing(engine, rowLengthFor([...dialogues, ...replay].map(({ sequence }) => sequence)));
  const general = new Replay(replay.length, config.replay, seed);

  for await (const { step, batch, seen, pass } of stepsOf(run, config, policy, dialogues.length)) {
    const own = batch.map((i) => dialogues[i]!);
    const replayed = general.between(seen, seen + batch.length).map((i) => replay[i]!);
    const totals = { own: totalsOf(own), replayed: totalsOf(replayed), all: totalsOf([...own, ...replayed]) };
    for (const [k, part] of microBatches([...own, ...replayed], config.microBatchSize).entries()) {
      // Own examples come first, so a part begins with this many of them.
      const owned = Math.max(0, Math.min(part.length, own.length - k * config.microBatchSize));
      const weights = part.map(({ weight }) => weight);
      const lengths = part.map(({ sequence }) => sequence.targets.length);
      // The gradient is known before the forward pass, which saves the engine one.
      const upstream = { logProbs: sftGradient(lengths, { weights, totalWeight: totals.all.weight }) };
      const sequences = part.map(({ sequence }) => sequence);
      await pass(sequences, async (rows) => {
        const forward = await model.accumulateKnown(rows, policy, upstream, noise(config.neftune, seed, step, k));
        return {
          ...(owned > 0 && { loss: lossOf(forward, weights, 0, owned, totals.own.weight) }),
          ...(owned < part.length && {
            replay_loss: lossOf(forward, weights, owned, part.length, totals.replayed.weight),
          }),
          entropy: tokenMean(forward.entropy, totals.all.tokens),
          mean_token_accuracy: tokenMean(forward.correct, totals.all.tokens),
        } satisfies Metrics;
      });
    }
  }
  return exportTrained(engine, policy);
}

/** Target tokens of some examples, plain and by weight. */
function totalsOf(examples: readonly TokenisedDialogue[]): { tokens: number; weight: number } {
  const tokens = ({ sequence }: TokenisedDialogue) => sequence.targets.length;
  return { tokens: sum(examples.map(tokens)), weight: sum(examples.map((one) => one.weight * tokens(one))) };
}

function lossOf({ logProbs }: Forward, weights: number[], from: number, to: number, totalWeight: number): number {
  return sft(logProbs.slice(from, to), { weights: weights.slice(from, to), totalWeight }).loss;
}

/** NEFTune's noise for one pass, the same when a resumed run takes the step again. */
function noise(alpha: number, seed: number, step: number, part: number): PassOptions | undefined {
  if (alpha === 0) return undefined;
  const ofStep = new Random(seed ^ Math.imul(step, 0x9e3779b1)).uint32();
  return { noise: { alpha, seed: new Random(ofStep ^ part).uint32() } };
}
