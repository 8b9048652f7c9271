/** Style of a reply in figures that need no model: by its surface alone. */

/** Each figure with the least deviation it is measured by: where live never varies, one odd reply is no drift. */
export const STYLE_FEATURES = {
  /** Characters per sentence. */
  sentenceLength: 8,
  /** Pictures per sentence. */
  pictures: 0.25,
  /** Share of lines that are headings, list items or code fences. */
  markup: 0.1,
  /** Exclamation marks per sentence. */
  exclamations: 0.25,
  /** Question marks per sentence. */
  questions: 0.25,
  /** Share of letters that are Latin: an answer in another language. */
  latin: 0.15,
  /** Share of three-character sequences that occurred before in the same reply: going round in circles. */
  repetition: 0.1,
} as const;
export type StyleFeature = keyof typeof STYLE_FEATURES;

export function styleOf(reply: string): Record<StyleFeature, number> {
  const text = reply.trim();
  const count = (what: RegExp) => text.match(what)?.length ?? 0;
  const sentences = Math.max(1, text.split(/[.!?。！？\n]+/u).filter((part) => part.trim() !== "").length);
  const lines = text.split("\n");
  const letters = count(/\p{L}/gu);
  return {
    sentenceLength: text.length / sentences,
    pictures: count(/\p{Extended_Pictographic}/gu) / sentences,
    markup: lines.filter((line) => /^\s*(?:#{1,6} |[-*+] |\d+[.)] |```)/.test(line)).length / lines.length,
    exclamations: count(/[!！]/gu) / sentences,
    questions: count(/[?？]/gu) / sentences,
    latin: letters === 0 ? 0 : count(/\p{Script=Latin}/gu) / letters,
    repetition: repetitionOf(text),
  };
}

function repetitionOf(text: string): number {
  const all = Math.max(0, text.length - 2);
  if (all === 0) return 0;
  return 1 - new Set(Array.from({ length: all }, (_, i) => text.slice(i, i + 3))).size / all;
}
