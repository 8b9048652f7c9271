/** Direct preference optimisation and its relatives with a reference: losses of one batch of pairs, gradient, metrics. */

import { checkAboveZero, ObjectiveError, sigmoid, softplus } from "./numeric.ts";
import {
  addPair,
  checkLengths,
  checkPairs,
  noPairMetrics,
  type PairHalves,
  type PairResult,
  type PairShares,
} from "./pairs.ts";

/** Summed log-probabilities of a batch of pairs, in nats. Each array is [B]. */
export type PairLogProbs = Record<
  "policyChosen" | "policyRejected" | "referenceChosen" | "referenceRejected",
  Float64Array
>;

/**
 * With h = (π₊ − ref₊) − (π₋ − ref₋), a difference of summed log-probabilities in nats:
 * - `sigmoid`: −ln σ(βh) (Rafailov et al. 2023, eq. 7)
 * - `cdpo`: −(1−ε)·ln σ(βh) − ε·ln σ(−βh), stationary where σ(βh) = 1 − ε (Mitchell 2023, "conservative DPO")
 * - `robust`: [−(1−ε)·ln σ(βh) + ε·ln σ(−βh)] / (1 − 2ε), unbiased under labels flipped with probability ε (Chowdhury
 *   et al. 2024)
 * - `ipo`: (h̄ − 1/(2β))², each log-ratio divided by its completion's tokens, as TRL does (β is the paper's τ)
 * - `ipo_sum`: (h − 1/(2β))², the paper's own (Azar et al. 2023, eq. 17)
 * - `hinge`: max(0, 1 − βh) (SLiC, Zhao et al. 2023, on log-ratios as in Liu et al. 2023)
 */
export type DpoLoss = "sigmoid" | "cdpo" | "robust" | "ipo" | "ipo_sum" | "hinge";

export interface DpoOptions extends PairShares {
  /** Default `sigmoid`. */
  loss?: DpoLoss;
  /** Strength of the pull towards the reference: the KL penalty's coefficient. Above 0. */
  beta: number;
  /** ε, the probability that a pair is the wrong way round, of all pairs or each, [B]; 0 ≤ ε < 0.5. `cdpo` and `robust` use it. */
  labelSmoothing?: number | ArrayLike<number>;
  /** Completion tokens of every pair; `ipo` and `sft` need them. */
  lengths?: PairHalves<ArrayLike<number>>;
  /**
   * Adds `weight` times the cross-entropy of the chosen replies, a mean per token over the step (Pang et al. 2024;
   * TRL's `loss_type=["sigmoid", "sft"]`). `totalTokens` is Σ pair weight · chosen tokens over the whole step.
   */
  sft?: { weight: number; totalTokens: number };
}

/**
 * The DPO family, averaged by weight. `sigmoid`, `cdpo` and `robust` are ln 2 where policy and reference agree.
 * Implicit rewards are β·(π − ref) of the summed log-probabilities for every loss, in nats (Rafailov et al. 2023, eq. 5
 * without the prompt's constant); `nll_loss` joins the metrics where there is an SFT term, and `loss` includes it.
 * A log-probability that is no number is not refused: it shows as a loss that is none.
 * @throws ObjectiveError on arrays of different lengths, bad weights or settings, or missing lengths
 */
export function dpo(logProbs: PairLogProbs, options: DpoOptions): PairResult {
  const { policyChosen, policyRejected, referenceChosen, referenceRejected } = logProbs;
  const { beta, weights, totalWeight, lengths, sft } = options;
  const kind = options.loss ?? "sigmoid";
  const pairs = policyChosen.length;
  checkPairs(logProbs, pairs, weights);
  checkAboveZero("beta", beta);
  if (kind === "ipo" || sft) checkLengths(lengths ?? { chosen: [], rejected: [] }, pairs);

  const gradient = { chosen: new Float64Array(pairs), rejected: new Float64Array(pairs) };
  const metrics = noPairMetrics();
  for (let i = 0; i < pairs; i++) {
    const share = weights[i]! / totalWeight;
    const [ratioChosen, ratioRejected] = [
      policyChosen[i]! - referenceChosen[i]!,
      policyRejected[i]! - referenceRejected[i]!,
    ];
    const rewards = { chosen: beta * ratioChosen, rejected: beta * ratioRejected };
    const scale = kind === "ipo" ? { chosen: lengths!.chosen[i]!, rejected: lengths!.rejected[i]! } : UNSCALED;
    const margin =
      kind === "ipo"
        ? beta * (ratioChosen / scale.chosen - ratioRejected / scale.rejected)
        : rewards.chosen - rewards.rejected;
    const { loss, slope } = lossOfMargin(kind, margin, beta, smoothingOf(options, i));
    gradient.chosen[i] = (share * beta * slope) / scale.chosen;
    gradient.rejected[i] = (-share * beta * slope) / scale.rejected;
    addPair(metrics, share, loss, rewards, { chosen: policyChosen[i]!, rejected: policyRejected[i]! });
  }
  if (sft) addImitation({ gradient: gradient.chosen, metrics }, policyChosen, weights, sft);
  return { loss: metrics.loss, gradient, metrics };
}

const UNSCALED = { chosen: 1, rejected: 1 };

/** The loss of one pair and its derivative by m = βh. */
function lossOfMargin(kind: DpoLoss, m: number, beta: number, epsilon: number): { loss: number; slope: number } {
  switch (kind) {
    case "sigmoid":
      return { loss: softplus(-m), slope: -sigmoid(-m) };
    case "cdpo":
      return {
        loss: (1 - epsilon) * softplus(-m) + epsilon * softplus(m),
        slope: epsilon * sigmoid(m) - (1 - epsilon) * sigmoid(-m),
      };
    case "robust": {
      const unbiased = 1 - 2 * epsilon;
      return {
        loss: ((1 - epsilon) * softplus(-m) - epsilon * softplus(m)) / unbiased,
        slope: -((1 - epsilon) * sigmoid(-m) + epsilon * sigmoid(m)) / unbiased,
      };
    }
    case "ipo":
    case "ipo_sum": {
      // (h − 1/(2β))², with h = m / β.
      const away = (m - 0.5) / beta;
      return { loss: away * away, slope: (2 * away) / beta };
    }
    case "hinge":
      return { loss: Math.max(0, 1 - m), slope: m < 1 ? -1 : 0 };
  }
}

function smoothingOf({ labelSmoothing = 0, loss }: DpoOptions, pair: number): number {
  const epsilon = typeof labelSmoothing === "number" ? labelSmoothing : labelSmoothing[pair];
  if ((loss === "cdpo" || loss === "robust") && !(epsilon !== undefined && epsilon >= 0 && epsilon < 0.5))
    throw new ObjectiveError(
      `Expected label smoothing from 0 to below 0.5, found ${epsilon} at pair ${pair}; at 0.5 a pair says nothing, leave it out.`,
    );
  return epsilon ?? 0;
}

/** Adds the SFT term on replies with these summed log-probabilities to loss, metrics and gradient. */
function addImitation(
  { gradient, metrics }: { gradient: Float64Array; metrics: PairResult["metrics"] },
  logProbs: Float64Array,
  weights: ArrayLike<number>,
  { weight, totalTokens }: { weight: number; totalTokens: number },
): void {
  metrics.nll_loss = 0;
  for (let i = 0; i < logProbs.length; i++) {
    const perToken = weights[i]! / totalTokens;
    metrics.nll_loss -= perToken * logProbs[i]!;
    gradient[i]! -= weight * perToken;
  }
  metrics.loss += weight * metrics.nll_loss;
}
