/** DPO's loss against hand values, its gradient against finite differences, its behaviour at the extremes. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dpo, type PairLogProbs } from "../../../trainer/objectives/dpo.ts";
import { ObjectiveError } from "../../../trainer/objectives/numeric.ts";

const batch = (...pairs: [number, number, number, number][]): PairLogProbs => ({
  policyChosen: Float64Array.from(pairs, (p) => p[0]),
  policyRejected: Float64Array.from(pairs, (p) => p[1]),
  referenceChosen: Float64Array.from(pairs, (p) => p[2]),
  referenceRejected: Float64Array.from(pairs, (p) => p[3]),
});
const ones = (n: number) => ({ weights: new Float64Array(n).fill(1), totalWeight: n });

describe("dpo", () => {
  it("is ln 2 with zero rewards where policy and reference agree", () => {
    const { loss, gradient, metrics } = dpo(batch([-12, -30, -12, -30], [-5, -4, -5, -4]), { beta: 0.1, ...ones(2) });
    expect(loss).toBeCloseTo(Math.LN2, 15);
    expect([...gradient.chosen]).toEqual([-0.025, -0.025]);
    expect([...gradient.rejected]).toEqual([0.025, 0.025]);
    expect(metrics["rewards/margins"]).toBe(0);
    expect(metrics["rewards/accuracies"]).toBe(0);
    expect(metrics["logps/chosen"]).toBe(-8.5);
    expect(metrics["logps/rejected"]).toBe(-17);
  });

  it("gives the value worked out by hand", () => {
    // h = (−10 + 12) − (−20 + 17) = 5; β·h = 0.5; loss = ln(1 + e^−0.5); gradient = −0.1 / (1 + e^0.5)
    const { loss, gradient, metrics } = dpo(batch([-10, -20, -12, -17]), { beta: 0.1, ...ones(1) });
    expect(loss).toBeCloseTo(0.4740769841801067, 14);
    expect(gradient.chosen[0]).toBeCloseTo(-0.03775406687981454, 15);
    expect(metrics["rewards/chosen"]).toBeCloseTo(0.2, 14);
    expect(metrics["rewards/rejected"]).toBeCloseTo(-0.3, 14);
    expect(metrics["rewards/margins"]).toBeCloseTo(0.5, 14);
    expect(metrics["rewards/accuracies"]).toBe(1);
  });

  it("has the gradient that finite differences find, for any pair and weight", () => {
    const logProb = fc.double({ min: -60, max: 0, noNaN: true });
    const pair = fc.tuple(logProb, logProb, logProb, logProb);
    const weight = fc.double({ min: 0.1, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(pair, weight), { minLength: 1, maxLength: 4 }), (rows) => {
        const weights = rows.map(([, w]) => w);
        const options = { beta: 0.3, weights, totalWeight: weights.reduce((a, b) => a + b) };
        const pairs = rows.map(([p]) => p);
        const { gradient } = dpo(batch(...pairs), options);
        const lossWith = (i: number, side: 0 | 1, change: number) => {
          const moved = pairs.map((p) => [...p] as [number, number, number, number]);
          moved[i]![side] += change;
          return dpo(batch(...moved), options).loss;
        };
        const h = 1e-5;
        for (let i = 0; i < pairs.length; i++) {
          const slope = (side: 0 | 1) => (lossWith(i, side, h) - lossWith(i, side, -h)) / (2 * h);
          expect(slope(0)).toBeCloseTo(gradient.chosen[i]!, 8);
          expect(slope(1)).toBeCloseTo(gradient.rejected[i]!, 8);
        }
      }),
    );
  });

  it("stays finite and exact at huge margins on either side", () => {
    const won = dpo(batch([0, -1e5, 0, 0]), { beta: 0.1, ...ones(1) });
    expect(won.loss).toBe(0);
    expect(won.gradient.chosen[0]).toBe(-0);
    const lost = dpo(batch([-1e5, 0, 0, 0]), { beta: 0.1, ...ones(1) });
    expect(lost.loss).toBe(1e4);
    expect(lost.gradient.chosen[0]).toBe(-0.1);
  });

  it("keeps the last digits of a small loss", () => {
    // −ln σ(40) = 4.248354255291589e-18: the naive formula −ln(1/(1 + e^−40)) gives 0.
    expect(dpo(batch([0, -400, 0, 0]), { beta: 0.1, ...ones(1) }).loss).toBeCloseTo(4.248354255291589e-18, 30);
  });

  it("weighs pairs, and micro-batches add up to the whole step", () => {
    const rows: [number, number, number, number][] = [
      [-10, -20, -12, -17],
      [-3, -2, -4, -5],
      [-7, -7, -6, -9],
    ];
    const weights = [1, 0.5, 2];
    const whole = dpo(batch(...rows), { beta: 0.1, weights, totalWeight: 3.5 });
    const parts = rows.map((row, i) => dpo(batch(row), { beta: 0.1, weights: [weights[i]!], totalWeight: 3.5 }));
    for (const [name, value] of Object.entries(whole.metrics))
      expect(parts.reduce((total, part) => total + part.metrics[name]!, 0)).toBeCloseTo(value, 12);
    expect(parts.map((part) => part.gradient.chosen[0])).toEqual([...whole.gradient.chosen]);
    const doubled = dpo(batch(rows[0]!, rows[0]!, rows[1]!), { beta: 0.1, ...ones(3) });
    const weighted = dpo(batch(rows[0]!, rows[1]!), { beta: 0.1, weights: [2, 1], totalWeight: 3 });
    expect(weighted.loss).toBeCloseTo(doubled.loss, 14);
  });

  it.each([
    ["a weight of zero", [0]],
    ["a negative weight", [-1]],
    ["a weight that is no number", [Number.NaN]],
    ["too few weights", []],
  ])("refuses %s", (_, weights) => {
    expect(() => dpo(batch([-1, -2, -1, -2]), { beta: 0.1, weights, totalWeight: 1 })).toThrow(ObjectiveError);
  });

  it("refuses a beta that is not above 0 and arrays of different lengths", () => {
    expect(() => dpo(batch([-1, -2, -1, -2]), { beta: 0, ...ones(1) })).toThrow(/beta above 0/);
    const uneven = { ...batch([-1, -2, -1, -2]), referenceRejected: new Float64Array(2) };
    expect(() => dpo(uneven, { beta: 0.1, ...ones(1) })).toThrow(/Expected 1 log-probabilities in referenceRejected/);
  });
});
