/** From who said what of an example to whether it goes into a Dataset, how much it counts and how likely it is wrong: pure. */

import type { Steps } from "./breathe.ts";
import { type GuardedRater, guarding } from "./dataset-guards.ts";
import { isAppointed, trustWeight, type Word, wrongProbability } from "./rater-trust.ts";
import type { Guards, LeftOutReason } from "./views.ts";

/** What is known of a rater when a Dataset is frozen. */
export interface RaterStanding extends GuardedRater {
  accuracy: number;
  /** Why their word does not count at all. */
  silenced: Extract<LeftOutReason, "RATER_DISABLED" | "QUARANTINED" | "OPTED_OUT"> | null;
}

/** Under what rules a Dataset is frozen. */
export interface Judging {
  raters: ReadonlyMap<string, RaterStanding>;
  guards: Guards;
  /** Messages whose prompt some Dataset had among what is trained on. */
  trained: ReadonlySet<string>;
}

/** An example and who judged it. */
export interface JudgedExample {
  /** Of its content. */
  hash: string;
  promptId: string;
  cluster: number;
  /** When it was first judged, in ms. */
  at: number;
  raterIds: readonly string[];
  /** Who said the opposite. */
  againstIds: readonly string[];
  /** Rests on thumbs alone, which take one touch. */
  thumbs: boolean;
}

export type Weighed =
  | { leftOut: LeftOutReason }
  /** `epsilon`: the probability that it is the wrong way round; below ½. */
  | { leftOut: null; weight: number; epsilon: number; raterIds: string[] };

/** Figures of trust are rounded, so that a Dataset is not another one for a digit that nobody would miss. */
const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** In the order of the examples; in steps, since a hundred thousand take seconds. */
export function* weighing(
  examples: readonly JudgedExample[],
  { raters, guards }: Pick<Judging, "raters" | "guards">,
): Steps<Weighed[]> {
  const heard = examples.map(({ raterIds }) => raterIds.filter((id) => raters.get(id)?.silenced === null));
  const epsilons: number[] = [];
  for (const [i, example] of examples.entries()) yield void epsilons.push(epsilonOf(example, heard[i]!, raters));
  const reasons = examples.map((example, i): LeftOutReason | null => {
    if (heard[i]!.length === 0) return whySilent(example.raterIds, raters);
    return epsilons[i]! >= 0.5 ? "OUTVOTED" : null;
  });
  const open = [...examples.keys()].filter((i) => reasons[i] === null);
  const verdicts = yield* guarding(
    open.map((i) => ({ ...examples[i]!, raterIds: heard[i]! })),
    raters,
    guards,
  );
  yield;
  const verdictOf = new Map(open.map((i, at) => [i, verdicts[at]!]));
  return examples.map(({ thumbs }, i): Weighed => {
    const verdict = verdictOf.get(i);
    if (!verdict) return { leftOut: reasons[i]! };
    if (verdict.refused) return { leftOut: verdict.refused };
    const { raterIds } = verdict;
    const behind = raterIds.map((id) => raters.get(id)!);
    const factor = countsInFull(behind, thumbs) ? 1 : guards.loneWeight;
    return { leftOut: null, weight: rounded(factor * trustWeight(epsilons[i]!)), epsilon: epsilons[i]!, raterIds };
  });
}

function epsilonOf(
  { againstIds }: JudgedExample,
  heard: readonly string[],
  raters: ReadonlyMap<string, RaterStanding>,
): number {
  const word = (id: string, agrees: boolean): Word[] => {
    const rater = raters.get(id);
    return rater?.silenced === null ? [{ accuracy: rater.accuracy, confirmed: rater.confirmed, agrees }] : [];
  };
  const words = [...heard.flatMap((id) => word(id, true)), ...againstIds.flatMap((id) => word(id, false))];
  return rounded(wrongProbability(words));
}

/** The reason that somebody could do most about. */
function whySilent(raterIds: readonly string[], raters: ReadonlyMap<string, RaterStanding>): LeftOutReason {
  const reasons = raterIds.map((id) => raters.get(id)?.silenced);
  return (["QUARANTINED", "OPTED_OUT"] as const).find((reason) => reasons.includes(reason)) ?? "RATER_DISABLED";
}

/**
 * One appointed rater, or two raters of whom somebody has been confirmed; where more than a thumb was given, one confirmed rater. However many
 * strangers agree, they cannot stand for each other.
 */
function countsInFull(behind: readonly RaterStanding[], thumbs: boolean): boolean {
  if (behind.some(({ role }) => isAppointed(role))) return true;
  return behind.some(({ confirmed }) => confirmed) && (!thumbs || behind.length >= 2);
}
