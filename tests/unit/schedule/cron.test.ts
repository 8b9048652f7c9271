// Slots of cron patterns against a walk over every minute, through changes of the clock in several zones.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkCron, dueSlots, slotsAfter } from "../../../server/domain/schedule/cron.ts";
import { dayOf, instantOf, monthStart, wallClock } from "../../../server/domain/schedule/zone.ts";
import { oracle } from "./clock.ts";

const first = (cron: string, zone: string, after: string, count: number) => {
  const slots: string[] = [];
  for (const slot of slotsAfter(cron, zone, new Date(after))) {
    slots.push(slot.toISOString().slice(0, 16));
    if (slots.length === count) break;
  }
  return slots;
};

describe("known changes of the clock", () => {
  test("a time that spring skips comes once, when the clock has leapt", () => {
    // Berlin leaps from 02:00 to 03:00 on 2026-03-29, which is 01:00 UTC.
    expect(first("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3)).toEqual([
      "2026-03-28T01:30",
      "2026-03-29T01:00",
      "2026-03-30T00:30",
    ]);
    expect(first("*/20 2,3 29 3 *", "Europe/Berlin", "2026-03-29T00:00:00Z", 3)).toEqual([
      "2026-03-29T01:00",
      "2026-03-29T01:20",
      "2026-03-29T01:40",
    ]);
  });

  test("a time that autumn shows twice comes the first time only", () => {
    // Berlin goes back from 03:00 to 02:00 on 2026-10-25, at 01:00 UTC.
    expect(first("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
    expect(first("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 3)).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T02:00",
      "2026-10-25T03:00",
    ]);
  });

  test("half an hour on Lord Howe, and a whole day on Samoa", () => {
    expect(first("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z", 2)).toEqual([
      "2026-10-03T15:30",
      "2026-10-04T15:15",
    ]);
    // Friday 2011-12-30 never was: its noon is the moment Saturday began.
    expect(first("0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", 1)).toEqual(["2011-12-30T10:00"]);
  });

  test("a month begins where its clock says so", () => {
    expect(monthStart("America/New_York", new Date("2026-03-01T04:59:00Z")).toISOString()).toBe(
      "2026-02-01T05:00:00.000Z",
    );
    expect(monthStart("America/New_York", new Date("2026-03-31T12:00:00Z")).toISOString()).toBe(
      "2026-03-01T05:00:00.000Z",
    );
    expect(dayOf("Asia/Shanghai", new Date("2026-03-31T16:00:00Z"))).toBe("2026-04-01");
  });
});

describe("patterns that are refused", () => {
  test.each(["", "@daily", "* * * *", "* * * * * *", "61 * * * *", "0 0 31 2 *", "*/0 * * * *", "a b c d e"])(
    "%j",
    (cron) => {
      expect(() => checkCron(cron, "UTC")).toThrow(expect.objectContaining({ code: "BAD_CRON" }));
    },
  );
  test("a zone that nobody knows", () => {
    expect(() => checkCron("0 2 * * *", "Europe/Atlantis")).toThrow(expect.objectContaining({ code: "BAD_TIME_ZONE" }));
    expect(() => checkCron("0 2 * * 1-5", "Europe/Berlin")).not.toThrow();
  });
});

/** Days of 2026 on which a zone's clock changes, and two on which none does. */
const CHANGES = [
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["Australia/Lord_Howe", "2026-04-05"],
  ["Australia/Lord_Howe", "2026-10-04"],
  ["Africa/Casablanca", "2026-02-15"],
  ["Africa/Casablanca", "2026-03-22"],
  ["Asia/Kathmandu", "2026-03-29"],
  ["UTC", "2026-10-25"],
] as const;
const ZONES = [...new Set(CHANGES.map(([zone]) => zone))];
const HOUR = 3600_000;

const field = (least: number, most: number) =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min: least, max: most }).map(String),
    fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 2, maxLength: 3 }).map((few) => few.join(",")),
    fc.integer({ min: 2, max: Math.min(12, most) }).map((step) => `*/${step}`),
  );
const cronPattern = fc
  .tuple(
    field(0, 59),
    // Clocks change in the small hours.
    fc.oneof(fc.constantFrom("0", "1", "2", "3", "1,2", "2,3"), field(0, 23)),
    fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, field(1, 28)),
    fc.constant("*"),
    fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, field(0, 6)),
  )
  .map((fields) => fields.join(" "));

test("slots are those of a walk over every minute", () => {
  fc.assert(
    fc.property(
      cronPattern,
      fc.constantFrom(...CHANGES),
      fc.integer({ min: 0, max: 40 * 60 }),
      (cron, [zone, day], minutes) => {
        const from = new Date(Date.parse(`${day}T00:00:00Z`) - 40 * HOUR + minutes * 60_000);
        const until = new Date(from.getTime() + 48 * HOUR);
        const slots: Date[] = [];
        for (const slot of slotsAfter(cron, zone, new Date(from.getTime() - 1))) {
          if (slot > until) break;
          slots.push(slot);
        }
        expect(slots).toEqual(oracle(cron, zone, from, until));
      },
    ),
    { numRuns: 50 },
  );
});

test("the wall clock and its instants belong together, and later readings are never earlier", () => {
  const minute = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2027, 0, 1) / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), minute, fc.integer({ min: 0, max: 240 }), (zone, at, later) => {
      const instant = new Date(at * 60_000);
      const wall = wallClock(zone, instant);
      // A repeated reading names its first time; any other one the instant itself.
      expect(instantOf(zone, wall).getTime()).toBeLessThanOrEqual(instant.getTime());
      expect(wallClock(zone, instantOf(zone, wall))).toBe(wall);
      expect(instantOf(zone, wall + later * 60_000).getTime()).toBeGreaterThanOrEqual(instantOf(zone, wall).getTime());
    }),
  );
});

/** The rows of one schedule as a tick writes them, and the clocks of two servers that look at them. */
function replay(cron: string, zone: string, armed: Date, looks: readonly Date[]) {
  const fired: Date[] = [];
  const missed: { count: number; first: Date; last: Date }[] = [];
  for (const now of looks) {
    const rows = [...fired, ...missed.map(({ last }) => last)];
    const before = rows.filter((slot) => slot <= now).map((slot) => slot.getTime());
    const due = dueSlots({ cron, timeZone: zone }, { handled: new Date(Math.max(armed.getTime(), ...before)), now });
    if (!due) continue;
    if (due.missed) missed.push(due.missed);
    // The unique slot of the table: a second row of it is not written.
    if (!fired.some((slot) => slot.getTime() === due.newest.getTime())) fired.push(due.newest);
  }
  return { fired, missed };
}

test("with two servers, restarts and clocks that jump every due slot fires at most once and none is lost", () => {
  const look = fc.record({
    /** Since the look before, by the clock of the one that looks; away for hours is a restart. */
    seconds: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 3600, max: 16 * 3600 })),
    /** The second server's clock, and a clock that was set wrong for one look. */
    skew: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      fc.integer({ min: -90, max: 90 }),
      fc.integer({ min: -7200, max: 7200 }),
    ),
  });
  fc.assert(
    fc.property(
      cronPattern,
      fc.constantFrom(...CHANGES),
      fc.array(look, { minLength: 5, maxLength: 15 }),
      (cron, [zone, day], steps) => {
        const armed = new Date(Date.parse(`${day}T09:17:00Z`) - 48 * HOUR);
        let clock = armed.getTime();
        const looks = steps.map(({ seconds, skew }) => {
          clock += seconds * 1000;
          return new Date(clock + skew * 1000);
        });
        // In the end somebody looks whose clock is right and later than any look before.
        const end = new Date(Math.max(...looks.map(Number)) + 1000);
        const { fired, missed } = replay(cron, zone, armed, [...looks, end]);

        const owed = oracle(cron, zone, new Date(armed.getTime() + 1), end).map(Number);
        expect(new Set(fired.map(Number)).size).toBe(fired.length);
        for (const slot of fired) expect(owed).toContain(slot.getTime());
        const told = (slot: number) =>
          missed.some((span) => span.first.getTime() <= slot && slot <= span.last.getTime());
        for (const slot of owed) expect(fired.some((one) => one.getTime() === slot) || told(slot)).toBe(true);
        for (const { count, first, last } of missed)
          expect(owed.filter((slot) => slot >= first.getTime() && slot <= last.getTime())).toHaveLength(count);
      },
    ),
    { numRuns: 50 },
  );
}, 60_000);

test("a clock set back owes nothing, and a month away is not made up for", () => {
  const hourly = { cron: "0 * * * *", timeZone: "UTC" };
  const handled = new Date("2026-03-10T10:00:00Z");
  expect(dueSlots(hourly, { handled, now: new Date("2026-03-10T08:00:00Z") })).toBeNull();
  expect(dueSlots(hourly, { handled, now: new Date("2026-03-10T10:59:59Z") })).toBeNull();
  const due = dueSlots(hourly, { handled: new Date("2026-01-01T00:00:00Z"), now: new Date("2026-03-10T10:00:00Z") });
  expect(due?.newest).toEqual(new Date("2026-03-10T10:00:00Z"));
  expect(due?.missed).toMatchObject({ count: 31 * 24 - 1 });
});
