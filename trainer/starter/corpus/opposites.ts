/** Opposites, asked in either direction. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

const pairs = (lines: string) => lines.split(/[;\n]/).map((line) => line.split(" ") as [string, string]);

/** Word pairs of each language; no word stands in two pairs, so every word has one opposite. */
export const OPPOSITES: Record<Language, readonly [string, string][]> = {
  en: pairs(`hot cold;big small;fast slow;up down;left right;old young;happy sad;day night;open closed;rich poor
strong weak;light heavy;long short;high low;wet dry;clean dirty;early late;full empty;hard soft;easy difficult
first last;love hate;near far;loud quiet;true false;win lose;in out;begin end;thick thin;sweet bitter
good bad;black white;new used;safe dangerous;awake asleep;wide narrow;push pull;give take;buy sell;always never`),
  zh: pairs(`热 冷;大 小;快 慢;上 下;左 右;年老 年轻;高兴 难过;白天 黑夜;开 关;富有 贫穷;强壮 虚弱;轻 重;长 短;高 低
湿 干;干净 肮脏;早 晚;满 空;硬 软;容易 困难;第一 最后;爱 恨;远 近;吵闹 安静;真 假;赢 输;里 外;开始 结束;厚 薄;甜 苦
好 坏;黑 白;新 旧;安全 危险;宽 窄;推 拉;给 拿;买 卖;前 后;多 少`),
};

const PHRASINGS: Record<Language, Phrasings> = {
  en: {
    train: [
      "What is the opposite of {word}?",
      'What is the opposite of "{word}"?',
      "What's the opposite of {word}?",
      "Give me the opposite of {word}.",
      "Which word is the opposite of {word}?",
      "Tell me the opposite of {word}.",
      "Do you know the opposite of {word}?",
      'Name the opposite of "{word}".',
      "Can you tell me what the opposite of {word} is?",
      "The opposite of {word} is what?",
      "Opposite of {word}?",
      'Which word means the opposite of "{word}"?',
      "I need the opposite of {word}.",
    ],
    held: [
      "Can you tell me the opposite of {word}?",
      "Do you know what the opposite of {word} is?",
      'Please give me the opposite of "{word}".',
      "What word is the opposite of {word}?",
      'Tell me which word is the opposite of "{word}".',
    ],
  },
  zh: {
    train: [
      "“{word}”的反义词是什么？",
      "{word}的反义词是什么？",
      "{word}的反面是什么？",
      "请说出{word}的反义词。",
      "和{word}相反的词是什么？",
      "“{word}”的反义词",
      "你知道“{word}”的反义词吗？",
      "哪个词是“{word}”的反义词？",
      "告诉我{word}的反义词。",
      "与“{word}”相反的是什么？",
      "{word}的相反词是什么？",
      "能说出“{word}”的反义词吗？",
      "“{word}”反过来是什么？",
    ],
    held: [
      "你知道{word}的反义词是什么吗？",
      "告诉我“{word}”的反义词是什么。",
      "哪个词和“{word}”相反？",
      "请告诉我“{word}”的反义词。",
      "和“{word}”相反的是什么？",
    ],
  },
};

/** The answer about one word; follow-ups use it too. */
export function oppositeAnswer(
  language: Language,
  word: string,
  opposite: string,
): Pick<Question, "answer" | "expectation"> {
  const english = language === "en";
  const mine = [word, opposite];
  // Single Chinese characters sit inside other words, so only words that neither of the two holds can be ruled out.
  const others = OPPOSITES[language]
    .flat()
    .filter((other) => (english ? !mine.includes(other) : other.length > 1 && !mine.includes(other)));
  return {
    answer: {
      short: english ? opposite[0]!.toUpperCase() + opposite.slice(1) : opposite,
      full: english ? `The opposite of ${word} is ${opposite}` : `“${word}”的反义词是“${opposite}”`,
      emoji: "🔄",
      alternatives: english ? [`${opposite} is the opposite of ${word}`] : [`和${word}相反的词是${opposite}`],
      emphasis: opposite,
    },
    expectation: { kind: "fact", all: [[opposite]], none: others },
  };
}

function ask(dice: Dice, language: Language, split: Split): Question {
  const pair = dice.pick(OPPOSITES[language]);
  const [word, opposite] = dice.chance(0.5) ? pair : ([pair[1], pair[0]] as const);
  return {
    domain: "opposite",
    language,
    ...phrase(dice, split, language, PHRASINGS[language], { word }),
    ...oppositeAnswer(language, word, opposite),
  };
}

export const opposites: Domain = {
  name: "opposite",
  weight: { en: 1.8, zh: 3.2 },
  ask,
  phrasings: (language) => [PHRASINGS[language]],
};
