/** Small sums. Answers write the equation before the result; one sum in twelve is never trained on. */

import { type Dice, textHash } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

type Operator = "+" | "-" | "×";

const EN_WORD: Record<Operator, string> = { "+": "plus", "-": "minus", "×": "times" };
const ZH_WORD: Record<Operator, string> = { "+": "加", "-": "减", "×": "乘以" };

const PHRASINGS: Record<Language, Phrasings> = {
  en: {
    train: [
      "What is {a} {word} {b}?",
      "{a} {sign} {b} = ?",
      "What is {a} {sign} {b}?",
      "Calculate {a} {sign} {b}.",
      "How much is {a} {word} {b}?",
      "{a} {word} {b}",
      "What's {a} {word} {b}?",
      "Can you calculate {a} {word} {b}?",
      "Please work out {a} {sign} {b}.",
      "{a}{sign}{b}",
      "{a} {word} {b} is what?",
      "Tell me what {a} {word} {b} is.",
      "I need to know {a} {sign} {b}.",
      "{a}{sign}{b}=?",
    ],
    held: [
      "How much is {a} {sign} {b}?",
      "Calculate {a} {word} {b}.",
      "Can you tell me what {a} {word} {b} is?",
      "What's {a} {sign} {b}?",
      "{a} {sign} {b} is what?",
      "Please calculate {a} {sign} {b}.",
    ],
  },
  zh: {
    train: [
      "{a}{word}{b}等于多少？",
      "{a} {sign} {b} = ?",
      "算一下 {a} {sign} {b}。",
      "{a} {sign} {b} 是多少？",
      "请计算 {a} {sign} {b}。",
      "{a}{word}{b}是多少？",
      "{a}{word}{b}等于几？",
      "帮我算{a}{word}{b}。",
      "{a} {sign} {b} 等于多少？",
      "{a}{sign}{b}等于几？",
      "你会算{a}{word}{b}吗？",
      "{a}{sign}{b}",
      "我想知道{a}{word}{b}的结果。",
      "{a}{sign}{b}=?",
    ],
    held: [
      "{a} {sign} {b} 的结果等于多少？",
      "请计算{a}{word}{b}。",
      "算一下{a}{word}{b}。",
      "{a}{word}{b}的结果是多少？",
      "帮我算一下 {a} {sign} {b}。",
      "{a} {sign} {b} 的结果是多少？",
    ],
  },
};

/** One sum in this many is held out of training. */
export const HELD_SUM_EVERY = 12;

export interface Sum {
  a: number;
  b: number;
  operator: Operator;
  result: number;
}

/** True when the corpus may train on the sum. */
export const isTrainedSum = ({ a, b, operator }: Sum) => textHash(`${a}${operator}${b}`) % HELD_SUM_EVERY !== 0;

/** A sum with operands up to 20 (products up to 9 × 9) and no negative result. */
export function randomSum(dice: Dice): Sum {
  const operator = dice.weighted<Operator>({ "+": 0.42, "-": 0.34, "×": 0.24 });
  const largest = operator === "×" || dice.chance(0.4) ? 9 : 20;
  let [a, b] = [dice.between(0, largest), dice.between(0, largest)];
  if (operator === "-" && b > a) [a, b] = [b, a];
  return { a, b, operator, result: operator === "+" ? a + b : operator === "-" ? a - b : a * b };
}

/** A question about one sum, whichever side of the hold-out it is on. */
export function sumQuestion(dice: Dice, language: Language, split: Split, sum: Sum): Question {
  const { a, b, operator, result } = sum;
  const equation = `${a} ${operator} ${b} = ${result}`;
  const word = (language === "en" ? EN_WORD : ZH_WORD)[operator];
  // On a keyboard people type * or x for a product.
  const sign = operator === "×" ? dice.pick(["×", "×", "*", "x"]) : operator;
  return {
    domain: "arithmetic",
    language,
    ...phrase(dice, split, language, PHRASINGS[language], { a: String(a), b: String(b), word, sign }),
    answer: {
      short: equation,
      full: language === "en" ? `The answer is ${equation}` : `答案是 ${equation}`,
      emoji: "🧮",
      alternatives: [`${a} ${word} ${b} is equals ${result}`, `${a}${word}${b}等于${result} 结果`],
      emphasis: String(result),
    },
    expectation: { kind: "number", sequences: [[a, b, result], [result]], all: [] },
    seen: isTrainedSum(sum),
  };
}

function ask(dice: Dice, language: Language, split: Split): Question {
  let sum = randomSum(dice);
  while (!isTrainedSum(sum)) sum = randomSum(dice);
  return sumQuestion(dice, language, split, sum);
}

export const arithmetic: Domain = {
  name: "arithmetic",
  weight: { en: 4.6, zh: 4.6 },
  ask,
  phrasings: (language) => [PHRASINGS[language]],
};
