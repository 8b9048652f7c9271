/** Simple how-tos: a short recipe and a longer one for each. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

interface Recipe {
  task: string;
  short: string;
  /** Whole answer in steps. */
  full: string;
  /** Words that every right answer holds. */
  key: readonly string[];
}

/** The same recipes in both languages, in the same order. */
const RECIPES: Record<Language, readonly Recipe[]> = {
  en: [
    {
      task: "make tea",
      short: "Pour hot water on a tea bag",
      full: "First boil some water, then put a tea bag in a cup, and pour the hot water on it",
      key: ["tea bag", "water"],
    },
    {
      task: "boil an egg",
      short: "Cook the egg in hot water",
      full: "First put the egg in hot water, then cook it for some minutes, and cool it at the end",
      key: ["egg", "cook"],
    },
    {
      task: "wash my hands",
      short: "Use soap and water",
      full: "First wet your hands with water, then rub them with soap, and rinse them well",
      key: ["soap", "water"],
    },
    {
      task: "sleep better",
      short: "Go to bed early in a dark room",
      full: "First put your phone away, then make the room dark, and go to bed early",
      key: ["bed", "dark"],
    },
    {
      task: "plant a seed",
      short: "Put the seed in soil and water it",
      full: "First put the seed in soil, then water it a little, and place it in the sun",
      key: ["soil", "water"],
    },
    {
      task: "tie my shoes",
      short: "Cross the laces and make two loops",
      full: "First cross the laces, then make two loops, and pull them tight",
      key: ["laces", "loops"],
    },
    {
      task: "make a sandwich",
      short: "Put cheese between two slices of bread",
      full: "First take two slices of bread, then put cheese on one, and press them together",
      key: ["bread", "cheese"],
    },
    {
      task: "learn new words",
      short: "Read and write them every day",
      full: "First read the words every day, then write them down, and use them in a sentence",
      key: ["read", "write"],
    },
    {
      task: "calm down",
      short: "Breathe slowly and count",
      full: "First sit down, then breathe slowly, and count in your head",
      key: ["breathe slowly", "count"],
    },
    {
      task: "cook rice",
      short: "Boil the rice gently in water",
      full: "First rinse the rice, then add water, and let it boil gently",
      key: ["rice", "water"],
    },
    {
      task: "make a salad",
      short: "Cut vegetables and add oil",
      full: "First wash the vegetables, then cut them into pieces, and add some oil",
      key: ["vegetables", "oil"],
    },
    {
      task: "clean a window",
      short: "Wipe the glass with a wet cloth",
      full: "First wet a cloth, then wipe the glass with it, and dry it at the end",
      key: ["cloth", "glass"],
    },
  ],
  zh: [
    { task: "泡茶", short: "用热水冲茶叶", full: "先烧开水，再把茶叶放进杯子，最后倒入热水", key: ["茶叶", "水"] },
    {
      task: "煮鸡蛋",
      short: "把鸡蛋放进热水里煮",
      full: "先把鸡蛋放进热水里，再煮几分钟，最后放凉",
      key: ["鸡蛋", "煮"],
    },
    { task: "洗手", short: "用肥皂和水洗", full: "先用水打湿双手，再用肥皂搓一搓，最后冲干净", key: ["肥皂", "水"] },
    {
      task: "睡得更好",
      short: "早点上床，房间要暗",
      full: "先把手机放远，再让房间暗下来，最后早点上床",
      key: ["上床", "暗"],
    },
    {
      task: "种一颗种子",
      short: "放进土里再浇水",
      full: "先把种子放进土里，再浇一点水，最后放在阳光下",
      key: ["土里", "水"],
    },
    { task: "系鞋带", short: "交叉鞋带，打两个圈", full: "先把鞋带交叉，再做两个圈，最后拉紧", key: ["鞋带", "圈"] },
    {
      task: "做三明治",
      short: "用两片面包夹奶酪",
      full: "先拿两片面包，再放上奶酪，最后合在一起",
      key: ["面包", "奶酪"],
    },
    {
      task: "记单词",
      short: "每天读，每天写",
      full: "先每天读一读单词，再把它们写下来，最后用来造句",
      key: ["读", "写"],
    },
    {
      task: "冷静下来",
      short: "慢慢呼吸，心里数数",
      full: "先坐下来，再慢慢呼吸，最后在心里数数",
      key: ["慢慢呼吸", "数数"],
    },
    { task: "煮米饭", short: "加水小火煮米", full: "先把米洗干净，再加水，最后用小火煮", key: ["米", "水"] },
    { task: "做沙拉", short: "切蔬菜，加点油", full: "先洗干净蔬菜，再切成小块，最后加点油", key: ["蔬菜", "油"] },
    { task: "擦窗户", short: "用湿布擦玻璃", full: "先把布打湿，再用湿布擦玻璃，最后擦干", key: ["布", "玻璃"] },
  ],
};

const EMOJI = ["🍵", "🥚", "🧼", "😴", "🌱", "👟", "🥪", "📚", "🧘", "🍚", "🥗", "🪟"];

const PHRASINGS: Record<Language, Phrasings> = {
  en: {
    train: [
      "How do I {task}?",
      "How can I {task}?",
      "Can you tell me how to {task}?",
      "Teach me how to {task}.",
      "What is the best way to {task}?",
      "Tell me how to {task}.",
      "I want to {task}. How?",
      "How to {task}?",
      "Do you know how to {task}?",
      "Please explain how to {task}.",
      "What should I do to {task}?",
    ],
    late: [
      "What is a way to {task}?",
      "Can you show me how to {task}?",
      "Please teach me how to {task}.",
      "How could I {task}?",
    ],
    held: [
      "Please tell me how to {task}.",
      "What is a good way to {task}?",
      "Can you teach me how to {task}?",
      "Can you explain how to {task}?",
      "How should I {task}?",
    ],
  },
  zh: {
    train: [
      "怎么{task}？",
      "如何{task}？",
      "我想{task}，怎么办？",
      "教我{task}。",
      "{task}有什么方法？",
      "请告诉我怎么{task}。",
      "{task}的步骤是什么？",
      "你知道怎么{task}吗？",
      "我该怎么{task}？",
      "怎样{task}？",
    ],
    late: ["怎样才可以{task}？", "怎么才能{task}？", "如何才能{task}？", "请教我{task}。", "我想知道怎么{task}。"],
    held: [
      "请教我怎么{task}。",
      "告诉我如何{task}。",
      "你知道如何{task}吗？",
      "我想{task}，该怎么做？",
      "怎样才能{task}？",
    ],
  },
};

function ask(dice: Dice, language: Language, split: Split): Question {
  const at = dice.between(0, RECIPES[language].length - 1);
  const { task, short, full, key } = RECIPES[language][at]!;
  return {
    domain: "howto",
    language,
    ...phrase(dice, split, language, PHRASINGS[language], { task }),
    answer: { short, full, emoji: EMOJI[at]! },
    expectation: { kind: "fact", all: key.map((word) => [word]), none: [] },
  };
}

export const howtos: Domain = {
  name: "howto",
  weight: { en: 1.2, zh: 1.2 },
  ask,
  phrasings: (language) => [PHRASINGS[language]],
};
