/** Rankings by several people of the same replies, read for what they say of agreement and of each rater. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import type { Ranked } from "./views.ts";

export interface GivenRanking {
  comparisonId: string;
  raterId: string;
  /** In the order they were seen. */
  shown: string[];
  ranks: Ranked[];
  durationMs: number;
  /** A person's choice between drafts of their own conversation. */
  inChat: boolean;
}

/** First rankings that put replies in an order, newest first. @param most how many; default: all */
export const readGiven = (db: Db | Tx, { most, raterId }: { most?: number; raterId?: string } = {}) =>
  db.$queryRaw<GivenRanking[]>`
    SELECT given."comparisonId", given."raterId", given."shown"::text[] AS "shown", given."durationMs",
      comparison."reason" = 'CHAT' AS "inChat",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('messageId', entry."messageId", 'rank', entry."rank")), '[]')
        FROM "RankingEntry" entry WHERE entry."rankingId" = given."id") AS "ranks"
    FROM "Ranking" given JOIN "Comparison" comparison ON comparison."id" = given."comparisonId"
    WHERE given."round" = 0 AND given."withdrawnAt" IS NULL AND NOT given."allBad"
      ${raterId ? Prisma.sql`AND given."raterId" = ${raterId}::uuid` : Prisma.empty}
    ORDER BY given."createdAt" DESC, given."id" ${most ? Prisma.sql`LIMIT ${most}` : Prisma.empty}`;

/** The rankings of each Comparison that two or more people ranked. */
export function sharedTasks(given: readonly GivenRanking[]): GivenRanking[][] {
  const tasks = new Map<string, GivenRanking[]>();
  for (const ranking of given) {
    if (ranking.inChat) continue;
    tasks.set(ranking.comparisonId, [...(tasks.get(ranking.comparisonId) ?? []), ranking]);
  }
  return [...tasks.values()].filter((task) => task.length >= 2);
}

/** What a ranking says of two replies: the first is better, worse, or neither. */
export const BETTER = 0;
export const WORSE = 1;
export const TIE = 2;

/** Per two replies of the ranking, in the order of their ids, what it says of them. */
export function preferencesOf(ranks: readonly Ranked[]): Map<string, number> {
  const order = [...ranks].sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
  const said = new Map<string, number>();
  for (const [i, a] of order.entries())
    for (const b of order.slice(i + 1))
      said.set(`${a.messageId} ${b.messageId}`, a.rank === b.rank ? TIE : a.rank < b.rank ? BETTER : WORSE);
  return said;
}
