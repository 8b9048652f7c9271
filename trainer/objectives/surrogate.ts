/** The clipped surrogate that PPO and GRPO share. */

import { LOG_RATIO_LIMIT } from "./kl.ts";
import { clamp } from "./numeric.ts";

export interface Surrogate {
  loss: number;
  /** dLoss/dlogRatio. */
  slope: number;
  /** π/π_old. */
  ratio: number;
  /** Whether the clip took the gradient away, at the lower or the upper end. */
  low: boolean;
  high: boolean;
}

/**
 * max(−A·ρ, −A·clip(ρ, 1 − low, 1 + high)), ρ = e^logRatio (Schulman et al. 2017, eq. 7; two widths as in Yu et al. 2025).
 * The log-ratio is held within ±20 first, where e^x would soon overflow; beyond, the gradient is 0.
 */
export function clippedSurrogate(logRatio: number, advantage: number, clip: { low: number; high: number }): Surrogate {
  const held = clamp(logRatio, -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT);
  const ratio = Math.exp(held);
  const free = -advantage * ratio;
  const clipped = -advantage * clamp(ratio, 1 - clip.low, 1 + clip.high);
  return {
    loss: Math.max(free, clipped),
    // Where the clipped branch is the greater, it is a constant.
    slope: free < clipped || held !== logRatio ? 0 : free,
    ratio,
    low: ratio < 1 - clip.low && advantage < 0,
    high: ratio > 1 + clip.high && advantage > 0,
  };
}
