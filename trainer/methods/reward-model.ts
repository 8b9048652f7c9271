/** The reward model's run: rankings in, adapter with a score head out. Reads top to bottom. */

import type { RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedRanking } from "../data/example.ts";
import { packing, rowLengthFor } from "../data/pack.ts";
import type { AdapterWeights, Objective } from "../engine/contract.ts";
import { sum } from "../objectives/numeric.ts";
import { pairsOfRanking, type RewardPair, reward } from "../objectives/reward.ts";
import { assertExamples, type MethodRun, openPolicy, POLICY, stepsOf } from "./run.ts";

export interface RewardModelRun extends MethodRun {
  /** A pair is a ranking of two. */
  rankings: readonly TokenisedRanking[];
  config: RunConfig<"REWARD">;
}

/**
 * Trains an adapter whose scalar head scores replies at their last token, so that better-ranked ones score higher
 * (Bradley–Terry). All pairs of one ranking share the weight of one.
 * @returns the trained adapter with its head; going on from one without a head begins a head at 0
 * @throws TrainerError NO_EXAMPLES, TRAINING_DIVERGED; the reason of `cancel` or `pause`
 */
export async function trainRewardModel(run: RewardModelRun): Promise<AdapterWeights> {
  const { engine, rankings, config } = run;
  assertExamples(rankings.length, "rankings");
  const policy = openPolicy(run, config, { head: true });
  const model = packing(engine, rowLengthFor(rankings.flatMap(({ replies }) => replies)));
  for await (const { batch, pass } of stepsOf(run, config, policy, rankings.length)) {
    const totalWeight = sum(batch.map((i) => rankings[i]!.weight));
    for (const part of microBatches(batch, config.microBatchSize)) {
      const ofPart = part.map((i) => rankings[i]!);
      const objective = rewardObjective(pairsOf(ofPart), { centring: config.centring, totalWeight });
      const rows = ofPart.flatMap(({ replies }) => replies);
      await pass(rows, (sequences) => model.accumulate(sequences, policy, objective));
    }
  }
  return engine.exportAdapter(POLICY);
}

/** Pairs between the replies of each ranking, by their places among the replies of all. */
export function pairsOf(rankings: readonly TokenisedRanking[]): RewardPair[] {
  let first = 0;
  return rankings.flatMap(({ ranks, weight, margin }) => {
    const pairs = pairsOfRanking(ranks, { weight, first }).map((pair) => ({ ...pair, margin }));
    first += ranks.length;
    return pairs;
  });
}

function rewardObjective(pairs: RewardPair[], options: { centring: number; totalWeight: number }): Objective {
  return ({ logProbs, values }) => {
    const scores = Float64Array.from(values, ([score]) => score!);
    const { gradient, metrics } = reward(scores, pairs, options);
    const centred = ({ chosen, rejected, weight }: RewardPair) => weight * (scores[chosen]! + scores[rejected]!) ** 2;
    return {
      upstream: {
        logProbs: logProbs.map((row) => new Float64Array(row.length)),
        values: values.map((_, i) => gradient.slice(i, i + 1)),
      },
      metrics: { ...metrics, centring_loss: (options.centring * sum(pairs.map(centred))) / options.totalWeight },
    };
  };
}
