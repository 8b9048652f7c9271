// The sequential tests against the same figures computed another way in Python, and against values worked out by hand.
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { logEvidenceOfLosing } from "../../../server/domain/sequential/coin.ts";
import { differenceOfShares } from "../../../server/domain/sequential/difference.ts";
import { noProportions, observe, tallies } from "../../../server/domain/sequential/two-proportions.ts";

const golden = JSON.parse(fs.readFileSync("tests/golden/sequential.json", "utf8")) as {
  twoProportions: { labels: number[]; goods: number[]; logWorse: number; logBetter: number; peakWorse: number }[];
  coin: { wins: number; losses: number; log: number }[];
  newcombe: { a: [number, number]; b: [number, number]; low: number; high: number }[];
};

describe("two proportions", () => {
  test.each(golden.twoProportions)("stream of $labels.length observations", ({ labels, goods, ...wanted }) => {
    let state = noProportions();
    for (const [i, label] of labels.entries()) state = observe(state, { onArm: label === 1, good: goods[i] === 1 });
    expect(state.logWorse).toBeCloseTo(wanted.logWorse, 9);
    expect(state.logBetter).toBeCloseTo(wanted.logBetter, 9);
    expect(state.peakWorse).toBeCloseTo(wanted.peakWorse, 9);
    const { arm, control } = tallies(state);
    expect(arm.n + control.n).toBe(labels.length);
    expect(arm.good + control.good).toBe(goods.reduce((sum, good) => sum + good, 0));
  });

  test("the first block bets nothing, and the second what the first has shown", () => {
    const add = (onArm: boolean, good: boolean, to = noProportions()) => observe(to, { onArm, good });
    const first = add(false, true, add(true, false));
    expect(first.logWorse).toBe(0);
    // θ = 0.18/1.36 and 1.18/1.36, their mean is ½: (1.18/1.36/½)².
    const second = add(false, true, add(true, false, first));
    expect(second.logWorse).toBeCloseTo(2 * Math.log((2 * 1.18) / 1.36), 12);
    expect(second.logBetter).toBe(0);
  });

  test("an arm alone is evidence of nothing", () => {
    let state = noProportions();
    for (let i = 0; i < 100; i++) state = observe(state, { onArm: true, good: false });
    expect(state).toMatchObject({ logWorse: 0, logBetter: 0, peakWorse: 0, arm: { n: 0 } });
    expect(tallies(state).arm.n).toBe(100);
  });
});

describe("side by side", () => {
  test.each(golden.coin)("$wins wins and $losses losses", ({ wins, losses, log }) => {
    expect(logEvidenceOfLosing(wins, losses)).toBeCloseTo(log, 9);
  });

  test("by hand: one loss is 3/2, one win ½, and nothing is 1", () => {
    expect(Math.exp(logEvidenceOfLosing(0, 1))).toBeCloseTo(1.5, 12);
    expect(Math.exp(logEvidenceOfLosing(1, 0))).toBeCloseTo(0.5, 12);
    expect(logEvidenceOfLosing(0, 0)).toBe(0);
  });

  test("ten thousand comparisons neither overflow nor take long", () => {
    const even = logEvidenceOfLosing(5_000, 5_000);
    expect(even).toBeLessThan(0);
    expect(logEvidenceOfLosing(4_000, 6_000)).toBeGreaterThan(190);
    // 2·∫₀^½ (2p)ⁿ dp
    expect(logEvidenceOfLosing(10_000, 0)).toBeCloseTo(-Math.log(10_001), 9);
  });
});

test.each(golden.newcombe)("difference of $a and $b", ({ a, b, low, high }) => {
  const found = differenceOfShares({ good: a[0], n: a[1] }, { good: b[0], n: b[1] })!;
  expect(found.value).toBeCloseTo(a[0] / a[1] - b[0] / b[1], 12);
  expect(found.low).toBeCloseTo(low, 6);
  expect(found.high).toBeCloseTo(high, 6);
});

test("no difference to nothing", () => {
  expect(differenceOfShares({ n: 0, good: 0 }, { n: 5, good: 1 })).toBeNull();
});
