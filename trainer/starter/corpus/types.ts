/** The words of the starter corpus: a question, what a right answer must hold, and the styles it may come in. */

import type { Dice } from "./dice.ts";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * How an answer is said. `curt` is the bare fact without a full stop, `brief` the bare fact, `plain` one whole
 * sentence, `wordy` a sentence with courtesies after it, `polite` one that opens with a courtesy, `emoji` one with a picture.
 */
export const STYLES = ["curt", "brief", "plain", "wordy", "polite", "emoji"] as const;
export type Style = (typeof STYLES)[number];

/** What the checker demands of a reply. All strings are compared without regard to case. */
export type Expectation =
  /** One string of every group of `all` occurs as a whole word, and none of `none`. */
  | { kind: "fact"; all: readonly (readonly string[])[]; none: readonly string[] }
  /** The numbers in the reply are, in order, exactly one of `sequences`. */
  | { kind: "number"; sequences: readonly (readonly number[])[]; all: readonly (readonly string[])[] }
  /** A small tale that holds `all`, none of `none`, and is at least this long. */
  | { kind: "story"; all: readonly (readonly string[])[]; none: readonly string[]; minimumCharacters: number }
  /** A polite sentence that says the model does not know or cannot do it. */
  | { kind: "refusal" };

/** One right answer before it is dressed in a style. Neither part has a closing full stop. */
export interface Answer {
  /** The bare fact: `Paris`. */
  short: string;
  /** A whole sentence: `The capital of France is Paris`. */
  full: string;
  emoji: string;
  /** Other right sentences that the checker lets pass; never generated. */
  alternatives?: readonly string[];
  /** Substring of the reply whose tokens weigh more in the loss: the digits of a result. */
  emphasis?: string;
  /** Small talk: opening it with "Of course" would be odd, and its tails invite to talk on. */
  social?: boolean;
  /** A refusal: nor may "Of course" open it. */
  declines?: boolean;
  /** Sentences that may follow the wordy style in place of the usual ones. */
  tails?: readonly string[];
}

/** A question with its answer, as a domain makes it. */
export interface Question {
  domain: string;
  language: Language;
  /** With the wording it was asked in; `{…}` slots are filled. */
  text: string;
  /** The template `text` was made from. */
  template: string;
  answer: Answer;
  expectation: Expectation;
  /** Turns the question leans on. */
  history?: readonly Turn[];
  /** Arithmetic only: false for a sum kept out of training. */
  seen?: boolean;
}

export interface Turn {
  user: string;
  assistant: string;
}

/** A question in its context, and what a right reply must hold: what evaluation asks of a model. */
export interface Item {
  domain: string;
  language: Language;
  /** Earlier turns of the conversation. */
  history: readonly Turn[];
  prompt: string;
  expectation: Expectation;
  answer: Answer;
  seen: boolean;
}

/** Ways to ask for the same thing. `held` is kept for evaluation and never trained on. */
export interface Phrasings {
  train: readonly string[];
  /** Joined to `train` in the last phase of a run, where the first phases left gaps. */
  late?: readonly string[];
  held: readonly string[];
}

/** Which phrasings and facts a question is drawn from: `train` and `late` never touch what `held` evaluates. */
export type Split = "train" | "late" | "held";

/** One family of questions. `weight` is its share of the corpus. */
export interface Domain {
  name: string;
  weight: Record<Language, number>;
  ask(dice: Dice, language: Language, split: Split): Question;
  /** Every template, for the test that held-out ones never leak. */
  phrasings(language: Language): readonly Phrasings[];
}
