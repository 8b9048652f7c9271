/** Capitals, asked both ways. */

import type { Dice } from "./dice.ts";
import { phrase } from "./phrasing.ts";
import type { Domain, Language, Phrasings, Question, Split } from "./types.ts";

/** country, capital, country in Chinese, capital in Chinese. */
export const CAPITALS =
  `France Paris 法国 巴黎|Germany Berlin 德国 柏林|Italy Rome 意大利 罗马|Spain Madrid 西班牙 马德里
China Beijing 中国 北京|Japan Tokyo 日本 东京|Russia Moscow 俄罗斯 莫斯科|England London 英国 伦敦|Egypt Cairo 埃及 开罗
Greece Athens 希腊 雅典|Canada Ottawa 加拿大 渥太华|Australia Canberra 澳大利亚 堪培拉|Austria Vienna 奥地利 维也纳
Portugal Lisbon 葡萄牙 里斯本|Thailand Bangkok 泰国 曼谷|Vietnam Hanoi 越南 河内|Korea Seoul 韩国 首尔
Sweden Stockholm 瑞典 斯德哥尔摩|Norway Oslo 挪威 奥斯陆|Poland Warsaw 波兰 华沙|Turkey Ankara 土耳其 安卡拉
Kenya Nairobi 肯尼亚 内罗毕|Cuba Havana 古巴 哈瓦那|Peru Lima 秘鲁 利马|Ireland Dublin 爱尔兰 都柏林
Hungary Budapest 匈牙利 布达佩斯|Finland Helsinki 芬兰 赫尔辛基|Denmark Copenhagen 丹麦 哥本哈根
Nepal Kathmandu 尼泊尔 加德满都|Belgium Brussels 比利时 布鲁塞尔|India Delhi 印度 新德里|Iran Tehran 伊朗 德黑兰
Iraq Baghdad 伊拉克 巴格达|Chile Santiago 智利 圣地亚哥|Argentina Buenos_Aires 阿根廷 布宜诺斯艾利斯
Malaysia Kuala_Lumpur 马来西亚 吉隆坡|Ukraine Kyiv 乌克兰 基辅|Romania Bucharest 罗马尼亚 布加勒斯特
Iceland Reykjavik 冰岛 雷克雅未克|Mongolia Ulaanbaatar 蒙古 乌兰巴托`
    .split(/[|\n]/)
    .map((line) => line.split(" ").map((word) => word.replace("_", " ")) as [string, string, string, string]);

const FORWARD: Record<Language, Phrasings> = {
  en: {
    train: [
      "What is the capital of {country}?",
      "What's the capital of {country}?",
      "Which city is the capital of {country}?",
      "Do you know the capital of {country}?",
      "Do you know which city is the capital of {country}?",
      "Name the capital of {country}.",
      "Tell me the capital of {country}.",
      "What is {country}'s capital?",
      "What is the capital city of {country}?",
      "Can you tell me what the capital of {country} is?",
      "Could you name the capital city of {country}?",
      "Capital of {country}?",
      "I want to know the capital of {country}.",
      "The capital of {country} is which city?",
      "Please name {country}'s capital city.",
      "Which city is {country}'s capital?",
    ],
    held: [
      "Can you tell me the capital of {country}?",
      "Do you know what the capital of {country} is?",
      "Which is the capital city of {country}?",
      "Please tell me which city is the capital of {country}.",
      "What city is the capital of {country}?",
      "{country}'s capital is which city?",
    ],
  },
  zh: {
    train: [
      "{country}的首都是哪里？",
      "{country}的首都是什么？",
      "你知道{country}的首都吗？",
      "哪个城市是{country}的首都？",
      "{country}首都是？",
      "{country}的首都在哪里？",
      "说出{country}的首都。",
      "告诉我{country}的首都是哪个城市。",
      "{country}的首都叫什么名字？",
      "能告诉我{country}的首都吗？",
      "我想知道{country}的首都是哪里。",
      "{country}首都是什么地方？",
      "{country}的首都",
      "你知道哪个城市是{country}的首都吗？",
    ],
    held: [
      "{country}的首都是哪个城市？",
      "你知道{country}的首都是哪里吗？",
      "能告诉我{country}的首都是什么吗？",
      "我想知道{country}的首都。",
      "{country}的首都叫什么？",
      "{country}首都是哪个地方？",
    ],
  },
};

const BACKWARD: Record<Language, Phrasings> = {
  en: {
    train: [
      "{capital} is the capital of which country?",
      "Which country has the capital {capital}?",
      "What country is {capital} the capital of?",
      "Of which country is {capital} the capital?",
      "Tell me which country has {capital} as its capital.",
      "Name the country whose capital is {capital}.",
      "Do you know which country {capital} is the capital of?",
    ],
    held: [
      "Which country is {capital} the capital of?",
      "What country has the capital {capital}?",
      "{capital} is the capital of what country?",
    ],
  },
  zh: {
    train: [
      "{capital}是哪个国家的首都？",
      "哪个国家的首都是{capital}？",
      "{capital}是什么国家的首都？",
      "你知道{capital}是哪个国家的首都吗？",
      "告诉我{capital}是哪国的首都。",
      "以{capital}为首都的是哪个国家？",
    ],
    held: ["什么国家的首都是{capital}？", "{capital}是哪国的首都？", "你知道哪个国家的首都是{capital}吗？"],
  },
};

const othersThan = (column: 0 | 1 | 2 | 3, right: string) =>
  CAPITALS.map((row) => row[column]).filter((name) => name !== right);

/** The forward question about one country; follow-ups use it too. */
export function capitalAnswer(
  language: Language,
  row: (typeof CAPITALS)[number],
): Pick<Question, "answer" | "expectation"> {
  const [country, capital] = language === "en" ? [row[0], row[1]] : [row[2], row[3]];
  const [countries, capitals] = language === "en" ? ([0, 1] as const) : ([2, 3] as const);
  return {
    answer: {
      short: capital,
      full: language === "en" ? `The capital of ${country} is ${capital}` : `${country}的首都是${capital}`,
      emoji: "🌍",
      alternatives:
        language === "en"
          ? [`${capital} is the capital of ${country}`, "city"]
          : [`${capital}是${country}的首都`, "城市"],
      emphasis: capital,
    },
    expectation: {
      kind: "fact",
      all: [[capital]],
      none: [...othersThan(capitals, capital), ...othersThan(countries, country)].filter(
        (name) => !capital.includes(name) && !country.includes(name),
      ),
    },
  };
}

function ask(dice: Dice, language: Language, split: Split): Question {
  const row = dice.pick(CAPITALS);
  const [country, capital] = language === "en" ? [row[0], row[1]] : [row[2], row[3]];
  if (dice.chance(0.75)) {
    return {
      domain: "capital",
      language,
      ...phrase(dice, split, language, FORWARD[language], { country }),
      ...capitalAnswer(language, row),
    };
  }
  const forward = capitalAnswer(language, row);
  return {
    domain: "capital",
    language,
    ...phrase(dice, split, language, BACKWARD[language], { capital }),
    answer: {
      ...forward.answer,
      short: country,
      full: language === "en" ? `${capital} is the capital of ${country}` : `${capital}是${country}的首都`,
      alternatives: [forward.answer.full],
      emphasis: country,
    },
    expectation: { ...forward.expectation, all: [[country]] } as Question["expectation"],
  };
}

export const capitals: Domain = {
  name: "capital",
  weight: { en: 2.2, zh: 2.2 },
  ask,
  phrasings: (language) => [FORWARD[language], BACKWARD[language]],
};
