/** AdamW and gradient sums by hand-computed values. */

import { expect, test } from "vitest";
import { ParameterSet } from "../../../trainer/engine/parameters.ts";

const HYPER = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.5, clipNorm: 1 };

test("two AdamW steps equal the formula", () => {
  const weight = Float32Array.of(1, -2);
  const bias = Float32Array.of(3);
  const set = new ParameterSet([
    { name: "matrix", shape: [1, 2], data: weight },
    { name: "bias", shape: [1], data: bias },
  ]);
  set.addGradient("matrix", Float32Array.of(0.5, -4));
  set.addGradient("bias", Float32Array.of(2));
  set.adamW(HYPER, 1);
  // The first step moves by the learning rate against the gradient's sign, whatever its size; only matrices decay.
  expect(weight[0]).toBeCloseTo(1 * (1 - 0.05) - 0.1, 6);
  expect(weight[1]).toBeCloseTo(-2 * (1 - 0.05) + 0.1, 6);
  expect(bias[0]).toBeCloseTo(3 - 0.1, 6);

  set.addGradient("bias", Float32Array.of(-6));
  set.adamW(HYPER, 0.5); // clipped to half: the gradient is −3
  const first = (0.9 * 0.1 * 2 + 0.1 * -3) / (1 - 0.9 ** 2);
  const second = (0.99 * 0.01 * 4 + 0.01 * 9) / (1 - 0.99 ** 2);
  expect(bias[0]).toBeCloseTo(2.9 - (0.1 * first) / Math.sqrt(second), 6);
  expect(weight[0]).toBeCloseTo(0.85, 6); // no gradient, no step, no decay
});

test("gradient rows of repeated ids add up", () => {
  const table = new Float32Array(6);
  const set = new ParameterSet([{ name: "table", shape: [3, 2], data: table }]);
  set.addGradientRows("table", Int32Array.of(2, 0, 2), Float32Array.of(1, 2, 3, 4, 5, 6));
  expect(set.squaredGradient()).toBe(3 ** 2 + 4 ** 2 + 6 ** 2 + 8 ** 2);
  set.discard();
  expect(set.hasGradient()).toBe(false);
});

test("a snapshot is a copy", () => {
  const set = new ParameterSet([{ name: "w", shape: [1, 1], data: Float32Array.of(1) }]);
  const snapshot = set.snapshot();
  set.addGradient("w", Float32Array.of(1));
  set.adamW(HYPER, 1);
  expect(snapshot.weights[0]!.data[0]).toBe(1);
  set.restore(snapshot);
  expect(set.snapshot()).toEqual(snapshot);
});
