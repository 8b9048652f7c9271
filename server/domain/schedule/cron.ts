/** When a cron pattern is due in a time zone: pure. The calendar is croner's, walked in UTC; what a reading of a wall clock means is zone.ts's. */

import { Cron } from "croner";
import { AppError } from "../../errors.ts";
import { instantOf, isTimeZone, wallClock } from "./zone.ts";

const MINUTE = 60_000;
/** Slots before this are no longer owed to a schedule whose server was away. */
const LONGEST_ARREARS = 31 * 24 * 60 * MINUTE;

const parsed = new Map<string, Cron>();
const MOST_PARSED = 500;

/** @throws AppError BAD_CRON */
function calendarOf(cron: string): Cron {
  const known = parsed.get(cron);
  if (known) return known;
  let calendar: Cron;
  try {
    calendar = new Cron(cron, { timezone: "UTC", mode: "5-part", paused: true });
  } catch (cause) {
    throw badCron(cron, "it cannot be read", cause);
  }
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(cron, calendar);
  return calendar;
}

const badCron = (cron: string, why: string, cause?: unknown) =>
  new AppError(
    "BAD_CRON",
    `Expected five fields as in "30 2 * * 1-5" (minute, hour, day of the month, month, day of the week), found "${cron}": ${why}.`,
    { cause },
  );

/** @throws AppError BAD_CRON, BAD_TIME_ZONE */
export function checkCron(cron: string | null, timeZone: string): void {
  if (!isTimeZone(timeZone))
    throw new AppError(
      "BAD_TIME_ZONE",
      `Expected a time zone such as "Europe/Berlin", found "${timeZone}"; choose one from the list.`,
    );
  if (cron === null) return;
  if (cron.trim().split(/\s+/).length !== 5) throw badCron(cron, "it has another number of fields");
  const first = calendarOf(cron).nextRun(new Date(Date.UTC(2000, 0, 1)));
  if (!first) throw badCron(cron, "no such day ever comes");
}

/**
 * The pattern's slots after an instant, in order, without end. A slot whose reading is skipped in spring comes when the clock has leapt,
 * several such come as one, and one whose reading comes twice in autumn comes the first time.
 */
export function* slotsAfter(cron: string, timeZone: string, after: Date): Generator<Date> {
  const calendar = calendarOf(cron);
  let wall = Math.floor(wallClock(timeZone, after) / MINUTE) * MINUTE;
  let last = after.getTime();
  for (;;) {
    const next = calendar.nextRun(new Date(wall));
    if (!next) return;
    wall = next.getTime();
    const slot = instantOf(timeZone, wall);
    if (slot.getTime() <= last) continue;
    last = slot.getTime();
    yield slot;
  }
}

export interface DueSlots {
  /** The newest slot that is due: the one that fires. */
  newest: Date;
  /** Older ones that were due as well, because nobody looked: they come to nothing but a line that says so. */
  missed: { count: number; first: Date; last: Date } | null;
}

/**
 * What is owed at `now`, after everything up to `handled` was dealt with. Null where nothing is, also when the clock was set back.
 * Of slots older than a month nothing is said any more.
 */
export function dueSlots(
  { cron, timeZone }: { cron: string; timeZone: string },
  { handled, now }: { handled: Date; now: Date },
): DueSlots | null {
  const from = new Date(Math.max(handled.getTime(), now.getTime() - LONGEST_ARREARS));
  const due: Date[] = [];
  for (const slot of slotsAfter(cron, timeZone, from)) {
    if (slot > now) break;
    due.push(slot);
  }
  const newest = due.pop();
  if (!newest) return null;
  return { newest, missed: due.length > 0 ? { count: due.length, first: due[0]!, last: due.at(-1)! } : null };
}
