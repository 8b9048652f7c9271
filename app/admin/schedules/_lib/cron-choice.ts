// Cron patterns as people choose them: every hour, day, week or month; anything else stays a pattern.

export interface CronChoice {
  every: "hour" | "day" | "week" | "month" | "custom";
  /** "HH:MM" */
  time: string;
  /** Of "hour". */
  minute: string;
  /** Of "week": days from 0, Sunday. */
  days: readonly number[];
  /** Of "month". */
  date: string;
  /** Of "custom". */
  cron: string;
}

export const USUAL_CHOICE: CronChoice = {
  ...{ every: "day", time: "02:30", minute: "0", days: [1], date: "1", cron: "30 2 * * 1-5" },
};

const within = (text: string, least: number, most: number): number | null => {
  const value = Number(text);
  return text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most ? value : null;
};

const clockOf = (time: string): { hour: number; minute: number } | null => {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time.trim());
  return match ? { hour: Number(match[1]), minute: Number(match[2]) } : null;
};

export type CronFault = "minute" | "time" | "days" | "date";

/** The pattern, or what keeps it from being one. Whether a custom pattern can be read is the server's to say. */
export function cronOf({ every, time, minute, days, date, cron }: CronChoice): { cron: string } | { fault: CronFault } {
  if (every === "custom") return { cron: cron.trim().replace(/\s+/g, " ") };
  if (every === "hour") {
    const at = within(minute, 0, 59);
    return at === null ? { fault: "minute" } : { cron: `${at} * * * *` };
  }
  const clock = clockOf(time);
  if (!clock) return { fault: "time" };
  const at = `${clock.minute} ${clock.hour}`;
  if (every === "day") return { cron: `${at} * * *` };
  if (every === "week") {
    return days.length === 0 ? { fault: "days" } : { cron: `${at} * * ${[...days].sort((a, b) => a - b).join(",")}` };
  }
  const day = within(date, 1, 31);
  return day === null ? { fault: "date" } : { cron: `${at} ${day} * *` };
}

/** The choice that a pattern is; "custom" where it is none of the plain ones. */
export function choiceOf(cron: string): CronChoice {
  const custom: CronChoice = { ...USUAL_CHOICE, every: "custom", cron };
  const [minute = "", hour = "", date = "", month = "", weekday = "", ...more] = cron.trim().split(/\s+/);
  const at = within(minute, 0, 59);
  if (more.length > 0 || at === null || month !== "*") return custom;
  if (hour === "*") return date === "*" && weekday === "*" ? { ...custom, every: "hour", minute: String(at) } : custom;
  const of = within(hour, 0, 23);
  if (of === null) return custom;
  const timed = { ...custom, time: `${String(of).padStart(2, "0")}:${String(at).padStart(2, "0")}` };
  if (date === "*") {
    if (weekday === "*") return { ...timed, every: "day" };
    const days = daysOf(weekday);
    return days ? { ...timed, every: "week", days } : custom;
  }
  return weekday === "*" && within(date, 1, 31) !== null ? { ...timed, every: "month", date } : custom;
}

/** "1-5" or "0,6" as days; null for anything cleverer. */
function daysOf(field: string): number[] | null {
  const days: number[] = [];
  for (const part of field.split(",")) {
    const [from = "", to = from, ...more] = part.split("-");
    const [first, last] = [within(from, 0, 6), within(to, 0, 6)];
    if (more.length > 0 || first === null || last === null || last < first) return null;
    for (let day = first; day <= last; day++) days.push(day);
  }
  return days;
}
