// When the live adapter counts as fallen, and the interval that says so.
import { expect, test } from "vitest";
import { minutesAllowed } from "../../../server/domain/schedule/budget.ts";
import { fellBelow, type LiveFigure } from "../../../server/domain/schedule/triggers.ts";
import { wilson } from "../../../server/domain/wilson.ts";

test("the score interval is that of the literature, and stays within its bounds", () => {
  // Newcombe 1998, table I, method 3, and the closed forms at the ends: z²/(n+z²).
  expect(wilson(81, 263)).toMatchObject({ low: expect.closeTo(0.2553, 4), high: expect.closeTo(0.3662, 4) });
  expect(wilson(15, 148)).toMatchObject({ low: expect.closeTo(0.0624, 4), high: expect.closeTo(0.1605, 4) });
  expect(wilson(0, 20)).toMatchObject({ share: 0, low: 0, high: expect.closeTo(0.1611, 4) });
  expect(wilson(20, 20)).toMatchObject({ share: 1, low: expect.closeTo(0.8389, 4), high: 1 });
});

const figure = (measure: LiveFigure["measure"], count: number, of: number): LiveFigure => ({
  measure,
  ...wilson(count, of),
  count: of,
});

test("only a whole interval below the bar is a fall; the first that has one is named", () => {
  const even = figure("CHOICES", 50, 100);
  const low = figure("THUMBS", 30, 100);
  expect(fellBelow([even, low], 0.45)).toBe(low);
  expect(fellBelow([even], 0.55)).toBeNull();
  expect(fellBelow([figure("THUMBS", 6, 20)], 0.45)).toBeNull();
  expect(fellBelow([], 0.99)).toBeNull();
});

test.each([
  [{ runMinutes: null, monthMinutes: null }, 500, null],
  [{ runMinutes: 60, monthMinutes: null }, 500, 60],
  [{ runMinutes: null, monthMinutes: 100 }, 30.5, 69],
  [{ runMinutes: 60, monthMinutes: 100 }, 30, 60],
  [{ runMinutes: 60, monthMinutes: 100 }, 99.5, 0],
  [{ runMinutes: 60, monthMinutes: 100 }, 140, 0],
])("of %j with %d minutes spent a run may take %j", (limits, spent, minutes) => {
  expect(minutesAllowed(limits, spent)).toBe(minutes);
});
