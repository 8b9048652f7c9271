/** Prompts for evaluation: taught facts in phrasings never trained on, and questions about a world never met. */

import { isTrainedSum, randomSum, sumQuestion } from "./corpus/arithmetic.ts";
import { DOMAINS, randomQuestion } from "./corpus/dialogue.ts";
import { Dice } from "./corpus/dice.ts";
import { refusals } from "./corpus/refusals.ts";
import { type Domain, type Item, LANGUAGES, type Language, type Question } from "./corpus/types.ts";

/** Domains in which there is something to know or to say; refusals are evaluated apart. */
export const TAUGHT_DOMAINS: readonly Domain[] = DOMAINS.filter((domain) => domain !== refusals);

/** Evaluation draws from seeds far from any the corpus is built with. */
const SEED_OFFSET = 1_000_000_007;

/**
 * `n` questions about taught facts in held-out phrasings, going round domains and both languages evenly.
 * Sums are among those trained on. The same seed gives the same items.
 */
export function heldOutItems(seed: number, n: number): Item[] {
  const dice = new Dice(seed + SEED_OFFSET);
  return Array.from({ length: n }, (_, i) => {
    const language = LANGUAGES[i % LANGUAGES.length]!;
    const domain = TAUGHT_DOMAINS[Math.floor(i / LANGUAGES.length) % TAUGHT_DOMAINS.length]!;
    return item(randomQuestion(dice, language, "held", domain));
  });
}

/** `n` questions outside the model's world: names and subjects that training never used. */
export function outOfWorldItems(seed: number, n: number): Item[] {
  const dice = new Dice(seed + SEED_OFFSET + 1);
  return Array.from({ length: n }, (_, i) =>
    item(randomQuestion(dice, LANGUAGES[i % LANGUAGES.length]!, "held", refusals)),
  );
}

/** `n` sums in held-out phrasings, all trained on or none of them. */
export function sumItems(seed: number, n: number, seen: boolean): Item[] {
  const dice = new Dice(seed + SEED_OFFSET + 2);
  return Array.from({ length: n }, (_, i) => {
    let sum = randomSum(dice);
    while (isTrainedSum(sum) !== seen) sum = randomSum(dice);
    return item(sumQuestion(dice, LANGUAGES[i % LANGUAGES.length]! satisfies Language, "held", sum));
  });
}

const item = ({ domain, language, text, history = [], answer, expectation, seen = true }: Question): Item => ({
  domain,
  language,
  history,
  prompt: text,
  expectation,
  answer,
  seen,
});
