/** Which language a text is most likely in: by its script, and among those of Latin script by their commonest words. Pure. */

/** What is looked at: the rest of a long text is in the same language. */
const MOST_CHARACTERS = 2000;
/** Share of the letters that a script must have. */
const LEAST_SHARE = 0.5;
/** Of Han less will do: a character says about as much as three Latin letters, and Chinese texts are full of English names. */
const LEAST_HAN = 0.2;
const LEAST_KANA = 0.1;

const SCRIPTS: [language: string, pattern: RegExp][] = [
  ["ko", /\p{Script=Hangul}/gu],
  ["ar", /\p{Script=Arabic}/gu],
  ["he", /\p{Script=Hebrew}/gu],
  ["th", /\p{Script=Thai}/gu],
  ["hi", /\p{Script=Devanagari}/gu],
  ["el", /\p{Script=Greek}/gu],
];

/** The commonest short words of each language that the others do not have, or have rarely. */
const WORDS: Record<string, string> = {
  en: "the and is are of to you that it this what how why who with for not do does can your i my was be in on a an",
  de: "der die das und ist nicht ich du ein eine wie was warum mit für auf den dem zu von wir sie es kann sind auch",
  fr: "le la les et est une pas je vous que qui dans pour avec sur ce cette des du au mon comment pourquoi il elle nous sont",
  es: "el los las es y una qué cómo por para con no que del al se su mi más pero está son yo tú muy",
  it: "il lo gli e è una che non di per con come perché sono mi ti nel della del questo cosa anche più ma",
  pt: "o os as é e uma não que de do da em para com por como você eu seu sua mais mas está são isso",
  nl: "de het een en is niet ik je van wat hoe waarom met voor op zijn dat die aan ook er maar we kan",
};
const LANGUAGES = Object.entries(WORDS).map(([language, words]) => [language, new Set(words.split(" "))] as const);
const UKRAINIAN = /[іїєґ]/iu;

/** ISO 639-1 code, "other" where nothing is clear. */
export function languageOf(text: string): string {
  const sample = text.slice(0, MOST_CHARACTERS);
  const letters = count(sample, /\p{L}/gu);
  if (letters === 0) return "other";
  const share = (pattern: RegExp) => count(sample, pattern) / letters;
  // Japanese writes its endings in kana; a Chinese text with a Japanese name has hardly any.
  if (share(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu) > LEAST_KANA) return "ja";
  for (const [language, pattern] of SCRIPTS) if (share(pattern) > LEAST_SHARE) return language;
  if (share(/\p{Script=Han}/gu) > LEAST_HAN) return "zh";
  if (share(/\p{Script=Cyrillic}/gu) > LEAST_SHARE) return UKRAINIAN.test(sample) ? "uk" : "ru";
  return share(/\p{Script=Latin}/gu) > LEAST_SHARE ? byWords(sample) : "other";
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** The language most of whose words are there; a tie, and no word at all, say nothing. */
function byWords(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}]+/gu) ?? [];
  const scores = LANGUAGES.map(([language, known]) => ({
    language,
    score: words.filter((word) => known.has(word)).length,
  })).sort((a, b) => b.score - a.score);
  const [best, next] = scores;
  return best && best.score > 0 && best.score > (next?.score ?? 0) ? best.language : "other";
}
