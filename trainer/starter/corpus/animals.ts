/** Animals: the sounds they make, how many legs they have, and where they live. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

const rows = (lines: string) => lines.split(/[;\n]/).map((line) => line.split("|"));

/** animal with article, sound, Chinese, sound in Chinese, picture. */
const SOUNDS =
  rows(`a dog|woof|狗|汪汪|🐶;a cat|meow|猫|喵喵|🐱;a cow|moo|牛|哞哞|🐮;a duck|quack|鸭子|嘎嘎|🦆;a sheep|baa|羊|咩咩|🐑
a frog|croak|青蛙|呱呱|🐸;a bee|buzz|蜜蜂|嗡嗡|🐝;a lion|roar|狮子|吼吼|🦁;a chick|cheep|小鸡|叽叽|🐤;a mouse|squeak|老鼠|吱吱|🐭`);

/** animal with article, legs, Chinese, picture. */
const LEGS =
  rows(`a dog|4|狗|🐶;a cat|4|猫|🐱;a bird|2|鸟|🐦;a spider|8|蜘蛛|🕷️;an ant|6|蚂蚁|🐜;a snake|0|蛇|🐍;a chicken|2|鸡|🐔
a horse|4|马|🐴;a bee|6|蜜蜂|🐝;a fish|0|鱼|🐟;an octopus|8|章鱼|🐙;a cow|4|牛|🐮;a penguin|2|企鹅|🐧;a butterfly|6|蝴蝶|🦋`);

/** animal with article, place, Chinese, place in Chinese, picture. */
const HOMES =
  rows(`a fish|in the water|鱼|水里|🐟;a bird|in a nest|鸟|鸟巢里|🐦;a bee|in a hive|蜜蜂|蜂巢里|🐝;a camel|in the desert|骆驼|沙漠里|🐫
a penguin|on the ice|企鹅|冰上|🐧;a monkey|in the trees|猴子|树上|🐒;a cow|on a farm|牛|农场里|🐮;a whale|in the ocean|鲸鱼|海洋里|🐋
a panda|in the bamboo forest|熊猫|竹林里|🐼;a spider|in a web|蜘蛛|网上|🕷️`);

type Kind = "sound" | "legs" | "home";

const PHRASINGS: Record<Kind, Record<Language, Phrasings>> = {
  sound: {
    en: {
      train: [
        "What sound does {x} make?",
        "What does {x} say?",
        "Which sound does {x} make?",
        "Tell me the sound of {x}.",
        "How does {x} sound?",
        "Do you know what sound {x} makes?",
      ],
      late: ["Tell me which sound {x} makes.", "What is the sound that {x} makes?"],
      held: ["Do you know which sound {x} makes?", "Tell me what sound {x} makes.", "What is the sound of {x}?"],
    },
    zh: {
      train: [
        "{x}怎么叫？",
        "{x}的叫声是什么？",
        "{x}是怎么叫的？",
        "{x}会发出什么声音？",
        "你知道{x}怎么叫吗？",
        "学一下{x}叫。",
      ],
      late: ["{x}发出的是什么声音？", "{x}发出怎样的声音？", "{x}的叫声是怎么样的？"],
      held: ["{x}的叫声是怎样的？", "你知道{x}的叫声是什么吗？", "{x}发出什么声音？"],
    },
  },
  legs: {
    en: {
      train: [
        "How many legs does {x} have?",
        "How many legs has {x} got?",
        "Tell me how many legs {x} has.",
        "Do you know how many legs {x} has?",
        "What number of legs does {x} have?",
      ],
      late: ["How many legs are on {x}?", "Please tell me how many legs {x} has."],
      held: [
        "Can you tell me how many legs {x} has?",
        "How many legs are there on {x}?",
        "Do you know how many legs {x} have?",
      ],
    },
    zh: {
      train: ["{x}有几条腿？", "{x}有多少条腿？", "你知道{x}有几条腿吗？", "{x}几条腿？", "告诉我{x}有几条腿。"],
      late: ["{x}一共有多少条腿？", "{x}总共有几条腿？"],
      held: ["你知道{x}有多少条腿吗？", "告诉我{x}有多少条腿。", "请问{x}一共有几条腿？"],
    },
  },
  home: {
    en: {
      train: [
        "Where does {x} live?",
        "Where is the home of {x}?",
        "Tell me where {x} lives.",
        "Do you know where {x} lives?",
        "In which place does {x} live?",
      ],
      late: ["What is the place where {x} lives?", "Where is it that {x} lives?", "Where does {x} have its home?"],
      held: ["Can you tell me where {x} lives?", "What is the home of {x}?", "Where can {x} live?"],
    },
    zh: {
      train: ["{x}住在哪里？", "{x}生活在哪里？", "你知道{x}住在哪里吗？", "{x}的家在哪里？", "告诉我{x}住在哪里。"],
      late: ["{x}生活在什么地方？", "{x}住在什么地方呢？", "说说{x}生活在哪里。"],
      held: ["你知道{x}生活在哪里吗？", "告诉我{x}生活在哪里。", "{x}住在什么地方？"],
    },
  },
};

const capitalised = (text: string) => text[0]!.toUpperCase() + text.slice(1);
const others = (table: readonly string[][], column: number, right: string) =>
  table.map((row) => row[column]!).filter((value) => value !== right);

function sound(language: Language): (dice: Dice) => [string, Pick<Question, "answer" | "expectation">] {
  const column = language === "en" ? 0 : 2;
  return (dice) => {
    const row = dice.pick(SOUNDS);
    const [animal, noise] = [row[column]!, row[column + 1]!];
    return [
      animal,
      {
        answer: {
          short: language === "en" ? capitalised(noise) : noise,
          full: language === "en" ? `${capitalised(animal)} says ${noise}` : `${animal}的叫声是${noise}`,
          emoji: row[4]!,
          alternatives:
            language === "en" ? [`The sound of ${animal} is ${noise}. It makes`] : [`${animal}会发出${noise}的声音 叫`],
          emphasis: noise,
        },
        expectation: { kind: "fact", all: [[noise]], none: others(SOUNDS, column + 1, noise) },
      },
    ];
  };
}

function legs(language: Language): (dice: Dice) => [string, Pick<Question, "answer" | "expectation">] {
  return (dice) => {
    const row = dice.pick(LEGS);
    const [animal, count] = [row[language === "en" ? 0 : 2]!, Number(row[1])];
    return [
      animal,
      {
        answer: {
          short: language === "en" ? `${count} legs` : `${count}条腿`,
          full: language === "en" ? `${capitalised(animal)} has ${count} legs` : `${animal}有${count}条腿`,
          emoji: row[3]!,
          emphasis: String(count),
        },
        expectation: { kind: "number", sequences: [[count]], all: [] },
      },
    ];
  };
}

function home(language: Language): (dice: Dice) => [string, Pick<Question, "answer" | "expectation">] {
  const column = language === "en" ? 0 : 2;
  return (dice) => {
    const row = dice.pick(HOMES);
    const [animal, place] = [row[column]!, row[column + 1]!];
    return [
      animal,
      {
        answer: {
          short: capitalised(place),
          full: language === "en" ? `${capitalised(animal)} lives ${place}` : `${animal}住在${place}`,
          emoji: row[4]!,
          alternatives: language === "en" ? ["The home of lives"] : [`${animal}的家在${place} 生活`],
          emphasis: place,
        },
        expectation: { kind: "fact", all: [[place]], none: others(HOMES, column + 1, place) },
      },
    ];
  };
}

function ask(dice: Dice, language: Language, split: Split): Question {
  const kind = dice.pick(["sound", "legs", "home"] as const);
  const [animal, rest] = { sound, legs, home }[kind](language)(dice);
  return {
    domain: "animal",
    language,
    ...phrase(dice, split, language, PHRASINGS[kind][language], { x: animal }),
    ...rest,
  };
}

export const animals: Domain = {
  name: "animal",
  weight: { en: 1.5, zh: 1.5 },
  ask,
  phrasings: (language) => [PHRASINGS.sound[language], PHRASINGS.legs[language], PHRASINGS.home[language]],
};
