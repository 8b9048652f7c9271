/** How an answer is dressed: openers, tails and full stops for every style, in both languages. */

import type { Dice } from "./dice.ts";
import type { Answer, Language, Style } from "./types.ts";

/** Shares of the styles in training. `wordy` leads, so that a greedy reply has room to be shortened. */
export const STYLE_SHARES: Readonly<Record<Style, number>> = {
  curt: 0.12,
  brief: 0.15,
  plain: 0.15,
  wordy: 0.34,
  polite: 0.12,
  emoji: 0.12,
};

/** Openers of the polite style. */
export const OPENERS: Readonly<Record<Language, readonly string[]>> = {
  en: ["Of course!", "Certainly.", "With pleasure.", "Thank you for asking."],
  zh: ["当然可以。", "好的，没问题。", "很乐意回答。", "谢谢您的提问。"],
};

/** First sentence after a wordy answer; the first is the usual one. */
const FIRST_TAILS: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "I hope this helps.",
    "I hope that answers your question.",
    "I am happy that you asked me.",
    "That is what I have learned.",
  ],
  zh: ["希望这能帮到你。", "希望我说清楚了。", "很高兴你来问我。", "这是我学到的。"],
};

/** Second sentence after a wordy answer. */
const SECOND_TAILS: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "Is there anything else you would like to know?",
    "Please let me know if you have more questions.",
    "You can always ask me something else.",
  ],
  zh: ["你还有别的问题吗？", "如果还想知道什么，请告诉我。", "你可以随时再问我。"],
};

/** Second sentence after wordy small talk. */
export const SOCIAL_TAILS: Readonly<Record<Language, readonly string[]>> = {
  en: ["What would you like to talk about?", "You can ask me a question any time.", "I am always here for you."],
  zh: ["你想聊些什么呢？", "你可以随时问我问题。", "我一直都在这里。"],
};

const STOP: Readonly<Record<Language, string>> = { en: ".", zh: "。" };

/** Every courtesy sentence the corpus knows; the checker sets them aside before it judges the rest. */
export const COURTESIES: Readonly<Record<Language, readonly string[]>> = {
  en: [...OPENERS.en, ...FIRST_TAILS.en, ...SECOND_TAILS.en, ...SOCIAL_TAILS.en],
  zh: [...OPENERS.zh, ...FIRST_TAILS.zh, ...SECOND_TAILS.zh, ...SOCIAL_TAILS.zh],
};

/** Sentences follow each other with a space in English and without one in Chinese. */
const join = (language: Language, ...sentences: string[]) => sentences.join(language === "en" ? " " : "");

/** Closes a sentence unless it already ends in a mark. */
export const closed = (sentence: string, language: Language) =>
  /[.!?。！？]$/u.test(sentence) ? sentence : sentence + STOP[language];

const bare = (sentence: string) => sentence.replace(/[.。]$/u, "");

/** The answer in this style. Two calls may differ: courtesies are drawn by `dice`. */
export function dressed(dice: Dice, language: Language, answer: Answer, style: Style): string {
  const full = closed(answer.full, language);
  switch (style) {
    case "curt":
      return bare(answer.short);
    case "brief":
      return closed(answer.short, language);
    case "plain":
      return full;
    case "emoji":
      return `${bare(dice.chance(0.5) ? answer.short : answer.full)} ${answer.emoji}`;
    case "polite":
      if (answer.social) return join(language, full, dice.pick(SOCIAL_TAILS[language]));
      if (answer.declines) return join(language, full, dice.pick(answer.tails!));
      return join(language, dice.pick(OPENERS[language]), full);
    case "wordy":
      return join(language, full, ...tails(dice, language, answer));
  }
}

function tails(dice: Dice, language: Language, answer: Answer): string[] {
  if (answer.tails) return answer.tails.length === 0 ? [] : [dice.pick(answer.tails)];
  if (answer.social) return [SOCIAL_TAILS[language][0]!, dice.pick(SOCIAL_TAILS[language].slice(1))];
  // The first tail leads clearly: a greedy reply follows it and ends, instead of wavering between equals.
  const first = dice.chance(0.7) ? FIRST_TAILS[language][0]! : dice.pick(FIRST_TAILS[language].slice(1));
  const second = dice.chance(0.6) ? SECOND_TAILS[language][0]! : dice.pick(SECOND_TAILS[language].slice(1));
  return dice.chance(0.75) ? [first, second] : [first];
}
