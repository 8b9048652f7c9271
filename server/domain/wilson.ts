/** The interval of a share. */

const Z_95 = 1.959964;

/**
 * The 95 % score interval of a share (Wilson 1927; Brown, Cai & DasGupta 2001, §3.1.1): keeps its promise with few observations, and
 * stays within 0 and 1.
 * @param of how many were observed, at least 1
 */
export function wilson(count: number, of: number): { share: number; low: number; high: number } {
  const share = count / of;
  const z2 = Z_95 ** 2;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z_95 / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
