/** Counting, comparing two numbers, and converting units. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

/** small unit, large unit with its article, large unit in the plural, how many, and the same in Chinese. */
const UNITS =
  `minutes|an hour|hours|60|分钟|小时;seconds|a minute|minutes|60|秒|分钟;hours|a day|days|24|小时|天;days|a week|weeks|7|天|周
months|a year|years|12|个月|年;centimetres|a metre|metres|100|厘米|米;metres|a kilometre|kilometres|1000|米|千米
grams|a kilogram|kilograms|1000|克|千克;millimetres|a centimetre|centimetres|10|毫米|厘米;millilitres|a litre|litres|1000|毫升|升`
    .split(/[;\n]/)
    .map((line) => line.split("|") as [string, string, string, string, string, string]);

const UNIT_PHRASINGS: Record<Language, Phrasings> = {
  en: {
    train: [
      "How many {small} are in {large}?",
      "How many {small} are there in {large}?",
      "Convert {large} to {small}.",
      "How many {small} is {large}?",
      "{large} is how many {small}?",
      "Tell me how many {small} are in {large}.",
      "Do you know how many {small} are in {large}?",
      "How many {small} does {large} have?",
      "{large} in {small}?",
    ],
    held: [
      "Can you tell me how many {small} are in {large}?",
      "Tell me how many {small} {large} has.",
      "Please convert {large} to {small}.",
      "Do you know how many {small} there are in {large}?",
    ],
  },
  zh: {
    train: [
      "{large}有多少{small}？",
      "{large}等于多少{small}？",
      "{large}是几{small}？",
      "{large}是多少{small}？",
      "把{large}换算成{small}。",
      "告诉我{large}有多少{small}。",
      "你知道{large}等于多少{small}吗？",
      "{large}有几{small}？",
      "{large}换算成{small}是多少？",
    ],
    late: ["请把{large}换成{small}。", "{large}换成{small}是多少？"],
    held: [
      "{large}等于几{small}？",
      "你知道{large}有多少{small}吗？",
      "告诉我{large}等于多少{small}。",
      "请把{large}换算成{small}。",
    ],
  },
};

const COUNT_PHRASINGS: Record<Language, Phrasings> = {
  en: {
    train: [
      "Count to {n}.",
      "Please count to {n}.",
      "Can you count to {n}?",
      "Count from 1 to {n}.",
      "Count up to {n} for me.",
    ],
    held: ["Can you count from 1 to {n}?", "Please count up to {n}.", "Count to {n} for me."],
  },
  zh: {
    train: ["数到{n}。", "请从1数到{n}。", "你能数到{n}吗？", "从一数到{n}。", "给我数到{n}。"],
    held: ["请数到{n}。", "你能从1数到{n}吗？", "从1数到{n}。"],
  },
};

const COMPARE_PHRASINGS: Record<Language, Phrasings> = {
  en: {
    train: [
      "Which is bigger, {a} or {b}?",
      "Which number is bigger, {a} or {b}?",
      "Is {a} or {b} bigger?",
      "What is bigger: {a} or {b}?",
      "Tell me which is bigger, {a} or {b}.",
    ],
    late: [
      "Which of {a} and {b} is bigger?",
      "Which number is larger, {a} or {b}?",
      "Say which is bigger, {a} or {b}.",
    ],
    held: [
      "Which one is bigger, {a} or {b}?",
      "What number is bigger, {a} or {b}?",
      "Tell me which number is bigger, {a} or {b}.",
    ],
  },
  zh: {
    train: [
      "{a}和{b}哪个大？",
      "{a}大还是{b}大？",
      "{a}和{b}哪个更大？",
      "{a}与{b}，哪个数大？",
      "比较{a}和{b}，哪个大？",
    ],
    late: ["{a}和{b}相比哪个大？", "{a}跟{b}哪个大？", "在{a}和{b}中，哪个更大？"],
    held: ["{a}和{b}两个数哪个更大？", "{a}与{b}哪个大？", "{a}和{b}哪个数大？"],
  },
};

function unitQuestion(dice: Dice, language: Language, split: Split): Question {
  const row = dice.pick(UNITS);
  const count = dice.chance(0.4) ? 1 : dice.between(2, 5);
  const result = count * Number(row[3]);
  const english = language === "en";
  const [small, large] = english
    ? [row[0], count === 1 ? row[1] : `${count} ${row[2]}`]
    : [row[4], `${count === 1 ? "一" : count}${row[5]}`];
  return {
    domain: "unit",
    language,
    ...phrase(dice, split, language, UNIT_PHRASINGS[language], { small, large }),
    answer: {
      short: english ? `${result} ${small}` : `${result}${small}`,
      full: english ? `There are ${result} ${small} in ${large}` : `${large}有${result}${small}`,
      emoji: "📏",
      alternatives: english ? [`${large} is equal to has ${result} ${small}`] : [`${large}等于${result}${small} 是`],
      emphasis: String(result),
    },
    expectation: {
      kind: "number",
      sequences: count === 1 ? [[result], [1, result], [result, 1]] : [[result], [count, result], [result, count]],
      all: [[small]],
    },
  };
}

function countQuestion(dice: Dice, language: Language, split: Split): Question {
  const n = dice.between(3, 12);
  const numbers = Array.from({ length: n }, (_, i) => i + 1);
  const list = numbers.join(language === "en" ? ", " : "、");
  return {
    domain: "counting",
    language,
    ...phrase(dice, split, language, COUNT_PHRASINGS[language], { n: String(n) }),
    answer: { short: list, full: language === "en" ? `Here you are: ${list}` : `我来数：${list}`, emoji: "🔢" },
    expectation: { kind: "number", sequences: [numbers], all: [] },
  };
}

function compareQuestion(dice: Dice, language: Language, split: Split): Question {
  const [a, b] = dice.shuffled(Array.from({ length: 31 }, (_, i) => i)) as [number, number];
  const [large, small] = a > b ? [a, b] : [b, a];
  const english = language === "en";
  return {
    domain: "compare",
    language,
    ...phrase(dice, split, language, COMPARE_PHRASINGS[language], { a: String(a), b: String(b) }),
    answer: {
      short: String(large),
      full: english ? `${large} is bigger than ${small}` : `${large}比${small}大`,
      emoji: "⚖️",
      alternatives: english ? ["The number is bigger"] : [`更大的数是${large}`],
      emphasis: String(large),
    },
    expectation: { kind: "number", sequences: [[large], [large, small]], all: [] },
  };
}

export const units: Domain = {
  name: "unit",
  weight: { en: 1.7, zh: 1.7 },
  ask: unitQuestion,
  phrasings: (language) => [UNIT_PHRASINGS[language]],
};

export const counting: Domain = {
  name: "counting",
  weight: { en: 0.4, zh: 0.4 },
  ask: countQuestion,
  phrasings: (language) => [COUNT_PHRASINGS[language]],
};

export const comparing: Domain = {
  name: "compare",
  weight: { en: 1, zh: 1 },
  ask: compareQuestion,
  phrasings: (language) => [COMPARE_PHRASINGS[language]],
};
