// Looking after every single observation costs no more false alarms than was promised, and what is worse is found out.
import { describe, expect, test } from "vitest";
import { playCoin, playProportions, playSame, playStages } from "./simulate.ts";

const ALPHA = 0.05;
const null20 = { runs: 1_500, observations: 600, bar: 1 / ALPHA };

describe("false alarms under continuous looking stay below α = 0.05", () => {
  test.each([
    { arm: 0.5, control: 0.5, share: 0.5, seed: 1 },
    { arm: 0.9, control: 0.9, share: 0.5, seed: 2 },
    { arm: 0.7, control: 0.7, share: 0.05, seed: 3 },
    { arm: 0.02, control: 0.02, share: 0.3, seed: 4 },
    // One-sided: an arm that is better is stopped even less.
    { arm: 0.75, control: 0.6, share: 0.5, seed: 5 },
  ])("two proportions $arm and $control, $share of them the arm's", (world) => {
    expect(playProportions({ ...null20, ...world }).crossed).toBeLessThanOrEqual(ALPHA);
  });

  test.each([0.5, 0.6])("an arm that wins %f of its comparisons", (wins) => {
    expect(playCoin({ seed: 6, runs: 1_500, comparisons: 400, wins, bar: 1 / ALPHA }).crossed).toBeLessThanOrEqual(
      ALPHA,
    );
  });

  test("a share that grows, where displeasure is told ten times as soon: only conversations of the same share are compared", () => {
    const world = { seed: 10, runs: 100, perMinute: 20, shares: [0.01, 0.1, 0.5], minutes: 60, bad: 0.2 };
    const play = (sameShare: boolean) => playStages({ ...world, delays: { bad: 1, good: 10 }, bar: 100, sameShare });
    expect(play(true)).toBeLessThanOrEqual(0.01);
    // Otherwise the young and displeased of an arm that has just been given more would be its undoing.
    expect(play(false)).toBeGreaterThan(0.03);
  });

  test("all five metrics of a whole canary together", () => {
    expect(playSame({ seed: 7, runs: 600, words: 1_500 })).toBeLessThanOrEqual(ALPHA);
  });
});

describe("what is worse is stopped, at the bar of five metrics (100)", () => {
  const bar = 5 / ALPHA;
  test.each([
    { arm: 0.5, control: 0.8, share: 0.5, within: 350 },
    { arm: 0.5, control: 0.8, share: 0.1, within: 800 },
    { arm: 0.4, control: 0.98, share: 0.01, within: 1_200 },
  ])("$control falls to $arm with $share of the traffic: nine of ten within $within", ({ within, ...world }) => {
    const { p90 } = playProportions({ ...world, seed: 8, runs: 300, observations: 4_000, bar });
    expect(p90).toBeLessThanOrEqual(within);
  });

  test("an arm that loses two comparisons of three: nine of ten within 250", () => {
    const { p90 } = playCoin({ seed: 9, runs: 300, comparisons: 1_000, wins: 1 / 3, bar });
    expect(p90).toBeLessThanOrEqual(250);
  });
});
