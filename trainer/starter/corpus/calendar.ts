/** Days of the week and months of the year: what comes before, after, and at which place. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

export const DAYS: Record<Language, readonly string[]> = {
  en: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  zh: ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"],
};
export const MONTHS: Record<Language, readonly string[]> = {
  en: "January February March April May June July August September October November December".split(" "),
  zh: "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月".split(" "),
};
const ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ");

type Kind = "dayAfter" | "dayBefore" | "monthAfter" | "monthBefore" | "monthAt";

const PHRASINGS: Record<Kind, Record<Language, Phrasings>> = {
  dayAfter: {
    en: {
      train: [
        "What day comes after {x}?",
        "Which day is after {x}?",
        "If today is {x}, what day is tomorrow?",
        "What is the day after {x}?",
        "Today is {x}. What day is tomorrow?",
        "Which day follows {x}?",
        "Tell me the day after {x}.",
        "What is the next day after {x}?",
      ],
      held: [
        "Which day comes after {x}?",
        "What day is after {x}?",
        "What day follows {x}?",
        "If it is {x} today, what day is tomorrow?",
      ],
    },
    zh: {
      train: [
        "{x}的后一天是星期几？",
        "{x}之后是哪一天？",
        "今天{x}，明天星期几？",
        "{x}后面是星期几？",
        "如果今天是{x}，明天是星期几？",
        "{x}的第二天是星期几？",
        "{x}过后是哪一天？",
        "告诉我{x}的后一天是星期几。",
        "今天是{x}，那么明天是星期几？",
      ],
      held: ["{x}之后是星期几？", "{x}后面是哪一天？", "今天是{x}，明天是星期几？", "{x}的后一天是哪一天？"],
    },
  },
  dayBefore: {
    en: {
      train: [
        "What day comes before {x}?",
        "Which day is before {x}?",
        "If today is {x}, what day was yesterday?",
        "What is the day before {x}?",
        "Today is {x}. What day was yesterday?",
        "Tell me the day before {x}.",
        "Which day is right before {x}?",
      ],
      held: ["Which day comes before {x}?", "What day is before {x}?", "If it is {x} today, what day was yesterday?"],
    },
    zh: {
      train: [
        "{x}的前一天是星期几？",
        "{x}前面是哪一天？",
        "今天{x}，昨天星期几？",
        "{x}之前是星期几？",
        "如果今天是{x}，昨天是星期几？",
        "告诉我{x}的前一天是星期几。",
        "今天是{x}，那么昨天是星期几？",
      ],
      held: ["{x}之前是哪一天？", "{x}前面是星期几？", "今天是{x}，昨天是星期几？", "{x}的前一天是哪一天？"],
    },
  },
  monthAfter: {
    en: {
      train: [
        "What month comes after {x}?",
        "Which month is after {x}?",
        "Which month follows {x}?",
        "What is the month after {x}?",
        "Tell me the month after {x}.",
        "If it is {x} now, what is the next month?",
      ],
      held: ["Which month comes after {x}?", "What month follows {x}?", "What month is after {x}?"],
    },
    zh: {
      train: [
        "{x}之后是几月？",
        "{x}的下一个月是几月？",
        "{x}后面是哪个月？",
        "{x}过后是几月？",
        "现在是{x}，下个月是几月？",
        "告诉我{x}的下一个月是几月。",
      ],
      held: ["{x}后面是几月？", "{x}之后是哪个月？", "{x}的下一个月是哪个月？"],
    },
  },
  monthBefore: {
    en: {
      train: [
        "What month comes before {x}?",
        "Which month is before {x}?",
        "What is the month before {x}?",
        "Tell me the month before {x}.",
      ],
      late: ["Which month is right before {x}?", "What is the month that comes before {x}?"],
      held: ["Which month comes before {x}?", "What month is before {x}?"],
    },
    zh: {
      train: ["{x}之前是几月？", "{x}的上一个月是几月？", "{x}前面是哪个月？", "现在是{x}，上个月是几月？"],
      late: ["{x}的前一个月是几月？", "{x}之前的一个月是几月？", "{x}之前是哪一个月？", "{x}的上一个月是哪一个月？"],
      held: ["{x}前面是几月？", "{x}之前是哪个月？", "{x}的上一个月是哪个月？"],
    },
  },
  monthAt: {
    en: {
      train: [
        "What is the {n} month of the year?",
        "Which month is the {n} month?",
        "Tell me the {n} month of the year.",
        "Which month is the {n} of the year?",
        "Name the {n} month of the year.",
      ],
      held: [
        "Which month is the {n} month of the year?",
        "What is the {n} month?",
        "What month is the {n} month of the year?",
      ],
    },
    zh: {
      train: [
        "一年的第{n}个月是几月？",
        "第{n}个月叫什么？",
        "一年里第{n}个月是哪个月？",
        "一年中的第{n}个月是什么？",
        "第{n}个月是几月？",
      ],
      held: ["一年的第{n}个月叫什么？", "第{n}个月是哪个月？", "一年中的第{n}个月是几月？"],
    },
  },
};

const SENTENCE: Record<Kind, Record<Language, (x: string, answer: string) => string>> = {
  dayAfter: { en: (x, y) => `The day after ${x} is ${y}`, zh: (x, y) => `${x}的后一天是${y}` },
  dayBefore: { en: (x, y) => `The day before ${x} is ${y}`, zh: (x, y) => `${x}的前一天是${y}` },
  monthAfter: { en: (x, y) => `The month after ${x} is ${y}`, zh: (x, y) => `${x}的下一个月是${y}` },
  monthBefore: { en: (x, y) => `The month before ${x} is ${y}`, zh: (x, y) => `${x}的上一个月是${y}` },
  monthAt: { en: (x, y) => `The ${x} month is ${y}`, zh: (x, y) => `第${x}个月是${y}` },
};

function ask(dice: Dice, language: Language, split: Split): Question {
  const kind = dice.weighted<Kind>({
    dayAfter: 0.26,
    dayBefore: 0.24,
    monthAfter: 0.2,
    monthBefore: 0.12,
    monthAt: 0.18,
  });
  const names = kind.startsWith("day") ? DAYS[language] : MONTHS[language];
  const at = dice.between(0, names.length - 1);
  const step = kind.endsWith("After") ? 1 : kind.endsWith("Before") ? names.length - 1 : 0;
  const right = names[(at + step) % names.length]!;
  const asked = kind === "monthAt" ? (language === "en" ? ORDINALS[at]! : String(at + 1)) : names[at]!;
  const allowed = [right, asked];
  return {
    domain: "calendar",
    language,
    ...phrase(dice, split, language, PHRASINGS[kind][language], { x: asked, n: asked }),
    answer: {
      short: right,
      full: SENTENCE[kind][language](asked, right),
      emoji: "📅",
      alternatives:
        language === "en"
          ? [`${right} comes after ${asked}`, `${right} comes before ${asked}`, "It is the next month of the year"]
          : [`${asked}之后是${right}`, `${asked}之前是${right}`, "一年的"],
      emphasis: right,
    },
    expectation: {
      kind: "fact",
      all: [[right]],
      // 二月 is a part of 十二月: names that lie inside an allowed one cannot be told apart from it.
      none: [...DAYS[language], ...MONTHS[language]].filter((name) => !allowed.some((mine) => mine.includes(name))),
    },
  };
}

export const calendar: Domain = {
  name: "calendar",
  weight: { en: 1.9, zh: 3.4 },
  ask,
  phrasings: (language) => Object.values(PHRASINGS).map((kind) => kind[language]),
};
