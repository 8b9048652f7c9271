/** Very short stories: someone, somewhere, finds something, and it ends well. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

const HEROES: Record<Language, readonly string[]> = {
  en: ["cat", "dog", "rabbit", "fox", "bear", "mouse", "duck", "bird", "robot", "dragon", "frog", "turtle"],
  zh: ["猫", "狗", "兔子", "狐狸", "熊", "老鼠", "鸭子", "小鸟", "机器人", "龙", "青蛙", "乌龟"],
};
const EMOJI = ["🐱", "🐶", "🐰", "🦊", "🐻", "🐭", "🦆", "🐦", "🤖", "🐲", "🐸", "🐢"];
const PLACES: Record<Language, readonly string[]> = {
  en: ["in a forest", "by the sea", "on a hill", "in a small town", "on the moon", "in a garden"],
  zh: ["森林里", "海边", "山上", "小镇上", "月亮上", "花园里"],
};
const THINGS: Record<Language, readonly string[]> = {
  en: ["a red ball", "a lost key", "an old map", "a shiny stone", "a little boat", "a warm hat"],
  zh: ["一个红球", "一把钥匙", "一张旧地图", "一块亮石头", "一条小船", "一顶帽子"],
};
const ENDS: Record<Language, readonly string[]> = {
  en: ["gave it to a friend", "took it home", "learned to share it", "danced all night", "slept very well"],
  zh: ["把它送给了朋友", "把它带回了家", "学会了分享", "跳了一夜的舞", "睡了一个好觉"],
};

/** What closes a tale in the wordy style. */
export const STORY_TAILS: Record<Language, readonly string[]> = { en: ["The end."], zh: ["故事讲完了。"] };

const PHRASINGS: Record<Language, Phrasings> = {
  en: {
    train: [
      "Tell me a story about a {hero}.",
      "Write a short story about a {hero}.",
      "Can you tell me a {hero} story?",
      "I want a story about a {hero}.",
      "Tell me a short story about a {hero}.",
      "Write me a little story about a {hero}.",
      "Please make up a story about a {hero}.",
      "Do you know a story about a {hero}?",
      "A story about a {hero}, please.",
      "Can you write a story about a {hero}?",
    ],
    held: [
      "Can you tell me a story about a {hero}?",
      "Write a little story about a {hero}.",
      "I want a short story about a {hero}.",
      "Please tell me a {hero} story.",
    ],
  },
  zh: {
    train: [
      "讲一个{hero}的故事。",
      "给我讲个关于{hero}的故事。",
      "请写一个{hero}的小故事。",
      "我想听{hero}的故事。",
      "讲个{hero}的小故事吧。",
      "你会讲{hero}的故事吗？",
      "写一个关于{hero}的短故事。",
      "说一个{hero}的故事。",
      "来一个{hero}的故事。",
    ],
    held: [
      "请讲一个关于{hero}的故事。",
      "我想听一个关于{hero}的小故事。",
      "写一个{hero}的故事。",
      "给我讲一个{hero}的小故事。",
    ],
  },
};

function ask(dice: Dice, language: Language, split: Split): Question {
  const at = dice.between(0, EMOJI.length - 1);
  const hero = HEROES[language][at]!;
  const [place, thing, end] = [dice.pick(PLACES[language]), dice.pick(THINGS[language]), dice.pick(ENDS[language])];
  const everything = [PLACES, THINGS, ENDS].flatMap((list) => list[language]);
  return {
    domain: "story",
    language,
    ...phrase(dice, split, language, PHRASINGS[language], { hero }),
    answer:
      language === "en"
        ? {
            short: `A ${hero} ${place} found ${thing} and ${end}`,
            full: `Once upon a time, there was a ${hero} ${place}. One day it found ${thing}. The ${hero} was very happy and ${end}`,
            emoji: EMOJI[at]!,
            alternatives: everything,
            tails: STORY_TAILS.en,
          }
        : {
            short: `${place}的${hero}找到了${thing}，${end}`,
            full: `从前，${place}住着一只${hero}。有一天，它找到了${thing}。${hero}很开心，${end}`,
            emoji: EMOJI[at]!,
            alternatives: everything,
            tails: STORY_TAILS.zh,
          },
    expectation: {
      kind: "story",
      all: [[hero], THINGS[language], ENDS[language]],
      none: HEROES[language].filter((other) => other !== hero && !hero.includes(other)),
      minimumCharacters: language === "en" ? 30 : 10,
    },
  };
}

export const stories: Domain = {
  name: "story",
  weight: { en: 1.2, zh: 1.2 },
  ask,
  phrasings: (language) => [PHRASINGS[language]],
};
