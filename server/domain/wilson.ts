/** The interval of a share: every one that is shown or decided by. */

import { normalQuantile } from "./normal.ts";

const Z_95 = normalQuantile(0.975);

/**
 * The score interval of a share at 1 − α (Wilson 1927; Brown, Cai & DasGupta 2001, §3.1.1): keeps its promise with few observations, and
 * stays within 0 and 1.
 * @param count may have fractions, as where ties count half
 * @param of how many were observed, above 0
 */
export function wilson(count: number, of: number, alpha = 0.05): { share: number; low: number; high: number } {
  const share = count / of;
  const z = alpha === 0.05 ? Z_95 : normalQuantile(1 - alpha / 2);
  const z2 = z ** 2;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (z / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  // Rounding must not shut out a share of exactly 0 or 1.
  return { share, low: Math.min(share, Math.max(0, middle - half)), high: Math.max(share, Math.min(1, middle + half)) };
}
