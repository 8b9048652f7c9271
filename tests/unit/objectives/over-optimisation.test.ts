/** The monitor of over-optimisation finds turns that are there, at the right place, and none that are not. */

import { describe, expect, it } from "vitest";
import { type Optimiser, overOptimisation, type RewardPoint } from "../../../trainer/over-optimisation.ts";
import { seededRandom } from "../../helpers/tiny-model.ts";

type Curve = (d: number) => number;
const rl =
  (alpha: number, beta: number): Curve =>
  (d) =>
    d === 0 ? 0 : d * (alpha - beta * Math.log(d));
const bestOfN =
  (alpha: number, beta: number): Curve =>
  (d) =>
    d * (alpha - beta * d);

/** 60 points from no distance to `farthest`, with normal noise of this deviation on both rewards. */
function series(proxy: Curve, heldOut: Curve, noise: number, seed: number, farthest = 6): RewardPoint[] {
  const uniform = seededRandom(seed);
  const normal = () => noise * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: 60 }, (_, i) => {
    const d = (farthest * i) / 59;
    return { kl: d * d, proxy: proxy(d) + normal(), heldOut: heldOut(d) + normal() };
  });
}
const SEEDS = Array.from({ length: 100 }, (_, i) => i + 1);
const rising: Curve = (d) => 0.9 * d;

describe("a turn is found", () => {
  // d·(1 − 0.6·ln d) is highest at e^(1/0.6 − 1) = 1.948; d·(1 − 0.2·d) at 2.5
  it.each<[Optimiser, Curve, number]>([
    ["rl", rl(1, 0.6), Math.exp(1 / 0.6 - 1)],
    ["best-of-n", bestOfN(1, 0.2), 2.5],
  ])("of %s, by its own law and without being told it", (optimiser, heldOut, peak) => {
    const clean = overOptimisation(series(rising, heldOut, 0, 1), optimiser);
    expect(clean.fit!.peak).toBeCloseTo(peak, 8);
    expect(clean.fit!.residual).toBeLessThan(1e-9);
    expect(Math.abs(clean.turn!.distance - peak)).toBeLessThan(0.15);
    for (const seed of SEEDS) {
      const { fit, turn } = overOptimisation(series(rising, heldOut, 0.05, seed), optimiser);
      expect(turn, `seed ${seed}`).not.toBeNull();
      expect(Math.abs(turn!.distance - peak), `seed ${seed}`).toBeLessThan(0.7);
      expect(Math.abs(fit!.peak! - peak), `seed ${seed}`).toBeLessThan(0.25);
    }
  });

  it("where the held-out reward falls from the outset", () => {
    const { turn } = overOptimisation(
      series(rising, (d) => -0.3 * d, 0.05, 1),
      "rl",
    );
    expect(turn!.index).toBeLessThan(6);
  });

  it("only once it has happened", () => {
    const points = series(rising, rl(1, 0.6), 0.03, 1);
    const first = points.findIndex((_, n) => overOptimisation(points.slice(0, n + 1), "rl").turn !== null);
    // The peak is at point 19; the alarm comes after it and long before the end.
    expect(first).toBeGreaterThan(19);
    expect(first).toBeLessThan(45);
  });
});

describe("no turn is found", () => {
  it.each<[string, Curve, Curve]>([
    ["both keep rising", rising, (d) => 0.5 * d],
    ["the held-out reward levels off", rising, (d) => 1 - Math.exp(-2 * d)],
    ["nothing happens at all", () => 0, () => 0],
    ["only the proxy rises", rising, () => 0],
    ["both fall: a broken run, not over-optimisation", (d) => -d, (d) => -d],
    ["before the peak", rising, rl(1, 0.3)],
  ])("where %s", (_, proxy, heldOut) => {
    for (const seed of SEEDS) {
      const points = series(proxy, heldOut, 0.1, seed, 4);
      expect(overOptimisation(points, "rl").turn, `seed ${seed}`).toBeNull();
    }
  });

  it("in too few points, of too few distances, and where the policy went back towards the reference", () => {
    expect(overOptimisation([], "rl")).toEqual({ distances: [], fit: null, turn: null });
    const same = Array.from({ length: 20 }, () => ({ kl: -0.01, proxy: 1, heldOut: 1 }));
    expect(overOptimisation(same, "rl")).toEqual({ distances: same.map(() => 0), fit: null, turn: null });
  });
});
