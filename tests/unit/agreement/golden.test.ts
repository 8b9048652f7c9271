// Agreement, rater accuracy and strengths against published tables, and against Python's libraries on the same data.
import fs from "node:fs";
import { expect, test } from "vitest";
import { betaCdf, betaEstimate, betaQuantile } from "../../../server/domain/agreement/beta.ts";
import { bradleyTerry, lengthControlled, winMatrix } from "../../../server/domain/agreement/bradley-terry.ts";
import { dawidSkene } from "../../../server/domain/agreement/dawid-skene.ts";
import { cohenKappa, fleissKappa } from "../../../server/domain/agreement/kappa.ts";
import { krippendorffAlpha } from "../../../server/domain/agreement/krippendorff.ts";

const golden = JSON.parse(fs.readFileSync("tests/golden/agreement.json", "utf8"));
const close = (found: readonly number[], wanted: readonly number[], digits: number) => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i]!, digits);
};
const ratings = (rows: [number, number, number][]) => rows.map(([item, rater, label]) => ({ item, rater, label }));

test("Krippendorff's worked example: α 0.743 nominal, 0.815 ordinal", () => {
  const { units, nominal, ordinal } = golden.alpha;
  expect(krippendorffAlpha(units, "nominal")).toBeCloseTo(0.743, 3);
  expect(krippendorffAlpha(units, "ordinal")).toBeCloseTo(0.815, 3);
  expect(krippendorffAlpha(units, "nominal")).toBeCloseTo(nominal, 12);
  expect(krippendorffAlpha(units, "ordinal")).toBeCloseTo(ordinal, 12);
});

test("Fleiss' table of diagnoses: κ 0.430", () => {
  const { counts, kappa } = golden.fleiss;
  expect(fleissKappa(counts)).toBeCloseTo(0.43, 3);
  expect(fleissKappa(counts)).toBeCloseTo(kappa, 12);
});

test("Cohen's κ as statsmodels has it", () => {
  expect(cohenKappa(golden.cohen.pairs)).toBeCloseTo(golden.cohen.kappa, 12);
});

test("Dawid and Skene's anaesthetists: shares 0.40, 0.42, 0.11, 0.07 and every table of errors", () => {
  const { ratings: rows, shares, errors, truth } = golden.dawidSkene;
  const options = { items: 45, raters: 5, labels: 4, model: "confusion" } as const;
  const found = dawidSkene(ratings(rows), options);
  close([...found.shares], [0.4, 0.42, 0.11, 0.07], 2);
  close([...found.shares], shares, 6);
  for (const [rater, table] of found.errors.entries()) close([...table], errors[rater].flat(), 5);
  for (const [item, row] of found.truth.entries()) close([...row], truth[item], 4);
});

test("one accuracy per rater, as crowd-kit finds it", () => {
  const { ratings: rows, accuracy, truth } = golden.oneCoin;
  const found = dawidSkene(ratings(rows), { items: 400, raters: 5, labels: 2, model: "accuracy" });
  close(
    found.errors.map((table) => table[0]!),
    accuracy,
    4,
  );
  for (const [item, row] of found.truth.entries()) close([...row], truth[item], 3);
});

test("Agresti's baseball teams, the last at 0: 1.58, 1.44, 1.29, 1.25, 1.11, 0.68", () => {
  const { wins, strengths } = golden.baseball;
  const found = bradleyTerry(wins);
  close(found, strengths, 6);
  close(
    found.map((strength) => strength - found[6]!),
    [1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0],
    3,
  );
});

test("strengths at equal length, and the pull of length, as a logistic regression finds them", () => {
  const { comparisons: rows, strengths, coefficient } = golden.lengths;
  const comparisons = rows.map(([a, b, score, lengthDifference]: number[]) => ({ a, b, score, lengthDifference }));
  const found = lengthControlled(comparisons, 4, 1e-9);
  close(found.strengths, strengths, 5);
  expect(found.coefficient).toBeCloseTo(coefficient, 5);
  // Whoever talks more wins more: without the term that passes for strength.
  expect(bradleyTerry(winMatrix(comparisons, 4))[3]).toBeGreaterThan(1.5 * found.strengths[3]!);
});

test("the Beta distribution as scipy has it", () => {
  for (const { a, b, low, high, cdf } of golden.beta) {
    expect(betaQuantile(0.025, a, b)).toBeCloseTo(low, 9);
    expect(betaQuantile(0.975, a, b)).toBeCloseTo(high, 9);
    expect(betaCdf(0.7, a, b)).toBeCloseTo(cdf, 9);
  }
  expect(betaEstimate(9, 1)).toMatchObject({ value: 0.9 });
});
