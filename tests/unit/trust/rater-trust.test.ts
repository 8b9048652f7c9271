// How far a rater is trusted, and what the words of several make of a pair.
import { expect, test } from "vitest";
import {
  initialAccuracy,
  type PreferenceVote,
  raterAccuracies,
  trustWeight,
  wrongProbability,
} from "../../../server/domain/rater-trust.ts";

/** The rater says the truth about so many of the items, and the opposite of the rest. */
const votes = (rater: number, right: number, wrong: number): PreferenceVote[] =>
  Array.from({ length: right + wrong }, (_, item) => ({ item, rater, label: item < right ? 0 : 1, weight: 1 }));
const known = (items: number) => new Map(Array.from({ length: items }, (_, item) => [item, 0]));

test("before anything is known admins and annotators start better than people who came by themselves", () => {
  expect(["ADMIN", "ANNOTATOR", "USER"].map((role) => initialAccuracy(role as "USER").value)).toEqual([
    0.9, 0.85, 0.75,
  ]);
  expect(initialAccuracy("ANNOTATOR").confirmed).toBe(true);
  expect(initialAccuracy("USER").confirmed).toBe(false);
});

test("gold alone: pseudo-counts and counts, by hand", () => {
  const [annotator, person] = raterAccuracies(
    ["ANNOTATOR", "USER"],
    [...votes(0, 18, 2), ...votes(1, 18, 2)],
    20,
    known(20),
  );
  expect(annotator!.value).toBeCloseTo((8.5 + 18) / 30, 12);
  expect(person!.value).toBeCloseTo((3 + 18) / 24, 12);
  expect(person!.confirmed).toBe(true);
  expect(annotator!.low).toBeGreaterThan(0.7);
  expect(annotator!.high).toBeLessThan(0.98);
});

test("an annotator who fails gold is confirmed no longer, and vouches for nobody", () => {
  const [annotator] = raterAccuracies(["ANNOTATOR"], votes(0, 10, 20), 30, known(30));
  expect(annotator).toMatchObject({ confirmed: false });
  expect(annotator!.value).toBeLessThan(0.5);
});

test("people are measured against annotators and never against each other", () => {
  const alone = raterAccuracies(
    ["USER", "USER", "USER"],
    [...votes(0, 50, 0), ...votes(1, 50, 0), ...votes(2, 50, 0)],
    50,
  );
  for (const rater of alone) expect(rater).toEqual(initialAccuracy("USER"));
  const [, , good, bad] = raterAccuracies(
    ["ANNOTATOR", "ANNOTATOR", "USER", "USER"],
    [...votes(0, 40, 0), ...votes(1, 40, 0), ...votes(2, 36, 4), ...votes(3, 8, 32)],
    40,
  );
  expect(good).toMatchObject({ confirmed: true });
  expect(bad).toMatchObject({ confirmed: false });
  expect(bad!.high).toBeLessThan(0.5);
});

test("one lone word says nothing of who said it; of an annotator too", () => {
  expect(raterAccuracies(["ANNOTATOR"], votes(0, 30, 0), 30)[0]).toEqual(initialAccuracy("ANNOTATOR"));
});

test("of three annotators the one who stands against the others is found out without gold", () => {
  const [a, b, odd] = raterAccuracies(
    ["ANNOTATOR", "ANNOTATOR", "ANNOTATOR"],
    [...votes(0, 38, 2), ...votes(1, 39, 1), ...votes(2, 20, 20)],
    40,
  );
  expect(Math.min(a!.value, b!.value)).toBeGreaterThan(0.85);
  expect(odd!.value).toBeLessThan(0.65);
});

const word = (accuracy: number, agrees = true, confirmed = true) => ({ accuracy, agrees, confirmed });

test("ε by Bayes: odds multiply", () => {
  expect(wrongProbability([word(0.9)])).toBeCloseTo(0.1, 12);
  expect(wrongProbability([word(0.9), word(0.8)])).toBeCloseTo(1 / (1 + 9 * 4), 12);
  expect(wrongProbability([word(0.9), word(0.8, false)])).toBeCloseTo(4 / (9 + 4), 12);
  expect(wrongProbability([word(0.8), word(0.8, false)])).toBeCloseTo(0.5, 12);
});

test("nobody's word is turned round, and a hundred strangers count as one", () => {
  expect(wrongProbability([word(0.2)])).toBeCloseTo(0.5, 12);
  const strangers = Array.from({ length: 100 }, () => word(0.75, true, false));
  expect(wrongProbability(strangers)).toBeCloseTo(0.25, 12);
  expect(wrongProbability([...strangers.map((one) => ({ ...one, agrees: false })), word(0.9)])).toBeLessThan(0.5);
});

test("an admin's word counts 1, less certain ones less, none nothing at all", () => {
  expect(trustWeight(0.1)).toBeCloseTo(1, 12);
  expect(trustWeight(0.02)).toBe(1);
  expect(trustWeight(0.25)).toBeCloseTo(0.625, 12);
  expect(trustWeight(0.499)).toBe(0.01);
});
