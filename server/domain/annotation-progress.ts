/** How far an annotator is: today, in all, days in a row, and how often they agree with others. */

import type { Db } from "../db.ts";
import { type AnnotationServices, countAvailable } from "./annotation-queue.ts";
import { agreementWith } from "./gold.ts";
import { lastRanking } from "./ranking.ts";
import type { AnnotatorProgress, Ranked } from "./views.ts";

/** Shared tasks below which an agreement says nothing, and the most recent ones that it is taken over. */
const LEAST_SHARED = 5;
const MOST_SHARED = 200;

export async function viewProgress(
  { db, now }: Pick<AnnotationServices, "db" | "now">,
  raterId: string,
): Promise<AnnotatorProgress> {
  const at = now();
  const [days, waiting, shared, last] = await Promise.all([
    rankingDays(db, raterId),
    countAvailable(db, raterId, at),
    sharedAgreement(db, raterId),
    lastRanking(db, raterId, at),
  ]);
  return {
    today: days.find(({ day }) => day === dayOf(at))?.count ?? 0,
    total: days.reduce((sum, { count }) => sum + count, 0),
    streakDays: streak(new Set(days.map(({ day }) => day)), at),
    waiting,
    agreement: shared.length < LEAST_SHARED ? null : shared.reduce((sum, share) => sum + share, 0) / shared.length,
    sharedTasks: shared.length,
    canUndo: last !== null,
  };
}

const DAY_MS = 24 * 3600_000;
const dayOf = (at: Date) => at.toISOString().slice(0, 10);

/** Days in a row with a ranking, up to today; a day that has only begun does not break it. */
export function streak(days: ReadonlySet<string>, now: Date): number {
  let length = 0;
  let at = days.has(dayOf(now)) ? now.getTime() : now.getTime() - DAY_MS;
  for (; days.has(dayOf(new Date(at))); at -= DAY_MS) length += 1;
  return length;
}

const rankingDays = (db: Db, raterId: string) =>
  db.$queryRaw<{ day: string; count: number }[]>`
    SELECT to_char(ranking."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "day", count(*)::int AS "count"
    FROM "Ranking" ranking JOIN "Comparison" about ON about."id" = ranking."comparisonId"
    WHERE ranking."raterId" = ${raterId}::uuid AND ranking."withdrawnAt" IS NULL AND about."reason" <> 'CHAT'
    GROUP BY 1`;

/** For each task that others ranked too: mean share of their preferences that this annotator has the same way round. */
async function sharedAgreement(db: Db, raterId: string): Promise<number[]> {
  const others = { raterId: { not: raterId }, round: 0, withdrawnAt: null, allBad: false };
  const mine = await db.ranking.findMany({
    where: {
      ...{ raterId, round: 0, withdrawnAt: null, allBad: false },
      comparison: { reason: { not: "CHAT" }, rankings: { some: others } },
    },
    orderBy: { createdAt: "desc" },
    take: MOST_SHARED,
    select: {
      entries: { select: ENTRY },
      comparison: { select: { rankings: { where: others, select: { entries: { select: ENTRY } } } } },
    },
  });
  return mine.flatMap(({ entries, comparison }) => {
    const shares = comparison.rankings
      .map(({ entries: theirs }) => agreementWith(entries satisfies Ranked[], theirs))
      .filter((share) => share !== null);
    return shares.length === 0 ? [] : [shares.reduce((sum, share) => sum + share, 0) / shares.length];
  });
}

const ENTRY = { messageId: true, rank: true } as const;
