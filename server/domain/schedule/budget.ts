/** How much device time a schedule's Runs took, and what is left of its month. */

import type { Db, Tx } from "../../db.ts";
import { monthStart } from "./zone.ts";

interface Budgets {
  id: string;
  timeZone: string;
  runMinutes: number | null;
  monthMinutes: number | null;
}

/** Minutes of device time that the schedule's Runs took since the calendar month of its zone began. */
export async function minutesThisMonth(
  db: Db | Tx,
  { id, timeZone }: Pick<Budgets, "id" | "timeZone">,
  now: Date,
): Promise<number> {
  const [row] = await db.$queryRaw<{ minutes: number }[]>`
    SELECT coalesce(sum(run."deviceSeconds"), 0)::float8 / 60 AS "minutes" FROM "ScheduleFiring" firing
    JOIN "Run" run ON run."firingId" = firing."id"
    WHERE firing."scheduleId" = ${id}::uuid AND run."createdAt" >= ${monthStart(timeZone, now)}`;
  return row?.minutes ?? 0;
}

/**
 * Most minutes the next Run may take: its own limit, or what is left of the month where that is less. Pure.
 * @param spent minutes of this month
 * @returns null without a limit; 0 where the month is spent
 */
export function minutesAllowed(
  { runMinutes, monthMinutes }: Pick<Budgets, "runMinutes" | "monthMinutes">,
  spent: number,
) {
  // A Run is limited in whole minutes; what is left of one is too little to begin with.
  const left = monthMinutes === null ? null : Math.max(0, Math.floor(monthMinutes - spent));
  if (left === null || runMinutes === null) return left ?? runMinutes;
  return Math.min(left, runMinutes);
}
