/** The figure of a Gate that the overview tells: its win rate on pairs that people judged and no run has seen. */

import type { Estimate } from "../views.ts";

/** Selects the suite it stands in. */
export const HELD_OUT = { where: { suite: "heldOutPairs" }, select: { metrics: true } } as const;

export function winRateOf(_evaluation: { metrics: unknown } | undefined): (Estimate & { pairs: number }) | null {
  return null;
}
