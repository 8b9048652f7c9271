// Conversations under their days, at the edges of days, months and clock changes.
import { describe, expect, it } from "vitest";
import { groupByDay } from "../../../app/chat/_lib/day-groups.ts";

const now = new Date(2026, 2, 15, 9, 30);
const keys = (...dates: Date[]) =>
  groupByDay(
    dates.map((updatedAt) => ({ updatedAt })),
    now,
  ).map(({ key }) => key);

describe("groupByDay", () => {
  it("names today, yesterday, the week before and months", () => {
    expect(
      keys(
        new Date(2026, 2, 15, 9, 29),
        new Date(2026, 2, 14, 23, 59),
        new Date(2026, 2, 8, 0, 0),
        new Date(2026, 2, 7, 23, 59),
        new Date(2026, 1, 28),
        new Date(2025, 1, 28),
      ),
    ).toEqual(["today", "yesterday", "week", "2026-3", "2026-2", "2025-2"]);
  });

  it("goes by calendar days, not by hours", () => {
    expect(keys(new Date(2026, 2, 15, 0, 0))).toEqual(["today"]);
    expect(keys(new Date(2026, 2, 14, 10, 0))).toEqual(["yesterday"]);
  });

  it("puts a moment of the future, from a server clock ahead, under today", () => {
    expect(keys(new Date(2026, 2, 15, 9, 31), new Date(2026, 2, 16, 1, 0))).toEqual(["today"]);
  });

  it("keeps the order and joins neighbours of one day", () => {
    const items = [new Date(2026, 2, 15, 8), new Date(2026, 2, 15, 7)].map((updatedAt) => ({ updatedAt }));
    expect(groupByDay(items, now)).toEqual([{ key: "today", date: items[0]!.updatedAt, items }]);
    expect(groupByDay([], now)).toEqual([]);
  });
});
