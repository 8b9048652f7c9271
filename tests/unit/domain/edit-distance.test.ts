// The edit distance against the plain table that everybody knows, and at sizes where the plain table would not end.
import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance } from "../../../server/domain/edit-distance.ts";

/** The recurrence of Wagner and Fischer, row by row. */
function plain(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, x] of a.entries()) {
    const next = [i + 1];
    for (const [j, y] of b.entries()) next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (x === y ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

test.each([
  ["kitten", "sitting", 3],
  ["", "abc", 3],
  ["same", "same", 0],
  ["Der Hund 🐕", "Der Hund 🐈", 1],
])("%s → %s", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test("equals the plain table for any texts, over the borders of words of 32 as well", () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 140, size: "max" }),
    fc.string({ unit: "grapheme", maxLength: 70, size: "max" }),
  );
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(editDistance(a, b)).toBe(plain(a, b));
    }),
    { numRuns: 2_000 },
  );
});

test("a change in a long text costs what it costs there; of texts too long to compare it is the longer length", () => {
  const text = "The quick brown fox. ".repeat(3_000);
  expect(editDistance(text, text.replace("quick", "quiet"))).toBe(2);
  const [long, longer] = ["a".repeat(70_000), `b${"c".repeat(70_000)}`];
  expect(editDistance(long, longer)).toBe(70_001);
});
