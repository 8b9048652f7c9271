/** SFT's loss and gradient against hand values and finite differences. */

import { describe, expect, it } from "vitest";
import { completionLogProb, ObjectiveError, sigmoid, softplus } from "../../../trainer/objectives/numeric.ts";
import { sft, sftGradient } from "../../../trainer/objectives/sft.ts";
import { addMetrics, tokenMean } from "../../../trainer/objectives/token-metrics.ts";

const rows = [Float64Array.of(-1, -2, -3), Float64Array.of(-4)];

describe("sft", () => {
  it("is the mean of −log p over tokens, not over examples", () => {
    expect(sft(rows, { weights: [1, 1], totalWeight: 4 }).loss).toBe(2.5);
  });

  it("counts an example's weight for each of its tokens", () => {
    // (2·6 + 1·4) / (2·3 + 1·1)
    expect(sft(rows, { weights: [2, 1], totalWeight: 7 }).loss).toBeCloseTo(16 / 7, 14);
  });

  it("has the gradient that finite differences find", () => {
    const options = { weights: [2, 0.5], totalWeight: 6.5 };
    const { gradient } = sft(rows, options);
    const h = 1e-6;
    for (const [i, row] of rows.entries()) {
      for (const k of row.keys()) {
        const lossWith = (change: number) => {
          const moved = rows.map((r) => r.slice());
          moved[i]![k]! += change;
          return sft(moved, options).loss;
        };
        expect((lossWith(h) - lossWith(-h)) / (2 * h)).toBeCloseTo(gradient[i]![k]!, 8);
      }
    }
  });

  it("knows its gradient before the log-probabilities", () => {
    const options = { weights: [1, 1], totalWeight: 4 };
    expect(sftGradient([3, 1], options)).toEqual(sft(rows, options).gradient);
  });

  it("refuses an empty completion and bad weights", () => {
    expect(() => sft([new Float64Array(0)], { weights: [1], totalWeight: 1 })).toThrow(ObjectiveError);
    expect(() => completionLogProb(new Float64Array(0))).toThrow(/at least one token/);
    expect(() => sftGradient([1], { weights: [0], totalWeight: 1 })).toThrow(/weights above 0/);
  });
});

describe("shared formulae", () => {
  it.each([-800, -40, -1, 0, 1, 40, 800])("sigmoid and softplus are finite and consistent at %d", (x) => {
    expect(sigmoid(x) + sigmoid(-x)).toBeCloseTo(1, 15);
    expect(softplus(x) - softplus(-x)).toBeCloseTo(x, 12);
    expect(Number.isFinite(softplus(x))).toBe(true);
  });

  it("softplus keeps small values", () => {
    expect(softplus(-40)).toBeCloseTo(Math.exp(-40), 30);
  });

  it("token means and metrics add up over parts", () => {
    const total = {};
    addMetrics(total, { entropy: tokenMean(rows.slice(0, 1), 4) });
    addMetrics(total, { entropy: tokenMean(rows.slice(1), 4) });
    expect(total).toEqual({ entropy: -2.5 });
  });
});
