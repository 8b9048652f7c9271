// Checks of annotators: what counts as right, how often they come, and that nobody can foresee where.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../server/domain/agreement/bootstrap.ts";
import {
  agreementWith,
  checkedAccuracy,
  earlierShare,
  goldSchema,
  isCheckDue,
  LEAST_CHECKS,
  lookBack,
  shuffled,
} from "../../../server/domain/gold.ts";
import type { Ranked } from "../../../server/domain/views.ts";

const order = (text: string): Ranked[] =>
  text.split(">").flatMap((tier, i) => [...tier].map((messageId) => ({ messageId, rank: i + 1 })));

describe("agreement with a known order", () => {
  test.each([
    ["a>b>c", "a>b>c", 1],
    ["c>b>a", "a>b>c", 0],
    ["b>a>c", "a>b>c", 2 / 3],
    ["abc", "a>b>c", 1 / 2],
    ["a>bc", "a>b>c", 2.5 / 3],
    ["a>b>c", "a>bc", 1], // nothing is known of b and c
    ["b>a", "a>b>c", 0], // nothing was said of c
  ])("%s against %s is %f", (given, known, share) => {
    expect(agreementWith(order(given), order(known))).toBeCloseTo(share, 12);
  });

  test("of an order that prefers nothing there is none", () => {
    expect(agreementWith(order("a>b"), order("ab"))).toBeNull();
  });

  test("chance is right half of the time, however many replies there are", () => {
    const random = seededRandom(5);
    for (const replies of ["ab", "abc", "abcdef"]) {
      const known = order([...replies].join(">"));
      const shares = Array.from({ length: 4000 }, () =>
        agreementWith(order(shuffled([...replies], random).join(">")), known),
      );
      expect(shares.reduce<number>((sum, share) => sum + share!, 0) / shares.length).toBeCloseTo(0.5, 1);
    }
  });

  test("a known order must prefer something", () => {
    const id = "018f0000-0000-7000-8000-00000000000";
    const ranks = (a: number, b: number) => [
      { messageId: `${id}1`, rank: a },
      { messageId: `${id}2`, rank: b },
    ];
    expect(goldSchema.safeParse(ranks(1, 2)).success).toBe(true);
    expect(goldSchema.safeParse(ranks(1, 1)).success).toBe(false);
  });
});

test("position: who always takes what comes first has 1, who never does 0, and ties say nothing", () => {
  expect(earlierShare(["a", "b", "c"], order("a>b>c"))).toBe(1);
  expect(earlierShare(["c", "b", "a"], order("a>b>c"))).toBe(0);
  expect(earlierShare(["b", "a", "c"], order("a>bc"))).toBe(1 / 2);
  expect(earlierShare(["a", "b"], order("ab"))).toBeNull();
});

describe("when a check is due", () => {
  /** Which of so many tasks are checks, if there is always one at hand. */
  function sequence(share: number, tasks: number, random: () => number): boolean[] {
    const checks: boolean[] = [];
    for (let i = 0; i < tasks; i++) {
      const recent = checks.slice(-Math.max(1, lookBack(share))).reverse();
      checks.push(isCheckDue(share, i, lookBack(share) === 0 ? [] : recent, random));
    }
    return checks;
  }

  test("every full block has exactly one, so the share is never below what was asked for", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 1, noNaN: true }), fc.integer(), (share, seed) => {
        const block = Math.floor(1 / share);
        const checks = sequence(share, block * 5, seededRandom(seed));
        for (let from = 0; from < checks.length; from += block) {
          expect(checks.slice(from, from + block).filter(Boolean)).toHaveLength(1);
        }
        expect(checks.filter(Boolean).length / checks.length).toBeGreaterThanOrEqual(share);
      }),
    );
  });

  test("each place of a block is equally likely", () => {
    const places = new Array<number>(10).fill(0);
    const random = seededRandom(11);
    for (let i = 0; i < 5000; i++) places[sequence(0.1, 10, random).indexOf(true)]! += 1;
    for (const count of places) expect(Math.abs(count - 500)).toBeLessThan(100); // 4.7 standard deviations
  });

  test("a share of nothing is never due", () => {
    expect(isCheckDue(0, 9, [], () => 0)).toBe(false);
  });
});

test("too few checks say nothing; enough say how much was right", () => {
  const checks = (seen: number, right: number) => ({ gold: { seen, right }, repeats: { seen: 0, same: 0 } });
  expect(checkedAccuracy(checks(LEAST_CHECKS - 1, 0))).toBeNull();
  expect(checkedAccuracy(checks(LEAST_CHECKS, 5))).toBe(0.5);
  expect(checkedAccuracy({ gold: { seen: 6, right: 6 }, repeats: { seen: 4, same: 2 } })).toBe(0.8);
});

test("a shuffle keeps every item and favours no order", () => {
  const counts = new Map<string, number>();
  const random = seededRandom(3);
  for (let i = 0; i < 6000; i++) {
    const key = shuffled(["a", "b", "c"], random).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
