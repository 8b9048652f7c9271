/** Small talk: greetings, thanks, farewells, feelings, and questions about the model itself. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import { SELF_TOPICS } from "./topics-self.ts";
import { SOCIAL_TOPICS } from "./topics-social.ts";
import type { Answer, Domain, Expectation, Language, Phrasings, Question, Split } from "./types.ts";

/** One thing people say, the answers to it, and the words by which a right answer is known. */
export interface Topic {
  name: string;
  domain: string;
  phrasings: Record<Language, Phrasings>;
  answers: Record<Language, readonly Pick<Answer, "short" | "full" | "emoji">[]>;
  all: Record<Language, readonly (readonly string[])[]>;
  none: Record<Language, readonly string[]>;
  social: boolean;
}

const TOPICS = [...SOCIAL_TOPICS, ...SELF_TOPICS];

function topicQuestion(dice: Dice, language: Language, split: Split, topic: Topic): Question {
  const answers = topic.answers[language];
  const expectation: Expectation = { kind: "fact", all: topic.all[language], none: topic.none[language] };
  return {
    domain: topic.domain,
    language,
    ...phrase(dice, split, language, topic.phrasings[language]),
    answer: {
      ...dice.pick(answers),
      alternatives: answers.flatMap((answer) => [answer.short, answer.full]),
      social: topic.social,
    },
    expectation,
  };
}

const family = (name: string, weight: number): Domain => {
  const topics = TOPICS.filter((topic) => topic.domain === name);
  return {
    name,
    weight: { en: weight, zh: weight },
    ask: (dice, language, split) => topicQuestion(dice, language, split, dice.pick(topics)),
    phrasings: (language) => topics.map((topic) => topic.phrasings[language]),
  };
};

export const greetings = family("greeting", 0.8);
export const thanks = family("thanks", 0.4);
export const farewells = family("farewell", 0.4);
export const feelings = family("feeling", 0.8);
export const identity = family("identity", 1.0);
export const abilities = family("ability", 0.5);
