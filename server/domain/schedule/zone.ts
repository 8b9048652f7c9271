/** What a clock on the wall of a time zone shows, and when it shows it: pure, by the zone data that come with Node. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** No zone is further than this from UTC. */
const FURTHEST = 16 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" },
      ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
    });
    formats.set(zone, format);
  }
  return format;
}

/** Whether the name is one that the zone data know, as "Europe/Berlin". */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * The wall clock's reading: milliseconds since 1970 if it were UTC's. Date's UTC methods then tell its day and hour.
 * @throws RangeError for a zone that nobody knows
 */
export function wallClock(zone: string, at: Date): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const milliseconds = ((at.getTime() % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
}

/**
 * The first instant at which the wall clock shows this reading or a later one. A reading that is skipped in spring is therefore the
 * moment of the skip, and one that comes twice in autumn is its first time: every reading happens once, and later readings never earlier.
 * @param wall as `wallClock` gives it
 */
export function instantOf(zone: string, wall: number): Date {
  const ahead = (at: number) => wallClock(zone, new Date(at)) - at;
  const [from, to] = [wall - FURTHEST, wall + FURTHEST];
  const [before, after] = [ahead(from), ahead(to)];
  if (ahead(wall - before) === before) return new Date(wall - before);
  if (before >= after || ahead(wall - after) === after) return new Date(wall - after);
  // Between the two readings the clock leapt over this one.
  let [earlier, leapt] = [from, to];
  while (leapt - earlier > 1) {
    const middle = Math.floor((earlier + leapt) / 2);
    if (ahead(middle) === after) leapt = middle;
    else earlier = middle;
  }
  return new Date(leapt);
}

/** When the calendar month began in which the wall clock stands. */
export function monthStart(zone: string, at: Date): Date {
  const wall = new Date(wallClock(zone, at));
  return instantOf(zone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), 1));
}

/** The calendar month as "2026-03". */
export const monthOf = (zone: string, at: Date): string => dayOf(zone, at).slice(0, 7);

/** The calendar day as "2026-03-31". */
export const dayOf = (zone: string, at: Date): string => new Date(wallClock(zone, at)).toISOString().slice(0, 10);
