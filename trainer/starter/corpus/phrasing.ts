/** From a template to a typed question: fills the slots and, now and then, slips on a key as people do. */

import type { Dice } from "./dice.ts";
import type { Language, Phrasings, Split } from "./types.ts";

const TYPO_SHARE = 0.04;

/** A template of this split, filled. `template` is the one before slips, so that tests can tell splits apart. */
export function phrase(
  dice: Dice,
  split: Split,
  language: Language,
  phrasings: Phrasings,
  values: Readonly<Record<string, string>> = {},
): { text: string; template: string } {
  const template = dice.pick(split === "late" ? [...phrasings.train, ...(phrasings.late ?? [])] : phrasings[split]);
  const slipped = language === "en" && dice.chance(TYPO_SHARE) ? withTypo(dice, template) : template;
  return { template, text: filled(slipped, values) };
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  const text = template.replace(/\{(\w+)\}/g, (slot, name: string) => values[name] ?? slot);
  return /^[a-z]/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
}

/** Swaps or drops one inner letter of a longer word; slots stay whole. */
function withTypo(dice: Dice, template: string): string {
  const words = template.split(" ");
  const long = words.flatMap((word, i) => (/^[a-zA-Z]{5,}$/.test(word) ? [i] : []));
  if (long.length === 0) return template;
  const at = dice.pick(long);
  const word = words[at]!;
  const i = dice.between(1, word.length - 3);
  words[at] = dice.chance(0.5)
    ? word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2)
    : word.slice(0, i) + word.slice(i + 1);
  return words.join(" ");
}

/** What people put around a question: greetings, "please", missing marks, all lower case. */
export function dressedQuestion(dice: Dice, language: Language, question: string): string {
  return language === "en" ? english(dice, question) : chinese(dice, question);
}

const EN_PREFIXES = [
  "Please tell me: ",
  "I have a question. ",
  "Quick question: ",
  "Hi, ",
  "Hello! ",
  "Hey Hone, ",
  "Excuse me, ",
];
const ZH_PREFIXES = ["请问，", "请问", "你好，", "请告诉我：", "我想问一下，", "问个问题，", "Hone，"];

function english(dice: Dice, question: string): string {
  const style = dice.weighted({ asIs: 0.56, prefix: 0.14, lower: 0.13, noMark: 0.1, lowerFirst: 0.05, shout: 0.02 });
  const noMark = question.replace(/[?.!]$/, "");
  const lowerFirst = question[0]!.toLowerCase() + question.slice(1);
  if (style === "prefix") {
    const prefix = dice.pick(EN_PREFIXES);
    return prefix + (/[,:] $/.test(prefix) && !/^I\b/.test(question) ? lowerFirst : question);
  }
  if (style === "lower") return dice.chance(0.5) ? noMark.toLowerCase() : question.toLowerCase();
  if (style === "noMark") return noMark;
  if (style === "lowerFirst") return lowerFirst;
  return style === "shout" ? question.replace(/[?.]$/, (mark) => mark + (mark === "?" ? "?" : "!")) : question;
}

function chinese(dice: Dice, question: string): string {
  const style = dice.weighted({ asIs: 0.6, prefix: 0.16, noMark: 0.16, halfWidth: 0.05, shout: 0.03 });
  const noMark = question.replace(/[？。！]$/u, "");
  if (style === "prefix") return dice.pick(ZH_PREFIXES) + question;
  if (style === "noMark") return noMark;
  if (style === "halfWidth") return question.replace(/？$/u, "?").replace(/。$/u, "");
  return style === "shout" ? `${noMark}${/？$/u.test(question) ? "？？" : "！"}` : question;
}
