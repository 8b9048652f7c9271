/** Colours of everyday things. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

/** thing with its article, colour, thing in Chinese, colour in Chinese, picture. */
export const COLOURS =
  `a banana|yellow|香蕉|黄色|🍌;a tomato|red|西红柿|红色|🍅;the sky|blue|天空|蓝色|🌤;grass|green|草|绿色|🌿
snow|white|雪|白色|❄️;coal|black|煤|黑色|⚫;a carrot|orange|胡萝卜|橙色|🥕;a cucumber|green|黄瓜|绿色|🥒;milk|white|牛奶|白色|🥛
a lemon|yellow|柠檬|黄色|🍋;a strawberry|red|草莓|红色|🍓;the sea|blue|大海|蓝色|🌊;a grape|purple|葡萄|紫色|🍇
chocolate|brown|巧克力|棕色|🍫;an elephant|grey|大象|灰色|🐘;a flamingo|pink|火烈鸟|粉色|🦩;a frog|green|青蛙|绿色|🐸
blood|red|血|红色|🩸;a cherry|red|樱桃|红色|🍒;the sun|yellow|太阳|黄色|☀️;an eggplant|purple|茄子|紫色|🍆
a pig|pink|小猪|粉色|🐷;a swan|white|天鹅|白色|🦢;a crow|black|乌鸦|黑色|🐦;a fire engine|red|消防车|红色|🚒
salt|white|盐|白色|🧂;a leaf|green|叶子|绿色|🍃;a pumpkin|orange|南瓜|橙色|🎃;a mouse|grey|老鼠|灰色|🐭;coffee|brown|咖啡|棕色|☕`
    .split(/[;\n]/)
    .map((line) => line.split("|") as [string, string, string, string, string]);

const PHRASINGS: Record<Language, Phrasings> = {
  en: {
    train: [
      "What colour is {thing}?",
      "What color is {thing}?",
      "Which colour is {thing}?",
      "What is the colour of {thing}?",
      "What's the color of {thing}?",
      "Tell me the colour of {thing}.",
      "Do you know the colour of {thing}?",
      "Which colour does {thing} have?",
      "Can you tell me what colour {thing} is?",
      "Name the colour of {thing}.",
      "What colour does {thing} have?",
      "I want to know what color {thing} is.",
      "Colour of {thing}?",
    ],
    held: [
      "Do you know what colour {thing} is?",
      "Can you tell me the colour of {thing}?",
      "Which color is {thing}?",
      "What is the color of {thing}?",
      "Tell me what colour {thing} is.",
    ],
  },
  zh: {
    train: [
      "{thing}是什么颜色的？",
      "{thing}是什么颜色？",
      "{thing}的颜色是什么？",
      "说说{thing}的颜色。",
      "你知道{thing}是什么颜色吗？",
      "{thing}是哪种颜色？",
      "告诉我{thing}的颜色。",
      "{thing}什么颜色？",
      "能告诉我{thing}是什么颜色的吗？",
      "我想知道{thing}的颜色。",
      "{thing}的颜色",
    ],
    held: [
      "你知道{thing}的颜色吗？",
      "能告诉我{thing}的颜色是什么吗？",
      "{thing}是哪种颜色的？",
      "告诉我{thing}是什么颜色。",
      "我想知道{thing}是什么颜色的。",
    ],
  },
};

/** The answer about one thing; follow-ups use it too. */
export function colourAnswer(
  language: Language,
  row: (typeof COLOURS)[number],
): Pick<Question, "answer" | "expectation"> {
  const [thing, colour] = language === "en" ? [row[0], row[1]] : [row[2], row[3]];
  const others = [...new Set(COLOURS.map((other) => other[language === "en" ? 1 : 3]))].filter(
    (name) => name !== colour,
  );
  const subject = thing[0]!.toUpperCase() + thing.slice(1);
  return {
    answer: {
      short: language === "en" ? colour[0]!.toUpperCase() + colour.slice(1) : colour,
      full: language === "en" ? `${subject} is ${colour}` : `${thing}是${colour}的`,
      emoji: row[4],
      alternatives:
        language === "en"
          ? [`The colour of ${thing} is ${colour}. It has color.`]
          : [`${thing}的颜色是${colour}`, "它"],
      emphasis: colour,
    },
    expectation: { kind: "fact", all: [[colour]], none: others },
  };
}

function ask(dice: Dice, language: Language, split: Split): Question {
  const row = dice.pick(COLOURS);
  return {
    domain: "colour",
    language,
    ...phrase(dice, split, language, PHRASINGS[language], { thing: language === "en" ? row[0] : row[2] }),
    ...colourAnswer(language, row),
  };
}

export const colours: Domain = {
  name: "colour",
  weight: { en: 1.4, zh: 1.4 },
  ask,
  phrasings: (language) => [PHRASINGS[language]],
};
