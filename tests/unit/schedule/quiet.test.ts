// Quiet hours against a look at every minute.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isQuiet, quietEnd, upcomingSlots } from "../../../server/domain/schedule/quiet.ts";

const at = (time: string) => new Date(time);

describe("quiet hours", () => {
  const nights = [{ from: "22:00", to: "06:30", days: [1, 2, 3, 4, 5] }];

  test("a span that passes midnight belongs to the day it begins on", () => {
    expect(isQuiet(nights, "UTC", at("2026-03-06T21:59:59Z"))).toBe(false); // a Friday
    expect(isQuiet(nights, "UTC", at("2026-03-06T22:00:00Z"))).toBe(true);
    expect(isQuiet(nights, "UTC", at("2026-03-07T06:29:00Z"))).toBe(true);
    expect(isQuiet(nights, "UTC", at("2026-03-07T06:30:00Z"))).toBe(false);
    expect(isQuiet(nights, "UTC", at("2026-03-07T23:00:00Z"))).toBe(false); // a Saturday
    expect(isQuiet(nights, "Asia/Shanghai", at("2026-03-06T14:00:00Z"))).toBe(true);
  });

  test("they end when the last of several that touch ends, and never where they fill the week", () => {
    const touching = [
      { from: "20:00", to: "23:00" },
      { from: "23:00", to: "02:00" },
      { from: "01:00", to: "05:00" },
    ];
    expect(quietEnd(touching, "UTC", at("2026-03-06T20:30:00Z"))).toEqual(at("2026-03-07T05:00:00Z"));
    expect(quietEnd(touching, "UTC", at("2026-03-06T12:00:00Z"))).toEqual(at("2026-03-06T12:00:00Z"));
    expect(quietEnd([{ from: "00:00", to: "00:00" }], "UTC", at("2026-03-06T12:00:00Z"))).toBeNull();
  });

  test("the next times say which are put off", () => {
    const slots = upcomingSlots(
      { cron: "0 */6 * * *", timeZone: "UTC", quietHours: nights },
      at("2026-03-05T13:00:00Z"),
      4,
    );
    expect(slots.map(({ at, quiet }) => [at.getUTCHours(), quiet])).toEqual([
      [18, false],
      [0, true],
      [6, true],
      [12, false],
    ]);
  });
});

const DAY = 24 * 60 * 60_000;

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom("00", "15", "30"))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${minute}`);
const spans = fc.array(
  fc.record({ from: clock, to: clock, days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }) }),
  { minLength: 1, maxLength: 3 },
);

test("quiet hours are over at the first minute that is not quiet, also when the clock changes", () => {
  const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York");
  const minute = fc.integer({ min: 0, max: 3 * 24 * 60 });
  fc.assert(
    fc.property(
      spans,
      zone,
      fc.constantFrom("2026-03-27", "2026-10-23", "2026-10-31", "2026-03-07"),
      minute,
      (quiet, zone, day, minutes) => {
        const now = new Date(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000);
        let calm = now.getTime();
        const last = calm + 9 * DAY;
        // Spans begin and end at quarters of an hour.
        while (calm < last && isQuiet(quiet, zone, new Date(calm))) calm += 15 * 60_000;
        const end = quietEnd(quiet, zone, now);
        if (calm >= last) expect(end).toBeNull();
        else {
          expect(isQuiet(quiet, zone, end!)).toBe(false);
          expect(end!.getTime()).toBeLessThanOrEqual(calm);
          expect(end!.getTime()).toBeGreaterThan(calm === now.getTime() ? 0 : calm - 15 * 60_000);
        }
      },
    ),
    { numRuns: 60 },
  );
});
