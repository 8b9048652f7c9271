/** What the overview draws: how much better live is, feedback and pairs per day, win rates of releases, lengths of replies. */

import type { PairSource } from "../../../prisma/generated/enums.ts";
import type { Db } from "../../db.ts";
import { keptFigures } from "../kept-figures.ts";
import { DEFAULT_SLOT } from "../live.ts";
import type { DayOfFeedback, DayOfPairs, OverviewFigures, ReleasePoint } from "../views.ts";
import { readCompared } from "./compared.ts";
import { LENGTHS, lengthsPerDay } from "./lengths.ts";
import { HELD_OUT, heldOutWinRate } from "./win-rate.ts";

const DAYS = 30;
const DAY_MS = 86_400_000;
const MOST_RELEASES = 12;

export async function getOverviewFigures(db: Db, now: Date): Promise<OverviewFigures> {
  const days = daysUntil(now);
  const [compared, feedbackPerDay, pairsPerDay, lengths, releases] = await Promise.all([
    readCompared(db, now),
    readFeedback(db, days),
    readPairs(db, days),
    keptFigures(db, LENGTHS, now),
    readReleases(db),
  ]);
  return { compared, feedbackPerDay, pairsPerDay, lengths: lengthsPerDay(lengths.value, days), releases };
}

/** Names of the last days in UTC, today last. */
export function daysUntil(now: Date): string[] {
  return Array.from({ length: DAYS }, (_, i) =>
    new Date(now.getTime() - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10),
  );
}

const startOf = (days: readonly string[]) => new Date(`${days[0]}T00:00:00Z`);

async function readFeedback(db: Db, days: readonly string[]): Promise<DayOfFeedback[]> {
  const rows = await db.$queryRaw<DayOfFeedback[]>`
    SELECT to_char("createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "day",
      count(*) FILTER (WHERE "value" > 0)::int AS "up", count(*) FILTER (WHERE "value" < 0)::int AS "down"
    FROM "Feedback" WHERE "createdAt" >= ${startOf(days)} GROUP BY 1`;
  const byDay = new Map(rows.map((row) => [row.day, row]));
  return days.map((day) => byDay.get(day) ?? { day, up: 0, down: 0 });
}

/** Pairs that stand now, by the day they were made. */
async function readPairs(db: Db, days: readonly string[]): Promise<DayOfPairs[]> {
  const rows = await db.$queryRaw<{ day: string; source: PairSource; count: number }[]>`
    SELECT to_char("createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "day", "source", count(*)::int AS "count"
    FROM "PreferencePair" WHERE "status" = 'ACTIVE' AND "createdAt" >= ${startOf(days)} GROUP BY 1, 2`;
  const byDay = new Map(days.map((day) => [day, { FEEDBACK: 0, CHOICE: 0, EDIT: 0, RANKING: 0, AI: 0 }]));
  for (const { day, source, count } of rows) {
    const counts = byDay.get(day);
    if (counts) counts[source] = count;
  }
  return days.map((day) => ({ day, counts: byDay.get(day)! }));
}

async function readReleases(db: Db): Promise<ReleasePoint[]> {
  const rows = await db.deployment.findMany({
    where: { slot: DEFAULT_SLOT },
    ...{ orderBy: { number: "desc" }, take: MOST_RELEASES },
    include: { adapter: { select: { sha256: true } }, gate: { select: { evaluations: HELD_OUT } } },
  });
  const firsts = await db.deployment.groupBy({
    by: ["adapterId"],
    where: { slot: DEFAULT_SLOT },
    _min: { number: true },
  });
  const first = new Map(firsts.map(({ adapterId, _min }) => [adapterId, _min.number]));
  return rows.reverse().map(({ number, adapterId, adapter, activatedAt, gate }) => ({
    ...{ number, adapterSha256: adapter?.sha256 ?? null, at: activatedAt },
    winRate: heldOutWinRate(gate?.evaluations),
    again: first.get(adapterId) !== number,
  }));
}
