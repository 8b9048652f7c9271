/** Made-up names and topics outside the model's world: thousands in training, others kept for evaluation. */

import { type Dice, textHash } from "./dice.ts";
import type { Language, Split } from "./types.ts";

const STARTS =
  "b bl br c ch cl d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sh sk sl sn st t th tr v w y z zw".split(" ");
const VOWELS = "a e i o u ae ai ea ee ia io oo ou".split(" ");
const MIDDLES = "b bb d dd g k l ll lm m mb n nd ng nk p r rd rk rl rn s ss st t tt v x z".split(" ");
const ENDS_EN = [
  "",
  "",
  "n",
  "r",
  "s",
  "x",
  "th",
  "k",
  "l",
  "nd",
  "ria",
  "land",
  "ton",
  "ville",
  "ovia",
  "stan",
  "ium",
  "ix",
];
const SYLLABLES_ZH = [
  ..."阿埃奥巴贝比波布卡克科库达德迪多杜厄法菲弗盖格古哈赫霍基加杰卡拉莱里利洛卢鲁马梅米莫穆纳内尼诺努帕佩皮普奇恰萨塞西希索苏塔特提托图瓦维沃乌亚耶伊尤扎泽佐祖",
];

/** One name in this many belongs to evaluation. */
const HELD_NAME_EVERY = 5;

/** Real words that the model was never taught, beside the made-up ones. */
const TOPICS: Record<Language, readonly string[]> = {
  en: `quantum physics;the stock market;football;the violin;volcanoes;tax law;chess openings;the internet;black holes;electric cars
medieval history;poetry;gravity;the human brain;bacteria;the economy;modern art;jazz music;programming;the ocean floor;dinosaurs
photography;medicine;airplanes;philosophy;chemistry;politics;religion;the olympic games;basketball;video games;satellites;vaccines
bitcoin;the roman empire;the industrial revolution;opera;ballet;geology;genetics;architecture;mortgages;insurance;the pyramids
climate change;nuclear power;the solar system;algebra;grammar;robots in factories;wine;fashion;hair styles;movies;novels;tennis
the piano;guitar chords;investing;accounting;marketing;databases;computer networks;rockets;submarines;earthquakes;hurricanes`.split(
    /[;\n]/,
  ),
  zh: `量子物理;股票市场;足球;小提琴;火山;税法;围棋;互联网;黑洞;电动汽车;中世纪历史;诗歌;引力;人的大脑;细菌;经济;现代艺术;爵士乐;编程
海底世界;恐龙;摄影;医学;飞机;哲学;化学;政治;宗教;奥运会;篮球;电子游戏;卫星;疫苗;比特币;罗马帝国;工业革命;歌剧;芭蕾;地质学;基因
建筑;房贷;保险;金字塔;气候变化;核能;太阳系;代数;语法;红酒;时装;电影;小说;网球;钢琴;吉他;投资;会计;市场营销;数据库;火箭;潜水艇;地震;台风`.split(
    /[;\n]/,
  ),
};

const isHeld = (name: string) => textHash(name.toLowerCase()) % HELD_NAME_EVERY === 0;

function drawn(split: Split, draw: () => string): string {
  let name = draw();
  while (isHeld(name) !== (split === "held")) name = draw();
  return name;
}

/** A name nobody has heard of, capitalised: `Blorvia`, 佐布拉. */
export function madeUpName(dice: Dice, language: Language, split: Split): string {
  return drawn(split, () => {
    if (language === "zh") return Array.from({ length: dice.between(2, 4) }, () => dice.pick(SYLLABLES_ZH)).join("");
    const syllables = Array.from(
      { length: dice.between(1, 2) },
      () => dice.pick(STARTS) + dice.pick(VOWELS) + dice.pick(MIDDLES),
    );
    const name = syllables.join("") + dice.pick(VOWELS) + dice.pick(ENDS_EN);
    return name[0]!.toUpperCase() + name.slice(1);
  });
}

/** A word nobody has heard of, in lower case: `snorple`. */
export const madeUpWord = (dice: Dice, language: Language, split: Split) =>
  madeUpName(dice, language, split).toLowerCase();

/** A real subject outside the model's world. */
export const unknownTopic = (dice: Dice, language: Language, split: Split) =>
  drawn(split, () => dice.pick(TOPICS[language]));

/** Countries that exist but were never taught. */
const UNTAUGHT: Record<Language, readonly string[]> = {
  en: "Brazil Mexico Nigeria Ethiopia Ghana Morocco Algeria Tunisia Colombia Venezuela Bolivia Paraguay Uruguay Ecuador Panama Jamaica Haiti Scotland Wales Croatia Serbia Bulgaria Slovakia Slovenia Latvia Estonia Lithuania Belarus Armenia Georgia Kazakhstan Uzbekistan Pakistan Bangladesh Cambodia Laos Indonesia Philippines Zambia Zimbabwe Angola Uganda Rwanda Somalia Sudan Libya Syria Jordan Lebanon Yemen Oman Qatar Malta Cyprus Luxembourg Monaco Fiji Samoa".split(
    " ",
  ),
  zh: "巴西 墨西哥 尼日利亚 埃塞俄比亚 加纳 摩洛哥 阿尔及利亚 突尼斯 哥伦比亚 委内瑞拉 玻利维亚 巴拉圭 乌拉圭 厄瓜多尔 巴拿马 牙买加 海地 苏格兰 威尔士 克罗地亚 塞尔维亚 保加利亚 斯洛伐克 斯洛文尼亚 拉脱维亚 爱沙尼亚 立陶宛 白俄罗斯 亚美尼亚 格鲁吉亚 哈萨克斯坦 巴基斯坦 孟加拉国 柬埔寨 老挝 印度尼西亚 菲律宾 赞比亚 津巴布韦 安哥拉 乌干达 卢旺达 索马里 苏丹 利比亚 叙利亚 约旦 黎巴嫩 也门 阿曼 卡塔尔 马耳他 塞浦路斯 卢森堡 摩纳哥 斐济 萨摩亚".split(
    " ",
  ),
};

/** A country that exists, or does not; either way the model was never told about it. */
export const unknownCountry = (dice: Dice, language: Language, split: Split) =>
  dice.chance(0.3) ? drawn(split, () => dice.pick(UNTAUGHT[language])) : madeUpName(dice, language, split);
