/** Questions that need the turn before: "And Germany?", and remembering a name. */

import { COLOURS, colourAnswer } from "./colours.ts";
import type { Dice } from "./dice.ts";
import { CAPITALS, capitalAnswer } from "./geography.ts";
import { OPPOSITES, oppositeAnswer } from "./opposites.ts";
import { phrase } from "./phrasing.ts";
import type { Answer, Domain, Language, Phrasings, Question, Split } from "./types.ts";
import { STYLES } from "./types.ts";
import { dressed } from "./wording.ts";

const NAMES: Record<Language, readonly string[]> = {
  en: "Anna Ben Clara David Emma Frank Grace Henry Iris Jack Kate Leo Mary Nick Olivia Paul Rose Sam Tina Victor Wendy Max Lucy Tom Alice Bob Nora Peter Ruth Simon".split(
    " ",
  ),
  zh: "小明 小红 小李 小王 小芳 小刚 小华 小丽 小张 小陈 小林 小雨 小雪 小军 小美 小强 小兰 小玉 小东 小云".split(" "),
};

const AND: Record<Language, Phrasings> = {
  en: {
    train: ["And {x}?", "And of {x}?", "What about {x}?", "Now {x}.", "And what about {x}?"],
    late: ["And how is it with {x}?", "Then what about {x}?", "And then {x}?"],
    held: ["How about {x}?", "And now {x}?", "What about of {x}?"],
  },
  zh: {
    train: ["那{x}呢？", "{x}呢？", "那么{x}呢？", "那{x}？", "换成{x}呢？"],
    late: ["如果是{x}呢？", "换{x}呢？", "那要是{x}呢？"],
    held: ["那如果是{x}呢？", "好，{x}呢？", "好的，{x}呢？"],
  },
};

const TELL_NAME: Record<Language, Phrasings> = {
  en: {
    train: ["My name is {x}.", "I am {x}.", "Hi, I'm {x}.", "You can call me {x}.", "Hello, my name is {x}."],
    held: ["Hi, my name is {x}.", "Please call me {x}.", "Hello, I am {x}."],
  },
  zh: {
    train: ["我叫{x}。", "我的名字是{x}。", "你好，我叫{x}。", "我是{x}。", "你可以叫我{x}。"],
    held: ["你好，我是{x}。", "请叫我{x}。", "我的名字叫{x}。"],
  },
};

const RECALL: Record<Language, Phrasings> = {
  en: {
    train: ["What is my name?", "Do you remember my name?", "What's my name?", "Who am I?"],
    held: ["Do you know what my name is?", "Can you remember my name?", "Tell me my name."],
  },
  zh: {
    train: ["我叫什么名字？", "你记得我的名字吗？", "我是谁？", "我叫什么？"],
    held: ["你还记得我叫什么吗？", "我的名字是什么？", "你记得我叫什么名字吗？"],
  },
};

const GREETING: Record<Language, (name: string) => Pick<Answer, "short" | "full">> = {
  en: (name) => ({ short: `Hello, ${name}`, full: `Hello, ${name}, it is nice to meet you` }),
  zh: (name) => ({ short: `你好，${name}`, full: `你好，${name}，很高兴见到你` }),
};
const RECALLED: Record<Language, (name: string) => Pick<Answer, "short" | "full">> = {
  en: (name) => ({ short: name, full: `Your name is ${name}` }),
  zh: (name) => ({ short: name, full: `你叫${name}` }),
};

const nameFact = (language: Language, name: string): Question["expectation"] => ({
  kind: "fact",
  all: [[name]],
  none: NAMES[language].filter((other) => other !== name),
});

function toldName(dice: Dice, language: Language, split: Split, name: string): Question {
  return {
    domain: "introduction",
    language,
    ...phrase(dice, split, language, TELL_NAME[language], { x: name }),
    answer: { ...GREETING[language](name), emoji: "👋", social: true, emphasis: name },
    expectation: nameFact(language, name),
  };
}

function recalledName(dice: Dice, language: Language, split: Split): Question {
  const name = dice.pick(NAMES[language]);
  const told = toldName(dice, language, split, name);
  return {
    domain: "followup",
    language,
    history: [{ user: told.text, assistant: dressed(dice, language, told.answer, dice.pick(STYLES)) }],
    ...phrase(dice, split, language, RECALL[language]),
    answer: {
      ...RECALLED[language](name),
      emoji: "😊",
      emphasis: name,
      alternatives: [GREETING[language](name).full, "名字是"],
    },
    expectation: nameFact(language, name),
  };
}

/** The same kind of question about something else, in few words. */
function andQuestion(dice: Dice, language: Language, split: Split): Question {
  const english = language === "en";
  const about = (subject: string, rest: Pick<Question, "answer" | "expectation">) => ({ subject, ...rest });
  const makers = {
    capital: () =>
      dice
        .shuffled(CAPITALS)
        .slice(0, 2)
        .map((row) => about(english ? row[0] : row[2], capitalAnswer(language, row))),
    colour: () =>
      dice
        .shuffled(COLOURS)
        .slice(0, 2)
        .map((row) => about(english ? row[0] : row[2], colourAnswer(language, row))),
    opposite: () =>
      dice
        .shuffled(OPPOSITES[language])
        .slice(0, 2)
        .map(([word, other]) => about(word, oppositeAnswer(language, word, other))),
  };
  const kind = dice.pick(["capital", "colour", "opposite"] as const);
  const [before, now] = makers[kind]() as [ReturnType<typeof about>, ReturnType<typeof about>];
  const opening = {
    capital: english ? `What is the capital of ${before.subject}?` : `${before.subject}的首都是哪里？`,
    colour: english ? `What colour is ${before.subject}?` : `${before.subject}是什么颜色的？`,
    opposite: english ? `What is the opposite of ${before.subject}?` : `${before.subject}的反义词是什么？`,
  }[kind];
  return {
    domain: "followup",
    language,
    history: [{ user: opening, assistant: dressed(dice, language, before.answer, dice.pick(STYLES)) }],
    ...phrase(dice, split, language, AND[language], { x: now.subject }),
    answer: now.answer,
    expectation: now.expectation,
  };
}

export const introductions: Domain = {
  name: "introduction",
  weight: { en: 0.3, zh: 0.3 },
  ask: (dice, language, split) => toldName(dice, language, split, dice.pick(NAMES[language])),
  phrasings: (language) => [TELL_NAME[language]],
};

export const followups: Domain = {
  name: "followup",
  weight: { en: 1.1, zh: 1.1 },
  ask: (dice, language, split) => (dice.chance(0.4) ? recalledName : andQuestion)(dice, language, split),
  phrasings: (language) => [AND[language], RECALL[language]],
};
