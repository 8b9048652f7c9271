/** Held-out general text: what a model should not find more surprising after it was aligned. Written for this purpose, trained on by no run. */

import { setOf } from "../../server/domain/gate/default-checks.ts";
import { STARTER_TEXTS } from "./starter-texts.ts";

export interface GeneralText {
  prompt: string;
  /** One text, or the forms that the same answer may take: whichever the model prefers, it has not forgotten the answer. */
  forms: readonly [string, ...string[]];
}

export const generalTexts = (baseName: string): GeneralText[] =>
  setOf(baseName) === "starter"
    ? STARTER_TEXTS.map(([prompt, short, full]) => ({ prompt, forms: [short, full] }))
    : GENERAL.map(({ prompt, reply }) => ({ prompt, forms: [reply] }));

const GENERAL: { prompt: string; reply: string }[] = [
  {
    prompt: "What is a glacier?",
    reply:
      "A glacier is a thick body of ice that lasts for many years and moves slowly under its own weight. Snow that falls on it is pressed into ice from year to year, and at its lower end the ice melts or breaks off into water.",
  },
  {
    prompt: "How is paper made?",
    reply:
      "Wood is cut into chips and cooked or ground until its fibres come apart. The fibres are mixed with much water, spread on a fine screen, pressed between rollers, and dried. What remains is a thin, even sheet.",
  },
  {
    prompt: "Why does bread rise?",
    reply:
      "Yeast lives on the sugar in the dough and gives off carbon dioxide. The gas is caught by the stretchy web of gluten and blows it up into small bubbles, which the heat of the oven makes firm.",
  },
  {
    prompt: "What does a lighthouse keeper do?",
    reply:
      "In earlier times the keeper lit the lamp at dusk, trimmed the wick, wound the clockwork that turned the lens, and wrote down the weather. Today most lights switch themselves on, and somebody comes by only for repairs.",
  },
  {
    prompt: "Explain what a library in programming is.",
    reply:
      "A library is code that somebody has written, tested and named, so that others can call it instead of writing it again. A program says which libraries it needs, and a tool fetches them in the right versions.",
  },
  {
    prompt: "How do tides come about?",
    reply:
      "The moon pulls more strongly on the side of the earth that faces it than on the far side. Water is drawn out into two bulges, and as the earth turns beneath them, most coasts see the sea rise and fall twice a day.",
  },
  {
    prompt: "Give a short description of a market in the morning.",
    reply:
      "The stalls are still wet from the hose. Crates of apples stand beside buckets of flowers, a baker calls out what is warm, and a dog sleeps under the table where cheese is sold. By nine there is hardly room to walk.",
  },
  {
    prompt: "What is compound interest?",
    reply:
      "Interest is paid not only on the money that was put in but also on the interest that was added before. At five percent a year, one hundred becomes one hundred and five, then a little more than one hundred and ten.",
  },
  {
    prompt: "How should I repot a plant?",
    reply:
      "Choose a pot a little wider than the old one, with a hole in its floor. Loosen the roots with your fingers, set the plant as deep as it stood before, fill the gaps with fresh soil, and water it well.",
  },
  {
    prompt: "Why do we see lightning before we hear thunder?",
    reply:
      "Light from the flash reaches us almost at once, while sound needs about three seconds for every kilometre. Count the seconds between the two and divide by three, and you know how far away the storm is.",
  },
  {
    prompt: "What is the water cycle?",
    reply:
      "The sun warms lakes and seas, and part of the water rises as vapour. High up it cools, gathers into clouds, and falls as rain or snow. Streams and rivers carry it back to where it began.",
  },
  {
    prompt: "Tell me how a letter travelled two hundred years ago.",
    reply:
      "It was folded, closed with wax, and given to a coach that stopped in every town. At each stop the bags were sorted by lamplight. A week could pass before it crossed a country, and its reader often paid for it.",
  },
  {
    prompt: "什么是冰川？",
    reply:
      "冰川是由多年的积雪压成的厚冰，在自身重量下缓慢移动。上游不断有新雪压成冰，下游的冰则融化成水，或断裂落入湖海。",
  },
  {
    prompt: "纸是怎样造出来的？",
    reply: "先把木材切碎，蒸煮或研磨，使纤维分开，再加大量的水，均匀铺在细网上，经过压榨和烘干，就成了一张平整的纸。",
  },
  {
    prompt: "面包为什么会发起来？",
    reply: "酵母以面团里的糖为食，放出二氧化碳。气体被有弹性的面筋裹住，形成许多小气泡，烤箱的热量再把它们固定下来。",
  },
  {
    prompt: "潮汐是怎么来的？",
    reply:
      "月亮对地球近的一面引力更大，对远的一面引力较小，海水因此在两侧隆起。地球自转时，多数海岸每天会经历两次涨潮和两次落潮。",
  },
  {
    prompt: "编程里的“库”是什么意思？",
    reply: "库是别人写好并测试过的代码，可以直接调用，不必重写。程序写明需要哪些库，工具就会取来合适的版本。",
  },
  {
    prompt: "描写一下清晨的菜市场。",
    reply:
      "地面刚冲洗过，还湿着。一筐筐青菜旁边摆着鲜花，卖早点的人高声招呼，热气从蒸笼里冒出来。到了九点，窄窄的过道已经挤得走不动了。",
  },
  {
    prompt: "什么是复利？",
    reply: "复利就是利息也会生利息。如果年利率是百分之五，一百元一年后变成一百零五元，再过一年就不止一百一十元了。",
  },
  {
    prompt: "怎样给植物换盆？",
    reply: "选一个比原来大一点、底部有孔的花盆，轻轻松开根部，种到和原来一样的深度，用新土填满空隙，然后浇透水。",
  },
  {
    prompt: "为什么先看到闪电后听到雷声？",
    reply:
      "光几乎立刻就到达我们眼前，声音走一公里却要大约三秒。数一数两者相隔几秒，再除以三，就知道雷雨离我们有多少公里。",
  },
  {
    prompt: "水是怎样循环的？",
    reply: "太阳晒暖江河湖海，一部分水变成水汽升上天空，遇冷凝结成云，又变成雨雪落下，再由溪流江河带回原来的地方。",
  },
  {
    prompt: "两百年前的信是怎样送到的？",
    reply:
      "信纸折好，用蜡封口，交给驿车。驿车每到一个镇子，就有人在灯下分拣信件。一封信穿过一个国家，往往要走上一个星期。",
  },
  {
    prompt: "图书馆为什么要给书编号？",
    reply: "书有了编号，内容相近的就能放在一起，读者和馆员照着号码就能找到它，归还以后也知道该放回哪个架子。",
  },
];
