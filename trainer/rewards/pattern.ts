/** Regular expressions that people type: compiled once, and never able to hang the trainer. */

import { createContext, Script } from "node:vm";
import { TrainerError } from "../errors.ts";

/** A sensible expression needs microseconds; only one that tries exponentially many ways gets here. */
const BUDGET_MS = 1000;

/** What a text matched, then what each group found, undefined for one that took no part; null without a match. */
export type Pattern = (text: string) => readonly (string | undefined)[] | null;

/**
 * Compiles an expression with the flags `u` and `s`. V8's expressions look for interrupts while they backtrack, so the time limit of
 * a script in a context of its own ends even an exponential one. Such a run is refused instead of giving that reply
 * nothing: what a reply earns must not depend on how fast the machine is.
 * @throws TrainerError BAD_CONFIG for an expression that cannot be compiled; the pattern throws it when out of time
 */
export function pattern(source: string): Pattern {
  try {
    new RegExp(source, "us");
  } catch (cause) {
    throw new TrainerError(
      "BAD_CONFIG",
      `The reward's pattern is not a regular expression (${(cause as Error).message}); correct it.`,
      { cause },
    );
  }
  const context = createContext({ source, text: "", expression: null });
  new Script("expression = new RegExp(source, 'us')").runInContext(context);
  const search = new Script("expression.exec(text)");
  return (text) => {
    context.text = text;
    try {
      return search.runInContext(context, { timeout: BUDGET_MS }) as RegExpExecArray | null;
    } catch (cause) {
      throw new TrainerError(
        "BAD_CONFIG",
        `The reward's pattern ${source} took more than ${BUDGET_MS / 1000} s on a reply of ${text.length} characters: it can ` +
          "match in too many ways. Avoid nested repetitions such as (a+)+.",
        { cause },
      );
    }
  };
}
