/** From scores of whole replies to an advantage per token: KL penalty, GAE and whitening (PPO), and groups (GRPO). */

import { type KlEstimator, klEstimate } from "./kl.ts";
import { ObjectiveError } from "./numeric.ts";
import { checkRows, counts, countTokens, type TokenMask, type TokenRows } from "./token-rows.ts";

export interface TokenRewardOptions {
  /** Weight of the KL penalty, at least 0. */
  klCoefficient: number;
  estimator: KlEstimator;
  mask?: TokenMask;
}

/**
 * Rewards of RLHF per token: −klCoefficient·KL at each, plus the reply's score at the last one that counts (Ziegler et al.
 * 2019, eq. 2, spread over tokens as in Stiennon et al. 2020). Tokens that do not count get 0.
 * @param logProbs of the sampled tokens under the policy that sampled them and under the reference, nats
 * @param scores one per reply, [B], with any penalty for a missing end already taken off
 * @returns `kl` are the estimates, nats, for `rolloutMetrics`
 * @throws ObjectiveError on shapes that differ or an empty reply
 */
export function tokenRewards(
  logProbs: { policy: TokenRows; reference: TokenRows },
  scores: ArrayLike<number>,
  { klCoefficient, estimator, mask }: TokenRewardOptions,
): { rewards: Float64Array[]; kl: Float64Array[] } {
  const { policy, reference } = logProbs;
  checkRows(policy, { "the reference": reference, "the mask": mask });
  if (scores.length !== policy.length)
    throw new ObjectiveError(`Expected a score for each of ${policy.length} replies, found ${scores.length}.`);
  const kl = policy.map((row, i) =>
    row.map((logProb, t) => (counts(mask, i, t) ? klEstimate(estimator, logProb - reference[i]![t]!).value : 0)),
  );
  const rewards = kl.map((row, i) => {
    if (row.length === 0)
      throw new ObjectiveError(`Expected replies of at least one token, found an empty one at ${i}.`);
    const ofTokens = row.map((nats) => -klCoefficient * nats);
    for (let t = row.length - 1; t >= 0; t--) {
      if (!counts(mask, i, t)) continue;
      ofTokens[t]! += scores[i]!;
      break;
    }
    return ofTokens;
  });
  return { rewards, kl };
}

export interface GaeOptions {
  /** Discount per token; 1 is usual for replies. */
  gamma: number;
  /** Between one-step (0) and Monte-Carlo (1) advantages; 0.95 is usual. */
  lambda: number;
  mask?: TokenMask;
}

/**
 * Generalised advantage estimation, backwards over each reply (Schulman et al. 2016, eq. 16): δ_t = r_t + γ·V_{t+1} − V_t,
 * A_t = δ_t + γλ·A_{t+1}; behind the last token both are 0. A token that does not count is stepped over: its
 * neighbours become neighbours, and its own advantage and return are 0.
 * @param values V of the state in which the token was chosen, the shape of `rewards`
 * @returns `returns` = advantages + values, which the value head learns; take them before advantages are whitened
 */
export function gae(
  rewards: TokenRows,
  values: TokenRows,
  { gamma, lambda, mask }: GaeOptions,
): { advantages: Float64Array[]; returns: Float64Array[] } {
  checkRows(rewards, { values, "the mask": mask });
  const advantages = rewards.map((row, i) => {
    const ofTokens = new Float64Array(row.length);
    let [later, nextValue] = [0, 0];
    for (let t = row.length - 1; t >= 0; t--) {
      if (!counts(mask, i, t)) continue;
      const value = values[i]![t]!;
      later = row[t]! + gamma * nextValue - value + gamma * lambda * later;
      nextValue = value;
      ofTokens[t] = later;
    }
    return ofTokens;
  });
  const returns = advantages.map((row, i) =>
    row.map((advantage, t) => (counts(mask, i, t) ? advantage + values[i]![t]! : 0)),
  );
  return { advantages, returns };
}

/** Added to a variance before its root is divided by, as TRL's `masked_whiten` does. */
const VARIANCE_FLOOR = 1e-8;

/**
 * Scales all tokens that count to variance 1 (Bessel's correction) and, unless `keepMean`, to mean 0. Others become 0.
 * Advantages lose their mean; rewards keep it (`keepMean`), since a shift would pay for length.
 * @throws ObjectiveError when fewer than two tokens count, which have no variance
 */
export function whiten(
  rows: TokenRows,
  { mask, keepMean = false }: { mask?: TokenMask; keepMean?: boolean } = {},
): Float64Array[] {
  checkRows(rows, { "the mask": mask });
  const total = countTokens(rows, mask);
  if (total < 2) throw new ObjectiveError(`Expected at least 2 tokens to whiten, found ${total}; sample more replies.`);
  const sumOf = (term: (x: number) => number) =>
    rows.reduce((all, row, i) => row.reduce((part, x, t) => part + (counts(mask, i, t) ? term(x) : 0), all), 0);
  const mean = sumOf((x) => x) / total;
  const variance = sumOf((x) => (x - mean) ** 2) / (total - 1);
  const scale = 1 / Math.sqrt(variance + VARIANCE_FLOOR);
  return rows.map((row, i) => row.map((x, t) => (counts(mask, i, t) ? (x - mean) * scale + (keepMean ? mean : 0) : 0)));
}

export interface GroupOptions {
  /** Replies per prompt; consecutive rewards belong together. At least 2. */
  groupSize: number;
  /** Whether advantages are divided by the group's deviation; Dr. GRPO does not. Default true. */
  scaled?: boolean;
}

export interface GroupAdvantages {
  /** One per reply, [B]; all of its tokens share it. */
  advantages: Float64Array;
  /** Groups whose rewards are all the same, [groups]: they teach nothing, so without a KL term they need no pass. */
  zeroSpread: boolean[];
  metrics: Record<"reward" | "reward_std" | "frac_reward_zero_std", number>;
}

/** Added to a group's deviation before it is divided by (TRL, DeepSeekMath's own code). */
const DEVIATION_FLOOR = 1e-4;
/** A deviation of rounding errors is none. */
const NO_DEVIATION = 1e-8;

/**
 * GRPO's advantages: (r − mean) / (std + 1e-4) within the group of one prompt, std with Bessel's correction (Shao et al. 2024,
 * §4.1.2); unscaled, r − mean (Liu et al. 2025, "Dr. GRPO"). A reward of NaN says that the reply could not be scored: it
 * gets advantage 0 and counts for nobody's mean.
 * @param rewards [groups · groupSize]
 * @throws ObjectiveError on groups of fewer than 2 or rewards that do not fill whole groups
 */
export function groupAdvantages(
  rewards: ArrayLike<number>,
  { groupSize, scaled = true }: GroupOptions,
): GroupAdvantages {
  if (!(groupSize >= 2)) throw new ObjectiveError(`Expected groups of at least 2 replies, found ${groupSize}.`);
  if (rewards.length === 0 || rewards.length % groupSize !== 0)
    throw new ObjectiveError(`Expected whole groups of ${groupSize} rewards, found ${rewards.length}.`);
  const all = Array.from(rewards);
  const advantages = new Float64Array(all.length);
  const zeroSpread: boolean[] = [];
  for (let first = 0; first < all.length; first += groupSize) {
    const group = all.slice(first, first + groupSize);
    const { mean, deviation } = spread(group);
    zeroSpread.push(deviation <= NO_DEVIATION);
    if (deviation <= NO_DEVIATION) continue;
    for (const [k, reward] of group.entries()) {
      if (!Number.isNaN(reward)) advantages[first + k] = (reward - mean) / (scaled ? deviation + DEVIATION_FLOOR : 1);
    }
  }
  const { mean, deviation } = spread(all);
  const metrics = {
    reward: mean,
    reward_std: deviation,
    frac_reward_zero_std: zeroSpread.filter(Boolean).length / zeroSpread.length,
  };
  return { advantages, zeroSpread, metrics };
}

/** Mean and deviation (Bessel) of the numbers among `values`; 0 and 0 where there is none, deviation 0 of a single one. */
function spread(values: readonly number[]): { mean: number; deviation: number } {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return { mean: 0, deviation: 0 };
  const mean = known.reduce((a, b) => a + b) / known.length;
  const squares = known.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, deviation: known.length < 2 ? 0 : Math.sqrt(squares / (known.length - 1)) };
}
