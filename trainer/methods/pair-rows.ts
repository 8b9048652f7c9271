/** Pairs as the model sees them, and how an objective on whole replies becomes one on their tokens. */

import type { TokenisedPair } from "../data/example.ts";
import type { Forward, Objective, TokenBatch } from "../engine/contract.ts";
import { completionLogProb, sum } from "../objectives/numeric.ts";
import type { PairHalves, PairResult, PairShares } from "../objectives/pairs.ts";
import { tokenMean } from "../objectives/token-metrics.ts";

/** The chosen rows of these pairs, then their rejected rows. */
export function pairRows(pairs: readonly TokenisedPair[], indices: readonly number[] = [...pairs.keys()]): TokenBatch {
  return [...indices.map((i) => pairs[i]!.chosen), ...indices.map((i) => pairs[i]!.rejected)];
}

/** Splits what came back for `pairRows` into the two halves' summed log-probabilities, nats, [pairs] each. */
export function pairSums({ logProbs }: Pick<Forward, "logProbs">): PairHalves {
  const sums = Float64Array.from(logProbs, completionLogProb);
  return { chosen: sums.slice(0, sums.length / 2), rejected: sums.slice(sums.length / 2) };
}

/** How a micro-batch of pairs enters its step, and the lengths that some losses divide by. */
export interface PairPart extends PairShares {
  /** Completion tokens of every pair. */
  lengths: PairHalves<number[]>;
  /** Σ weight · chosen tokens over the whole step. */
  totalTokens: number;
}

/**
 * The objective of one step: for each micro-batch of `batch` a function that makes its share of the step's mean, with the
 * entropy over all replies and the accuracy over the chosen ones.
 * @param loss of a micro-batch, from the policy's summed log-probabilities of its pairs
 */
export function pairObjective(
  pairs: readonly TokenisedPair[],
  batch: readonly number[],
  loss: (policy: PairHalves, part: PairPart, indices: readonly number[]) => PairResult,
): (indices: readonly number[]) => Objective {
  const length = (half: "chosen" | "rejected") => (i: number) => pairs[i]![half].targets.length;
  const weight = (i: number) => pairs[i]!.weight;
  const totalWeight = sum(batch.map(weight));
  const totalTokens = sum(batch.map((i) => weight(i) * length("chosen")(i)));
  const chosenTokens = sum(batch.map(length("chosen")));
  const allTokens = chosenTokens + sum(batch.map(length("rejected")));

  return (indices) => (forward) => {
    const lengths = { chosen: indices.map(length("chosen")), rejected: indices.map(length("rejected")) };
    const part = { weights: indices.map(weight), totalWeight, lengths, totalTokens };
    const { gradient, metrics } = loss(pairSums(forward), part, indices);
    // A completion's log-probability is the sum over its tokens, so each token's gradient is that of the sum.
    const upstream = forward.logProbs.map((row, i) => {
      const ofReply = i < indices.length ? gradient.chosen[i]! : gradient.rejected[i - indices.length]!;
      return new Float64Array(row.length).fill(ofReply);
    });
    return {
      upstream: { logProbs: upstream },
      metrics: {
        ...metrics,
        entropy: tokenMean(forward.entropy, allTokens),
        mean_token_accuracy: tokenMean(forward.correct.slice(0, indices.length), chosenTokens),
      },
    };
  };
}
