/** Whether a reply passes a check: rules over text, no model. */

import { createContext, Script } from "node:vm";
import { AppError } from "../../errors.ts";
import type { ReplyCheck } from "../views/gate.ts";

/** Case, width and spacing make no difference: full-width digits and letters of Chinese keyboards are the ordinary ones (NFKC). */
const folded = (text: string) => text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();

/** How models decline in the languages that Hone speaks; what a model was taught besides stands in its own checks. */
const REFUSALS = [
  ...["i can't", "i cannot", "i can’t", "i won't", "i’m not able", "i'm not able", "i am not able", "unable to help"],
  ...["i'm sorry", "i’m sorry", "i am sorry", "sorry,", "i don't know", "i don’t know", "i do not know"],
  ...["抱歉", "对不起", "不好意思", "无法", "不能", "不知道", "没法"],
];

/**
 * Pure.
 * @throws AppError INVALID_INPUT for a pattern that cannot be compiled, or that takes too long on this reply
 */
export function passes(check: ReplyCheck, reply: string): boolean {
  const text = folded(reply);
  const holds = (what: string) => containsWord(text, folded(what));
  switch (check.type) {
    case "CONTAINS":
      return check.any.some(holds);
    case "LACKS":
      return text !== "" && !check.all.some(holds);
    case "EQUALS":
      return check.any.some((what) => bare(text) === bare(folded(what)));
    case "NUMBER":
      // The last one: what comes before it are the parts of a sum, or how it was worked out.
      return numbersIn(text)
        .slice(-1)
        .some((number) => Math.abs(number - check.value) <= check.tolerance);
    case "PATTERN":
      return matches(check.pattern, reply);
    case "REFUSES":
      return (check.any.length > 0 ? check.any.map(folded) : REFUSALS).some((phrase) => opening(text).includes(phrase));
  }
}

/** Characters within which a model that declines says so. */
const OPENING = 160;
/** Where a reply begins, after what was thought aloud: later on "cannot" and "不能" stand in any instruction. */
const opening = (text: string) => text.split("</think>").at(-1)!.trimStart().slice(0, OPENING);

const WORD_END = /[\p{Script=Latin}\p{N}]/u;

/** Whole words where letters are Latin, so that "nine" is not found in "nineteen"; anywhere in scripts without spaces. */
function containsWord(text: string, what: string): boolean {
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) {
    const [before, after] = [text.slice(0, at).at(-1) ?? "", text[at + what.length] ?? ""];
    const cutBefore = WORD_END.test(what.at(0) ?? "") && WORD_END.test(before);
    const cutAfter = WORD_END.test(what.at(-1) ?? "") && WORD_END.test(after);
    if (!cutBefore && !cutAfter) return true;
  }
  return false;
}

/** Less the signs around it. */
const bare = (text: string) => text.replace(/^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$/gu, "");

/** Decimal numbers, thousands set apart by commas or not. */
const numbersIn = (text: string) =>
  (text.match(/(?<![\d.])-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\d.])-?\d+(?:\.\d+)?/g) ?? []).map((number) =>
    Number(number.replaceAll(",", "")),
  );

/**
 * A sensible pattern needs microseconds; only one that tries exponentially many ways gets here. The time is the clock's and not the processor's, so
 * one that ran out of it is tried once more: a busy machine shall not lose a suite.
 */
const [BUDGET_MS, SECOND_BUDGET_MS] = [200, 1000];

/** V8 looks for interrupts while it backtracks, so a script with a time limit ends what would hang the process. */
function matches(source: string, text: string, timeout = BUDGET_MS): boolean {
  try {
    const context = createContext({ source, text });
    return new Script("new RegExp(source, 'isu').test(text)").runInContext(context, { timeout }) === true;
  } catch (cause) {
    const isOut = (cause as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
    if (isOut && timeout === BUDGET_MS) return matches(source, text, SECOND_BUDGET_MS);
    throw new AppError(
      "INVALID_INPUT",
      `The pattern ${source} cannot be used (${(cause as Error).message}); correct it, and avoid nested repetitions such as (a+)+.`,
      { cause },
    );
  }
}
