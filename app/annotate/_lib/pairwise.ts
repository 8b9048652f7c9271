// A ranking by questions about two replies at a time: binary insertion that replays the answers given so far.
import type { Places } from "./places.ts";

export type Answer = "left" | "right" | "tie";

export interface Question {
  left: string;
  right: string;
  /** Questions that may still follow this one, at most. */
  mostAfter: number;
}

/**
 * What to ask next, or the finished ranking. Every reply is looked up among those already ranked by halving, so n distinct
 * replies take at most the sum of ⌈log₂ k⌉ for k up to n questions (5 for 4, 21 for 9; sorting by comparisons cannot
 * promise fewer than 5 and 19), and ties take fewer, since tied replies count as one from then on. Sides change from
 * question to question, so that a habit of preferring one side does not favour the replies that came first.
 */
export function pairwise(ids: readonly string[], answers: readonly Answer[]): { ask: Question } | { places: Places } {
  const tiers: string[][] = [];
  let given = 0;
  for (const [index, id] of ids.entries()) {
    let [low, high] = [0, tiers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const rival = tiers[middle]![0]!;
      const [left, right] = given % 2 === 0 ? [rival, id] : [id, rival];
      const answer = answers[given];
      if (!answer) return { ask: { left, right, mostAfter: mostAfter(low, high, tiers.length, ids.length - index) } };
      given++;
      if (answer === "tie") {
        tiers[middle]!.push(id);
        break;
      }
      if ((answer === "left") === (left === id)) high = middle;
      else low = middle + 1;
    }
    if (low === high) tiers.splice(low, 0, [id]);
  }
  return { places: Object.fromEntries(tiers.flatMap((tier, i) => tier.map((id) => [id, i + 1]))) };
}

/** The worst that may follow: the rest of this search, then a whole search for each of the `left - 1` replies after it. */
function mostAfter(low: number, high: number, ranked: number, left: number): number {
  const search = (places: number) => Math.ceil(Math.log2(places + 1));
  const later = Array.from({ length: left - 1 }, (_, i) => search(ranked + 1 + i));
  return search(high - low) - 1 + later.reduce((sum, questions) => sum + questions, 0);
}
