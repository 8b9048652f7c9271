/** The figure of a Gate that the overview tells: its win rate on pairs that people judged and no run has seen. */

import { winRateOf } from "../gate/report.ts";

/** Selects the suite it stands in. */
export const HELD_OUT = { where: { suite: "heldOutPairs" }, select: { metrics: true } } as const;

/** Null where that suite was not measured, or had no pair to go by. */
export const heldOutWinRate = (evaluations: readonly { metrics: unknown }[] | undefined) =>
  evaluations?.[0] ? winRateOf(evaluations[0]) : null;
