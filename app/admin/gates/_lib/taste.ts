// The blind taste test's keys, and what its choices add up to.

export type Choice = "A" | "B" | "NEITHER";
export type TasteKey = Choice | "BACK";

type Press = Pick<KeyboardEvent, "key" | "metaKey" | "ctrlKey" | "altKey">;

const KEYS: Readonly<Record<string, TasteKey>> = {
  a: "A",
  "1": "A",
  ArrowLeft: "A",
  b: "B",
  "2": "B",
  ArrowRight: "B",
  "0": "NEITHER",
  n: "NEITHER",
  ArrowDown: "NEITHER",
  u: "BACK",
  Backspace: "BACK",
};

/** What a key means; null for keys that mean nothing here. */
export function tasteKey(press: Press): TasteKey | null {
  if (press.metaKey || press.ctrlKey || press.altKey) return null;
  return KEYS[press.key.length === 1 ? press.key.toLowerCase() : press.key] ?? null;
}

export interface Tally {
  candidate: number;
  live: number;
  neither: number;
  /** Whether so lopsided a result would be rare if both were equally good. */
  leaning: "candidate" | "live" | "chance";
}

/** Below this probability a result is not put down to chance. */
const RARE = 0.05;

/** @param choices 1 for the candidate, −1 for what is live, 0 for neither */
export function tally(choices: readonly number[]): Tally {
  const count = (choice: number) => choices.filter((one) => one === choice).length;
  const [candidate, live] = [count(1), count(-1)];
  const settled = signTest(candidate, live) < RARE;
  const leaning = settled ? (candidate > live ? "candidate" : "live") : "chance";
  return { candidate, live, neither: count(0), leaning };
}

/**
 * Two-sided sign test (Dixon & Mood 1946): probability, were each choice the toss of a coin, of a result at least as lopsided.
 * Ties are left out. 1 where nothing was chosen.
 */
export function signTest(wins: number, losses: number): number {
  const all = wins + losses;
  const fewer = Math.min(wins, losses);
  let term = 0.5 ** all; // probability of exactly k wins, from k = 0 on
  let tail = 0;
  for (let k = 0; k <= fewer; k++) {
    tail += term;
    term = (term * (all - k)) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}
