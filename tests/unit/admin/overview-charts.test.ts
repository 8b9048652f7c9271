// What the overview finds in its figures: how sure a win rate is, where pairs come from, and whether replies became longer.
import { describe, expect, test } from "vitest";
import { certainty } from "../../../app/admin/_lib/certainty.ts";
import {
  lengthFinding,
  pairsFinding,
  pairTotals,
  releaseMarks,
  releasesFinding,
  shareScale,
} from "../../../app/admin/_lib/overview-charts.ts";
import type { DayOfLengths, DayOfPairs } from "../../../server/domain/views/overview.ts";

test("a win rate is sure only when its whole interval is on one side of one half", () => {
  expect(certainty({ value: 0.58, low: 0.54, high: 0.62 })).toBe("better");
  expect(certainty({ value: 0.58, low: 0.5, high: 0.66 })).toBe("unsure");
  expect(certainty({ value: 0.4, low: 0.31, high: 0.49 })).toBe("worse");
  expect(certainty({ value: 0.48, low: 0.46, high: 0.6 }, 0.45)).toBe("better");
});

test("the scale of shares holds every interval and one half, and ends at tenths", () => {
  expect(shareScale([])).toEqual([0.4, 0.6]);
  expect(shareScale([{ low: 0.54, high: 0.62 }])).toEqual([0.4, 0.7]);
  expect(shareScale([{ low: 0.3, high: 0.6 }])).toEqual([0.3, 0.6]);
});

describe("releases on a chart of days", () => {
  const days = Array.from({ length: 31 }, (_, i) => ({ day: `2026-03-${String(i + 1).padStart(2, "0")}` }));
  const on = (...dates: number[]) =>
    dates.map((date, i) => ({ number: i + 1, at: new Date(`2026-03-${String(date).padStart(2, "0")}T12:00:00Z`) }));

  test("those of one day share a label, and those of days that are not shown have none", () => {
    const before = { number: 9, at: new Date("2026-02-28T23:59:59Z") };
    expect(releaseMarks([before, ...on(3, 3, 3, 20)], days)).toEqual([
      { i: 2, text: "r1–r3", row: 0, anchor: "start" },
      { i: 19, text: "r4", row: 0, anchor: "start" },
    ]);
  });

  test("no label is written over another, on whichever side of its day it stands", () => {
    for (const dates of [[1, 2, 3, 4, 5, 6], [24, 27, 28, 29, 30, 31], [25, 29], days.map((_, i) => i + 1)]) {
      const marks = releaseMarks(on(...dates), days).map(({ i, row, anchor }) => {
        const from = anchor === "start" ? i : i - 4.8;
        expect(from).toBeGreaterThanOrEqual(0);
        expect(from + 4.8).toBeLessThanOrEqual(30.001);
        return { row, from, to: from + 4.8 };
      });
      expect(marks).toHaveLength(dates.length);
      for (const [n, a] of marks.entries())
        for (const b of marks.slice(n + 1))
          expect(a.row !== b.row || a.to <= b.from + 1e-9 || b.to <= a.from + 1e-9).toBe(true);
    }
  });
});

describe("pairs by source", () => {
  const day = (counts: Partial<DayOfPairs["counts"]>): DayOfPairs => ({
    ...{ day: "2026-01-01", counts: { FEEDBACK: 0, CHOICE: 0, EDIT: 0, RANKING: 0, AI: 0, ...counts } },
  });

  test("are summed over the days, and the largest source is named", () => {
    const days = [day({ FEEDBACK: 3, RANKING: 5 }), day({ FEEDBACK: 1, EDIT: 2 }), day({ RANKING: 1 })];
    expect(pairTotals(days).map(({ count }) => count)).toEqual([4, 0, 2, 6, 0]);
    expect(pairsFinding(days)).toEqual({ count: 12, source: "RANKING" });
  });

  test("say nothing where there are none", () => {
    expect(pairsFinding([day({})])).toBeNull();
  });
});

describe("length of replies", () => {
  const day = (replies: number, value: number, half: number): DayOfLengths => ({
    ...{ day: "2026-01-01", replies, mean: { value, low: Math.max(0, value - half), high: value + half } },
  });
  const quiet: DayOfLengths = { day: "2026-01-01", replies: 0, mean: null };

  test("became more where the difference is beyond its interval, as a share of what it was", () => {
    const days = [...Array(7).fill(day(100, 50, 2)), quiet, ...Array(7).fill(day(100, 60, 2))];
    expect(lengthFinding(days)).toEqual({ key: "longer", share: expect.closeTo(0.2) });
    expect(lengthFinding([...days].reverse())).toEqual({ key: "shorter", share: expect.closeTo(1 / 6) });
  });

  test("stayed where the interval of the difference holds 0", () => {
    const days = [...Array(7).fill(day(4, 50, 40)), ...Array(7).fill(day(4, 60, 40))];
    expect(lengthFinding(days)).toEqual({ key: "same" });
  });

  test("stayed where so many replies make sure of a difference that nobody notices", () => {
    expect(lengthFinding([day(100_000, 100, 0.1), day(100_000, 101, 0.1)])).toEqual({ key: "same" });
    expect(lengthFinding([day(100_000, 100, 0.1), day(100_000, 103, 0.1)])).toMatchObject({ key: "longer" });
  });

  test("weighs days by their replies", () => {
    const days = [day(1000, 50, 1), day(1, 500, 1), day(1000, 50, 1), day(1, 5, 1)];
    expect(lengthFinding(days)).toEqual({ key: "same" });
    expect(lengthFinding([day(1000, 50, 1), day(1000, 50, 1)])).toEqual({ key: "same" });
  });

  test("is not compared before there are two days", () => {
    expect(lengthFinding([quiet, day(10, 50, 1)])).toBeNull();
  });
});

test("releases that were surely better are counted among those that were measured", () => {
  const at = new Date();
  const release = (number: number, low: number | null) => ({
    ...{ number, adapterSha256: null, at, again: false },
    winRate: low === null ? null : { value: low + 0.1, low, high: low + 0.2, pairs: 40 },
  });
  expect(releasesFinding([release(1, null), release(2, 0.52), release(3, 0.45), release(4, 0.6)])).toBe(2);
  expect(releasesFinding([release(1, null)])).toBeNull();
});
