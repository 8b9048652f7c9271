/** Hours in which nothing may start: pure. */

import type { QuietHours } from "../views/schedule.ts";
import { slotsAfter } from "./cron.ts";
import { instantOf, wallClock } from "./zone.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** When one span is quiet that begins on the day of this reading; null where that is not one of its days. */
function spanOn(zone: string, wall: number, { from, to, days }: QuietHours[number]): { from: Date; to: Date } | null {
  const midnight = Math.floor(wall / DAY) * DAY;
  if (days && days.length > 0 && !days.includes(new Date(midnight).getUTCDay())) return null;
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  return {
    from: instantOf(zone, midnight + begin * MINUTE),
    to: instantOf(zone, midnight + end * MINUTE + (end <= begin ? DAY : 0)),
  };
}

/** The quiet spans under way: one that began the day before may have passed midnight. */
function around(quiet: QuietHours, zone: string, at: Date): { from: Date; to: Date }[] {
  const wall = wallClock(zone, at);
  return quiet
    .flatMap((span) => [spanOn(zone, wall - DAY, span), spanOn(zone, wall, span)])
    .filter((span) => span !== null)
    .filter(({ from, to }) => from <= at && at < to);
}

export const isQuiet = (quiet: QuietHours, zone: string, at: Date): boolean => around(quiet, zone, at).length > 0;

/** Spans that touch each other go on for at most so many ends; more would be all week long. */
const MOST_SPANS = 14 * 9;

/** When something may start again: `at` itself where it is not quiet, null where it is quiet all week. */
export function quietEnd(quiet: QuietHours, zone: string, at: Date): Date | null {
  let end = at;
  for (let i = 0; i <= MOST_SPANS; i++) {
    const spans = around(quiet, zone, end);
    if (spans.length === 0) return end;
    end = new Date(Math.max(...spans.map(({ to }) => to.getTime())));
  }
  return null;
}

/** The next times a pattern is due, and whether the quiet hours put them off. */
export function upcomingSlots(
  { cron, timeZone, quietHours }: { cron: string; timeZone: string; quietHours: QuietHours },
  now: Date,
  count = 5,
): { at: Date; quiet: boolean }[] {
  const slots: { at: Date; quiet: boolean }[] = [];
  for (const at of slotsAfter(cron, timeZone, now)) {
    slots.push({ at, quiet: isQuiet(quietHours, timeZone, at) });
    if (slots.length === count) break;
  }
  return slots;
}
