/** Group relative policy optimisation and its relatives: the loss of one batch of replies, gradient, metrics. */

import { klEstimate } from "./kl.ts";
import { checkAboveZero, ObjectiveError } from "./numeric.ts";
import { clippedSurrogate } from "./surrogate.ts";
import { checkRows, countRow, counts, countTokens, type TokenMask, type TokenRows } from "./token-rows.ts";

/** A batch of replies, [sequence][token] each. */
export interface GrpoBatch {
  /** Of the policy that is being trained, nats. */
  logProbs: TokenRows;
  /** Of the policy that sampled, nats; `logProbs` themselves in a step that is fully on-policy. */
  oldLogProbs: TokenRows;
  /** Of the reference, nats; needed where beta is above 0. */
  reference?: TokenRows;
  /** One per reply, [sequence], from `groupAdvantages`. */
  advantages: ArrayLike<number>;
  /** A truncated reply that is to teach nothing has a row of zeros. */
  mask?: TokenMask;
}

export interface GrpoOptions {
  /**
   * What the sum over tokens is divided by:
   * - `dapo`: the step's tokens that count (Yu et al. 2025)
   * - `grpo`: each reply's tokens, then the step's replies (Shao et al. 2024): short replies weigh more per token
   * - `dr_grpo`: the step's replies times the longest length allowed, a constant (Liu et al. 2025)
   * - `bnpo`: the micro-batch's tokens that count, then the micro-batches; equals `dapo` where there is one
   */
  normaliser: "dapo" | "grpo" | "dr_grpo" | "bnpo";
  /** Whether each token has its ratio, or the reply one: the geometric mean of its tokens' (GSPO, Zheng et al. 2025). */
  ratio: "token" | "sequence";
  /** ε below and above; 0.2 and 0.28 are usual. */
  clip: { low: number; high: number };
  /** Weight of the KL penalty (k3) towards the reference, at least 0. */
  beta: number;
  /** Of the whole step, so that its micro-batches add up to one loss. */
  totals: {
    /** Tokens that count. */
    tokens: number;
    /** Replies, those masked out and those of groups without spread included. */
    sequences: number;
    /** Longest completion that could have been sampled, tokens. */
    maxLength: number;
    microBatches: number;
  };
}

export interface GrpoResult {
  loss: number;
  /** dLoss/dlogProb, [sequence][token]. */
  gradient: Float64Array[];
  /**
   * `loss`, `clip_ratio/{low,high,region}` over tokens (over replies with a ratio per reply), `clip_ratio/low_min` and
   * `clip_ratio/high_max` over replies, `kl` in nats per token where there is a penalty; TRL's figures. Combine with `addMetrics`.
   */
  metrics: Record<string, number>;
}

/**
 * Σ max(−A·ρ, −A·clip(ρ)) + β·k3 over tokens, divided as `normaliser` says (Shao et al. 2024, eq. 3; TRL's
 * GRPOTrainer). A step whose replies are all masked has loss 0 and no gradient.
 * @throws ObjectiveError on shapes that differ, bad settings, or a penalty without a reference
 */
export function grpo(batch: GrpoBatch, options: GrpoOptions): GrpoResult {
  const { logProbs, oldLogProbs, reference, advantages, mask } = batch;
  const { ratio, clip, beta, totals } = options;
  checkRows(logProbs, { oldLogProbs, reference, mask });
  checkAboveZero("clip.low", clip.low);
  checkAboveZero("clip.high", clip.high);
  for (const [name, total] of Object.entries(totals))
    if (!(total >= 0)) throw new ObjectiveError(`Expected totals.${name} of at least 0, found ${total}.`);
  if (advantages.length !== logProbs.length)
    throw new ObjectiveError(
      `Expected an advantage for each of ${logProbs.length} replies, found ${advantages.length}.`,
    );
  if (!(beta >= 0) || (beta > 0 && !reference))
    throw new ObjectiveError(`Expected beta of at least 0, and a reference where it is above 0; found beta ${beta}.`);

  const metrics: Record<string, number> = {
    loss: 0,
    "clip_ratio/low": 0,
    "clip_ratio/high": 0,
    "clip_ratio/region": 0,
    ...(beta > 0 && { kl: 0 }),
  };
  const shareOf = tokenShare(batch, options);
  const gradient = logProbs.map((row, i) => {
    const slopes = new Float64Array(row.length);
    const active = countRow(logProbs, i, mask);
    // A masked reply has no token to take a mean over, but as a reply its ratio is 1 and not clipped.
    if (active === 0 && ratio === "token") return slopes;
    const surrogates = surrogatesOf(batch, i, options);
    let [lows, highs] = [0, 0];
    for (let t = 0; t < row.length; t++) {
      if (!counts(mask, i, t)) continue;
      const { loss, slope, low, high } = surrogates(t);
      const share = shareOf(i);
      metrics.loss! += share * loss;
      slopes[t] = share * slope;
      lows += low ? 1 / active : 0;
      highs += high ? 1 / active : 0;
      if (beta === 0) continue;
      const kl = klEstimate("k3", row[t]! - reference![i]![t]!);
      metrics.loss! += share * beta * kl.value;
      metrics.kl! += kl.value / totals.tokens;
      slopes[t]! += share * beta * kl.slope;
    }
    const weight = ratio === "token" ? active / totals.tokens : 1 / totals.sequences;
    metrics["clip_ratio/low"]! += weight * lows;
    metrics["clip_ratio/high"]! += weight * highs;
    metrics["clip_ratio/region"]! += weight * (lows + highs);
    metrics["clip_ratio/low_min"] = Math.min(metrics["clip_ratio/low_min"] ?? 1, lows);
    metrics["clip_ratio/high_max"] = Math.max(metrics["clip_ratio/high_max"] ?? 0, highs);
    return slopes;
  });
  return { loss: metrics.loss!, gradient, metrics };
}

/** What one token's loss counts for in the step's, by reply. */
function tokenShare({ logProbs, mask }: GrpoBatch, { normaliser, totals }: GrpoOptions): (reply: number) => number {
  switch (normaliser) {
    case "dapo":
      return () => 1 / Math.max(1, totals.tokens);
    case "grpo":
      return (reply) => 1 / (countRow(logProbs, reply, mask) * totals.sequences);
    case "dr_grpo":
      return () => 1 / (totals.sequences * totals.maxLength);
    case "bnpo": {
      const tokens = Math.max(1, countTokens(logProbs, mask));
      return () => 1 / (tokens * totals.microBatches);
    }
  }
}

/** The surrogate of every token of a reply; `slope` is by the token's own log-probability. */
function surrogatesOf({ logProbs, oldLogProbs, advantages, mask }: GrpoBatch, i: number, { ratio, clip }: GrpoOptions) {
  const logRatio = (t: number) => logProbs[i]![t]! - oldLogProbs[i]![t]!;
  if (ratio === "token") return (t: number) => clippedSurrogate(logRatio(t), advantages[i]!, clip);
  const active = countRow(logProbs, i, mask);
  let total = 0;
  for (let t = 0; t < logProbs[i]!.length; t++) if (counts(mask, i, t)) total += logRatio(t);
  // Each of n tokens carries the reply's loss and moves the shared ratio by 1/n, so n times 1/n is left.
  const ofReply = clippedSurrogate(total / Math.max(1, active), advantages[i]!, clip);
  return () => ofReply;
}
