/** The benches' claims hold: optima that are known exactly are reached, and the monitor sees a reward model over-optimised. */

import { beforeAll, describe, expect, it } from "vitest";
import { grpoFixedPoint } from "../../../scripts/bench/grpo-fixed-point.ts";
import { allVerdicts, type Verdict } from "../../../scripts/bench/overoptimise.ts";
import { allBandits, allCourses } from "../../../scripts/bench/truth.ts";
import { type CoursePoint, makeProblem } from "../../../scripts/bench/truth-runs.ts";

describe("an enumerable policy", () => {
  const problem = makeProblem();
  let courses: Record<string, CoursePoint[]>;
  beforeAll(() => {
    courses = Object.fromEntries(allCourses(problem).map(({ name, points }) => [name, points]));
  });
  const endOf = (name: string) => courses[name]!.at(-1)!;

  it.each(["DPO", "PPO"])("%s ends within 0.05 total variation of π* ∝ ref·exp(r/β), from far away", (name) => {
    expect(courses[name]![0]!.distance).toBeGreaterThan(0.4);
    expect(endOf(name).distance).toBeLessThan(0.05);
  });

  it.each([
    ["IPO", 0.01],
    ["Dr. GRPO", 0.03],
  ])("%s ends within %d of the optimum of its own objective, which is not π*", (name, limit) => {
    expect(courses[name]![0]!.own).toBeGreaterThan(0.2);
    expect(endOf(name).own).toBeLessThan(limit);
    expect(endOf(name).distance).toBeGreaterThan(0.1);
  });

  it("KTO gains reward, at a worse price in KL than the optimum", () => {
    const [start, end] = [courses.KTO![0]!, endOf("KTO")];
    expect(end.reward).toBeGreaterThan(start.reward + 0.5);
    expect(end.reward - end.kl).toBeLessThan(endOf("DPO").reward - endOf("DPO").kl);
  });

  it("nobody gets more reward than is possible at its KL", () => {
    const value = ({ reward, kl }: { reward: number; kl: number }) => reward - problem.beta * kl;
    for (const points of Object.values(courses))
      for (const point of points) expect(value(point)).toBeLessThan(value(endOf("PPO")) + 1e-4);
  });

  it("GRPO's fixed point is a distribution, and is π*'s neighbour where the pull is strong", () => {
    const p = grpoFixedPoint(problem, 8);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    const strong = makeProblem(20);
    const [fixed, optimum] = [grpoFixedPoint(strong, 1e9), strong.optimum];
    for (const [i, q] of optimum.entries()) expect(fixed[i]).toBeCloseTo(q, 2);
  });
});

it("IPO and cDPO come to rest on two replies where theory has them", () => {
  const bandits = allBandits();
  expect(bandits).toHaveLength(6);
  for (const { name, found, expected } of bandits) expect(Math.abs(found - expected), name).toBeLessThan(0.01);
});

describe("a learned reward, optimised too far", () => {
  let verdicts: Verdict[];
  beforeAll(() => {
    verdicts = allVerdicts().verdicts;
  });

  it.each(["PPO", "best-of-K"])("%s: the monitor finds the turn near the true peak", (optimiser) => {
    const { steps, seen, peak } = verdicts.find(({ name }) => name === optimiser)!;
    const last = steps.at(-1)!;
    expect(last.proxy).toBeGreaterThan(peak.proxy);
    expect(last.truth).toBeLessThan(steps[0]!.truth);
    expect(seen.turn).not.toBeNull();
    expect(Math.abs(seen.turn!.distance - Math.sqrt(peak.kl))).toBeLessThan(0.3);
  });
});
