// How prompts are cut: the same places for the same conversation, whatever came before.
import fc from "fast-check";
import { expect, test } from "vitest";
import { cutPrompt, PIECE_TOKENS, tokensLeft } from "../../../server/inference/prompt.ts";

const prompt = (length: number, starts: number[] = []) =>
  cutPrompt({
    tokens: Int32Array.from({ length }, (_, i) => i),
    completions: starts.map((start) => ({ start, end: start + 1 })),
  }).ends;

test("a first turn is cut every piece and before its last token", () => {
  expect(prompt(1)).toEqual([]);
  expect(prompt(2)).toEqual([1]);
  expect(prompt(PIECE_TOKENS + 1)).toEqual([PIECE_TOKENS]);
  expect(prompt(300)).toEqual([128, 256, 299]);
});

test("every turn begins its pieces anew", () => {
  expect(prompt(40, [10, 25])).toEqual([9, 10, 24, 25, 39]);
  expect(prompt(200, [10])).toEqual([9, 10, 138, 199]);
});

test("a longer conversation is cut at the same places as its beginning", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 2, max: 400 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 2, max: 400 }),
      (turns, next) => {
        const starts: number[] = [];
        let length = 0;
        for (const turn of turns) {
          length += turn;
          starts.push(length);
        }
        const before = prompt(length, starts.slice(0, -1));
        const after = prompt(length + next, starts);
        expect(after.slice(0, before.length)).toEqual(before);
        expect(after[before.length]).toBe(length);
        expect(after.at(-1)).toBe(length + next - 1);
        const sizes = after.map((end, i) => end - (after[i - 1] ?? 0));
        expect(Math.min(...sizes)).toBeGreaterThan(0);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(PIECE_TOKENS);
      },
    ),
  );
});

test("a reply gets what it asked for or what is left, and at least one token", () => {
  expect(tokensLeft(100, 50, 512)).toBe(50);
  expect(tokensLeft(500, 50, 512)).toBe(12);
  expect(tokensLeft(511, 50, 512)).toBe(1);
  expect(() => tokensLeft(512, 50, 512)).toThrow(expect.objectContaining({ code: "CONTEXT_OVERFLOW" }));
});
