/** Measures a reward model on rankings it was not trained on: is it right, by how much, and can its confidence be believed. */

import type { TokenisedRanking } from "./data/example.ts";
import type { AdapterName, Engine, Metrics } from "./engine/contract.ts";
import { pairsOf } from "./methods/reward-model.ts";
import { sum } from "./objectives/numeric.ts";
import { calibration } from "./objectives/reward.ts";
import { scoreReplies } from "./score.ts";

const BINS = 10;

/**
 * - `heldout/pairs`: pairs of replies with different ranks, a count
 * - `heldout/accuracy`, `heldout/margin`: share of pairs whose better reply scores higher, and the mean r₊ − r₋
 * - `heldout/calibration_error`: how far confidence and accuracy are apart, averaged by pairs
 * - `calibration/<0…9>/count`, `/predicted`, `/observed`: pairs by the probability σ(|r₊ − r₋|) the model gives to the reply
 *   it scores higher, bin b from ½ + b/20 to ½ + (b+1)/20; mean of that probability, and share in which raters agree. An empty
 *   bin has a count only.
 */
export async function evaluateReward(
  engine: Engine,
  adapter: AdapterName,
  rankings: readonly TokenisedRanking[],
): Promise<Metrics> {
  if (rankings.length === 0) return { "heldout/pairs": 0 };
  const scores = await scoreReplies(
    engine,
    adapter,
    rankings.flatMap(({ replies }) => replies),
  );
  const margins = pairsOf(rankings).map(({ chosen, rejected }) => scores[chosen]! - scores[rejected]!);
  const { bins, error } = calibration(margins, BINS);
  const metrics: Metrics = {
    "heldout/pairs": margins.length,
    "heldout/accuracy": margins.filter((margin) => margin > 0).length / margins.length,
    "heldout/margin": sum(margins) / margins.length,
    "heldout/calibration_error": error,
  };
  for (const [b, { pairs, predicted, observed }] of bins.entries()) {
    metrics[`calibration/${b}/count`] = pairs;
    if (predicted !== null) metrics[`calibration/${b}/predicted`] = predicted;
    if (observed !== null) metrics[`calibration/${b}/observed`] = observed;
  }
  return metrics;
}
