/** How far two raters agree beyond chance. */

import { ObjectiveError } from "./numeric.ts";

/**
 * Cohen's κ (Cohen 1960): (observed − expected) / (1 − expected) agreement of two raters who judged the same items;
 * 1 is full agreement, 0 what chance gives. NaN where there are no items, or both gave one and the same verdict to all:
 * nothing could have shown a disagreement.
 * @param a verdicts of one rater, [items], any labels
 * @param b of the other, [items]
 * @throws ObjectiveError when the two judged different numbers of items
 */
export function cohensKappa<Verdict>(a: readonly Verdict[], b: readonly Verdict[]): number {
  if (a.length !== b.length)
    throw new ObjectiveError(`Expected two verdicts on every item, found ${a.length} and ${b.length}.`);
  const share = (verdicts: readonly Verdict[], label: Verdict) =>
    verdicts.filter((verdict) => verdict === label).length / verdicts.length;
  const observed = a.filter((verdict, i) => verdict === b[i]).length / a.length;
  const expected = [...new Set(a)].reduce((total, label) => total + share(a, label) * share(b, label), 0);
  return (observed - expected) / (1 - expected);
}
