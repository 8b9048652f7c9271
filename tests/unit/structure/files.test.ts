// Every file opens with a sentence that says what it holds, and stays short enough to be read at once.
import { expect, test } from "vitest";
import { read, sourceFiles } from "../../helpers/sources.ts";

const LONGEST = 300;

/** Files that may be longer, each with its reason. */
const LONGER: Record<string, string> = {
  "trainer/starter/corpus/refusal-phrasings.ts": "a list of wordings, not logic",
};
/** A test file is a list of cases; its length hides nothing. */
const LONGEST_TEST = 400;

/** What may stand before the opening sentence because the language wants it first. */
const PREAMBLE = /^(#!.*\n)?(\s*["']use (client|server)["'];?\s*\n)?\s*/;

test("every file opens with a sentence", () => {
  const wrong = sourceFiles().filter((file) => {
    const text = read(file).replace(PREAMBLE, "");
    const opening = /^(?:\/\/ ?.*\n)+|^\/\*\*?[\s\S]*?\*\//.exec(text)?.[0] ?? "";
    return !/[A-Z`"'\d][\s\S]*[.:]/.test(opening.replaceAll(/^\s*(\/\/|\/?\*+\/?)\s?/gm, "").trim());
  });
  expect(wrong).toEqual([]);
});

test(`no file is longer than ${LONGEST} lines without a reason`, () => {
  const long = sourceFiles().flatMap((file) => {
    const lines = read(file).split("\n").length - 1;
    return lines > (file.startsWith("tests/") ? LONGEST_TEST : LONGEST) && !(file in LONGER)
      ? [`${file}: ${lines}`]
      : [];
  });
  expect(long).toEqual([]);
});

test("every exception is still needed", () => {
  const needless = Object.keys(LONGER).filter((file) => read(file).split("\n").length - 1 <= LONGEST);
  expect(needless).toEqual([]);
});
