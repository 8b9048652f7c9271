// A second way to say when a cron pattern is due: walks the minutes of real time one by one and looks at the wall clock.

/** What a wall clock shows. */
interface Reading {
  minute: number;
  hour: number;
  date: number;
  month: number;
  weekday: number;
}

const QUARTER = 15 * 60_000;

/** The wall clock's reading as if it were UTC's. Clocks are changed at whole quarters of an hour, so one look at each is enough. */
function reader(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const ahead = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER) * QUARTER;
    let by = ahead.get(quarter);
    if (by === undefined) {
      by = Date.parse(`${format.format(quarter).replace(" ", "T")}Z`) - quarter; // "2026-03-29 02:30"
      ahead.set(quarter, by);
    }
    return at + by;
  };
}

/** Numbers, lists, ranges, steps and stars: what the generated patterns are made of. */
const holds = (field: string, value: number, least: number): boolean =>
  field.split(",").some((part) => {
    const [range = "*", step] = part.split("/");
    const [from, to] = range === "*" ? [least, Number.POSITIVE_INFINITY] : range.split("-").map(Number);
    if (from === undefined) return false;
    const last = to ?? (step ? Number.POSITIVE_INFINITY : from);
    return value >= from && value <= last && (value - from) % Number(step ?? 1) === 0;
  });

function matches(cron: string, { minute, hour, date, month, weekday }: Reading): boolean {
  const [minutes, hours, dates, months, weekdays] = cron.split(" ") as [string, string, string, string, string];
  if (!holds(minutes, minute, 0) || !holds(hours, hour, 0) || !holds(months, month, 1)) return false;
  const [onDate, onWeekday] = [holds(dates, date, 1), holds(weekdays, weekday, 0)];
  // As cron has it since the seventies: where both days are chosen, either will do.
  return dates !== "*" && weekdays !== "*" ? onDate || onWeekday : onDate && onWeekday;
}

const MINUTE = 60_000;

/** Instants from `from` up to and with `until` at which the pattern is due: a reading counts once, a skipped one when the clock has passed it. */
export function oracle(cron: string, zone: string, from: Date, until: Date): Date[] {
  const read = reader(zone);
  const slots: Date[] = [];
  const start = Math.ceil(from.getTime() / MINUTE) * MINUTE;
  // A day before, so that readings which come again are known as such.
  let shown = read(start - 24 * 60 * MINUTE);
  for (let at = start - 24 * 60 * MINUTE + MINUTE; at <= until.getTime(); at += MINUTE) {
    const now = read(at);
    let due = false;
    for (let passed = shown + MINUTE; passed <= now; passed += MINUTE) due ||= matches(cron, utcReading(passed));
    shown = Math.max(shown, now);
    if (due && at >= start) slots.push(new Date(at));
  }
  return slots;
}

function utcReading(wall: number): Reading {
  const date = new Date(wall);
  return {
    ...{ minute: date.getUTCMinutes(), hour: date.getUTCHours(), date: date.getUTCDate() },
    ...{ month: date.getUTCMonth() + 1, weekday: date.getUTCDay() },
  };
}
