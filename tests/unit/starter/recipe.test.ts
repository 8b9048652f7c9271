/** The starter's schedule: phases follow each other and the learning rate does what the recipe says. */

import { expect, it } from "vitest";
import { decayStart, learningRateAt, phaseOf, RECIPE, totalSteps } from "../../../trainer/starter/recipe.ts";

it("warms up, holds, falls, and falls once more", () => {
  const rates = Array.from({ length: totalSteps(RECIPE) }, (_, step) => learningRateAt(step, RECIPE));
  const start = decayStart(RECIPE);
  expect(rates[0]).toBeCloseTo(RECIPE.learningRate / RECIPE.warmUpSteps, 12);
  expect(new Set(rates.slice(RECIPE.warmUpSteps - 1, start + 1))).toEqual(new Set([RECIPE.learningRate]));
  const falls = (from: number, to: number) => rates.slice(from + 1, to).every((rate, i) => rate < rates[from + i]!);
  expect(falls(start, RECIPE.steps)).toBe(true);
  expect(rates[RECIPE.steps]).toBeCloseTo(RECIPE.finishRate, 12);
  expect(falls(RECIPE.steps, totalSteps(RECIPE))).toBe(true);
});

it("does not depend on the length of the run before the decay", () => {
  const longer = { ...RECIPE, steps: RECIPE.steps + 1000 };
  for (let step = 0; step < decayStart(RECIPE); step++) {
    expect(learningRateAt(step, longer)).toBe(learningRateAt(step, RECIPE));
  }
});

it("goes through its phases in order", () => {
  const phases = Array.from({ length: totalSteps(RECIPE) }, (_, step) => phaseOf(step, RECIPE));
  expect([...new Set(phases)]).toEqual(["steady", "decay", "finish"]);
  expect(phases.indexOf("decay")).toBe(decayStart(RECIPE));
  expect(phases.indexOf("finish")).toBe(RECIPE.steps);
});
