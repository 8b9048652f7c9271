/** Questions outside the model's world, and the polite ways to say so. */

import type { Dice } from "./dice.ts";
import { madeUpName, madeUpWord, unknownCountry, unknownTopic } from "./names.ts";
import { phrase } from "./phrasing.ts";
import { REFUSAL_PHRASINGS, type RefusalKind } from "./refusal-phrasings.ts";
import type { Answer, Domain, Language, Question, Split } from "./types.ts";

const SHARES: Record<RefusalKind, number> = {
  country: 0.17,
  colour: 0.09,
  opposite: 0.08,
  howto: 0.1,
  person: 0.13,
  topic: 0.15,
  now: 0.1,
  personal: 0.08,
  bigSum: 0.05,
  deed: 0.05,
};

/** All of them say that the model does not know or cannot, and all are polite; the checker knows them by these words. */
export const REFUSAL_MARKS: Record<Language, { politeness: readonly string[]; refusal: readonly string[] }> = {
  en: {
    politeness: ["sorry", "afraid", "unfortunately"],
    refusal: ["i don't know", "i do not know", "i cannot", "i can't"],
  },
  zh: { politeness: ["抱歉", "对不起", "不好意思"], refusal: ["不知道", "做不到", "不清楚"] },
};

/** What may follow a refusal. */
export const REFUSAL_TAILS: Record<Language, readonly string[]> = {
  en: [
    "I am only a small model, but you can ask me about capitals, colours or small sums.",
    "My world is very small. Please ask me something else.",
    "You are welcome to ask me another question.",
  ],
  zh: [
    "我只是一个小模型，你可以问我首都、颜色或简单的算术。",
    "我的世界很小，请换一个问题吧。",
    "欢迎你问我别的问题。",
  ],
};

const UNKNOWN: Record<Language, readonly Pick<Answer, "short" | "full">[]> = {
  en: [
    { short: "Sorry, I don't know", full: "I am sorry, but I don't know that" },
    { short: "Sorry, I don't know that", full: "I am afraid I don't know the answer to that" },
  ],
  zh: [
    { short: "抱歉，我不知道", full: "很抱歉，这个我不知道" },
    { short: "对不起，我不知道", full: "对不起，这个问题的答案我不知道" },
  ],
};

const UNABLE: Record<Language, readonly Pick<Answer, "short" | "full">[]> = {
  en: [{ short: "Sorry, I cannot do that", full: "I am sorry, but I cannot do that for you" }],
  zh: [{ short: "抱歉，我做不到", full: "很抱歉，这个我做不到" }],
};

/** Every refusal sentence, for the checker's list of words it may meet. */
export const REFUSAL_SENTENCES: Record<Language, readonly string[]> = {
  en: [...REFUSAL_TAILS.en, ...[...UNKNOWN.en, ...UNABLE.en].flatMap(({ short, full }) => [short, full])],
  zh: [...REFUSAL_TAILS.zh, ...[...UNKNOWN.zh, ...UNABLE.zh].flatMap(({ short, full }) => [short, full])],
};

function ask(dice: Dice, language: Language, split: Split): Question {
  const kind = dice.weighted(SHARES);
  const name = (short: boolean) => (short ? madeUpName : unknownCountry)(dice, language, split);
  const values = {
    x: kind === "country" ? name(false) : name(true),
    y: madeUpWord(dice, language, split),
    z: madeUpName(dice, language, split),
    topic: unknownTopic(dice, language, split),
    m: String(dice.between(100, 9999)),
    n: String(dice.between(100, 9999)),
  };
  return {
    domain: "refusal",
    language,
    ...phrase(dice, split, language, REFUSAL_PHRASINGS[kind][language], values),
    answer: {
      ...dice.pick((kind === "deed" ? UNABLE : UNKNOWN)[language]),
      emoji: dice.pick(["🤷", "🙏", "😅"]),
      declines: true,
      tails: REFUSAL_TAILS[language],
    },
    expectation: { kind: "refusal" },
  };
}

export const refusals: Domain = {
  name: "refusal",
  weight: { en: 3.4, zh: 3.4 },
  ask,
  phrasings: (language) => Object.values(REFUSAL_PHRASINGS).map((kind) => kind[language]),
};
