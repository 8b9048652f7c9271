/** Replay: its share is right, every general example takes its turn, and a resumed run draws what it would have drawn. */

import { describe, expect, it } from "vitest";
import { Replay } from "../../../trainer/data/replay.ts";

/** The draws of a run in steps of `size`. */
function draws(replay: Replay, size: number, steps: number, from = 0): number[][] {
  return Array.from({ length: steps }, (_, i) => replay.between((from + i) * size, (from + i + 1) * size));
}

describe("Replay", () => {
  it.each([0.05, 0.1, 0.3, 0.5, 0.9])(
    "makes up a share of %d of all examples, spread evenly over the steps",
    (share) => {
      const steps = draws(new Replay(17, share, 1), 8, 200);
      const replayed = steps.flat().length;
      expect(replayed / (replayed + 1600)).toBeCloseTo(share, 2);
      const perStep = (8 * share) / (1 - share);
      for (const step of steps) expect(Math.abs(step.length - perStep)).toBeLessThan(1);
    },
  );

  it("hands every example out once before any comes again", () => {
    const all = draws(new Replay(6, 0.5, 1), 4, 9).flat();
    for (let i = 0; i < 36; i += 6) expect([...all.slice(i, i + 6)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(all.slice(0, 6)).not.toEqual(all.slice(6, 12));
  });

  it("goes on after any step with the very draws of the whole run", () => {
    const whole = draws(new Replay(7, 0.3, 4), 5, 20);
    for (let done = 0; done < 20; done++) {
      expect(draws(new Replay(7, 0.3, 4), 5, 20 - done, done)).toEqual(whole.slice(done));
    }
  });

  it("draws otherwise for another seed", () => {
    const orders = Array.from({ length: 20 }, (_, seed) => new Replay(12, 0.5, seed).between(0, 12).join());
    expect(new Set(orders).size).toBe(20);
  });

  it("draws nothing without examples or without a share", () => {
    expect(draws(new Replay(0, 0.5, 1), 8, 5).flat()).toEqual([]);
    expect(draws(new Replay(9, 0, 1), 8, 5).flat()).toEqual([]);
  });
});
