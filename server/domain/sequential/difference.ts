/** The difference of two shares with its interval, for people to see; the tests do not rest on it. */

import type { Estimate } from "../views/trust.ts";
import { wilson } from "../wilson.ts";

interface Counted {
  n: number;
  good: number;
}

/**
 * 95 % interval of a − b from the score intervals of both (Newcombe 1998, method 10). At one moment: unlike the evidence it does not hold for
 * all moments at once. Null where one of them has nothing.
 */
export function differenceOfShares(a: Counted, b: Counted): Estimate | null {
  if (a.n === 0 || b.n === 0) return null;
  const [p, q] = [wilson(a.good, a.n), wilson(b.good, b.n)];
  const value = p.share - q.share;
  return {
    value,
    low: value - Math.hypot(p.share - p.low, q.high - q.share),
    high: value + Math.hypot(p.high - p.share, q.share - q.low),
  };
}
