// What figures mean in words: agreement by its thresholds, leanings by their interval, the strongest adapter, the matrix of raters.
import { describe, expect, it } from "vitest";
import { agreementVerdict, leaning, matrixOf, strongest } from "../../../app/admin/annotation/_lib/verdict.ts";

const estimate = (value: number, low: number, high: number) => ({ value, low, high });
const adapter = (adapterId: string | null, value: number, low: number, high: number) => ({
  ...{ adapterId, sha256: adapterId, release: null, wins: 0, losses: 0, ties: 0 },
  strength: estimate(value, low, high),
});

describe("agreement in words", () => {
  it("goes by Krippendorff's thresholds", () => {
    expect(agreementVerdict(estimate(0.8, 0.7, 0.9))).toBe("high");
    expect(agreementVerdict(estimate(0.79, 0.7, 0.9))).toBe("middle");
    expect(agreementVerdict(estimate(0.5, 0.3, 0.7))).toBe("low");
  });

  it("is called none while chance alone would explain it, however high the value", () => {
    expect(agreementVerdict(estimate(0.9, -0.1, 1))).toBe("none");
    expect(agreementVerdict(estimate(-0.3, -0.6, -0.1))).toBe("none");
  });
});

it("a leaning is called one only where the whole interval leans", () => {
  expect(leaning(estimate(0.6, 0.52, 0.7), 0.5)).toBe("above");
  expect(leaning(estimate(0.4, 0.3, 0.49), 0.5)).toBe("below");
  expect(leaning(estimate(0.9, 0.4, 1), 0.5)).toBe("neither");
});

describe("the strongest adapter", () => {
  it("is settled where its interval lies above the base model", () => {
    const best = strongest([adapter(null, 0, 0, 0), adapter("a", 40, 5, 80), adapter("b", 90, -10, 150)]);
    expect(best).toMatchObject({ adapter: { adapterId: "b" }, settled: false });
    expect(strongest([adapter(null, 0, 0, 0), adapter("a", 40, 5, 80)])).toMatchObject({ settled: true });
  });

  it("is none where nothing is ahead of the base model", () => {
    expect(strongest([adapter(null, 0, 0, 0), adapter("a", -40, -80, 5)])).toBeNull();
    expect(strongest([])).toBeNull();
  });
});

it("the matrix has every rater once and each figure on both sides", () => {
  const between = [
    { a: { id: "x" }, b: { id: "y" }, kappa: 0.5 },
    { a: { id: "y" }, b: { id: "z" }, kappa: 0.2 },
  ];
  const { people, of } = matrixOf(between);
  expect(people.map(({ id }) => id)).toEqual(["x", "y", "z"]);
  expect(of("z", "y")).toBe(between[1]);
  expect(of("y", "x")).toBe(between[0]);
  expect(of("x", "z")).toBeNull();
});
