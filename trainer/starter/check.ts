/** Judges whole replies of the starter, strictly and without a model: right or wrong, and in which style. */

import { REFUSAL_MARKS, REFUSAL_SENTENCES, REFUSAL_TAILS } from "./corpus/refusals.ts";
import { STORY_TAILS } from "./corpus/stories.ts";
import type { Answer, Expectation, Item, Language, Style } from "./corpus/types.ts";
import { COURTESIES, OPENERS } from "./corpus/wording.ts";

/**
 * True when the whole reply is right: it holds what the item demands and nothing that contradicts it, uses no word
 * that no right answer has, keeps to the language, repeats nothing, and does not break off.
 * Style is free: brief and wordy, plain and emoji, polite and curt all pass.
 */
export function checkReply(item: Pick<Item, "language" | "prompt" | "expectation" | "answer">, reply: string): boolean {
  const text = reply.trim();
  const { language, expectation } = item;
  if (text === "" || text.includes("<|") || !isWellFormed(text, language)) return false;
  if (!usesOnly(allowedWords(item), words(text, language))) return false;
  const core = withoutCourtesies(text, language);
  if (core === "") return false;
  return expectation.kind === "refusal"
    ? isRefusal(core, language)
    : !isRefusal(core, language) && holds(expectation, core, language);
}

function holds(expectation: Exclude<Expectation, { kind: "refusal" }>, core: string, language: Language): boolean {
  const found = (word: string) => contains(core, word, language);
  if (!expectation.all.every((group) => group.some(found))) return false;
  switch (expectation.kind) {
    case "fact":
      return !expectation.none.some(found);
    case "story":
      return !expectation.none.some(found) && core.length >= expectation.minimumCharacters;
    case "number": {
      const numbers = (core.match(/\d+/g) ?? []).map(Number);
      return expectation.sequences.some((sequence) => sequence.join() === numbers.join()) && equationsHold(core);
    }
  }
}

/** `3 + 4 = 8` is wrong wherever it stands. */
function equationsHold(text: string): boolean {
  return [...text.matchAll(/(\d+)\s*([-+×*x])\s*(\d+)\s*=\s*(\d+)/g)].every(([, a, operator, b, result]) => {
    const [left, right] = [Number(a), Number(b)];
    const value = operator === "+" ? left + right : operator === "-" ? left - right : left * right;
    return value === Number(result);
  });
}

/** True when the reply says, politely, that it does not know or cannot. */
function isRefusal(text: string, language: Language): boolean {
  const { politeness, refusal } = REFUSAL_MARKS[language];
  return [politeness, refusal].every((marks) => marks.some((mark) => contains(text, mark, language)));
}

/** Whole word in English, substring in Chinese, which writes no spaces. */
function contains(text: string, word: string, language: Language): boolean {
  const [where, what] = [text.toLowerCase(), word.toLowerCase()];
  if (language === "zh") return where.includes(what);
  const escaped = what.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "u").test(where);
}

const SENTENCE_END = /(?<=[.!?。！？])\s*/u;
const PICTURE = /\p{Extended_Pictographic}\uFE0F?/gu;

const sentences = (text: string) => text.split(SENTENCE_END).filter((sentence) => sentence !== "");

/** The reply less openers, tails and pictures: what it states. */
function withoutCourtesies(text: string, language: Language): string {
  const courtesies = new Set(COURTESIES[language]);
  return sentences(text.replace(PICTURE, "").trim())
    .filter((sentence) => !courtesies.has(sentence))
    .join(language === "en" ? " " : "")
    .trim();
}

/** Says nothing twice, and ends in a mark or picture unless it is a single bare phrase. */
function isWellFormed(text: string, language: Language): boolean {
  const said = sentences(text);
  if (new Set(said).size < said.length) return false;
  if (language === "en" && /(?<!\p{L})(\p{L}+) \1(?!\p{L})/iu.test(text)) return false;
  const ends = /[.!?。！？]$/u.test(text) || /\p{Extended_Pictographic}\uFE0F?$/u.test(text);
  return ends || said.length === 1;
}

/** English words in lower case; Chinese characters one by one, and Latin words between them. Digits are judged elsewhere. */
const words = (text: string, language: Language): string[] =>
  text.toLowerCase().match(language === "en" ? /[\p{L}’']+/gu : /\p{Script=Han}|[a-z]+/gu) ?? [];

const COMMON: Record<Language, string> = { en: "a an the is it of x", zh: "是的它x" };

function allowedWords({
  language,
  prompt,
  answer,
  expectation,
}: Pick<Item, "language" | "prompt" | "answer" | "expectation">) {
  const said = ({ short, full, alternatives = [], tails = [] }: Answer) => [short, full, ...alternatives, ...tails];
  const texts = [COMMON[language], prompt, ...COURTESIES[language], ...said(answer)];
  if (expectation.kind === "refusal") texts.push(...REFUSAL_SENTENCES[language]);
  return new Set(texts.flatMap((text) => words(text, language)));
}

const usesOnly = (allowed: ReadonlySet<string>, used: readonly string[]) => used.every((word) => allowed.has(word));

/** The style a reply is in, by its surface alone. */
export function styleOf(reply: string): Style {
  const text = reply.trim();
  if (/\p{Extended_Pictographic}/u.test(text)) return "emoji";
  const language: Language = /\p{Script=Han}/u.test(text) ? "zh" : "en";
  const said = sentences(text);
  if (OPENERS[language].includes(said[0] ?? "")) return "polite";
  const courtesies = new Set([
    ...COURTESIES[language],
    ...[...REFUSAL_TAILS[language], ...STORY_TAILS[language]].flatMap(sentences),
  ]);
  if (said.slice(1).some((sentence) => courtesies.has(sentence))) return "wordy";
  if (!/[.!?。！？]$/u.test(text)) return "curt";
  return isBare(text, language) ? "brief" : "plain";
}

/** No sentence, just the fact: an equation, a count, a word or two. */
function isBare(text: string, language: Language): boolean {
  if (/^\d+ [-+×] \d+ = \d+[.。]$/u.test(text) || /^[\d,、 ]+[.。]$/u.test(text)) return true;
  return language === "en" ? words(text, "en").length <= 3 : words(text, "zh").length <= 5;
}
