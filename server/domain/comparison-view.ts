/** Comparisons as admins see them: the queue in figures, a page of it, and one in full. */

import { z } from "zod";
import { Prisma } from "../../prisma/generated/client.ts";
import type { ComparisonReason, ComparisonStatus } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { notFound } from "../errors.ts";
import { staffing } from "./annotation-queue.ts";
import { MESSAGE_ROLE } from "./chat-role.ts";
import { goldSchema } from "./gold.ts";
import { historiesOf } from "./history.ts";
import { behind, pageOf } from "./page.ts";
import { RANKING, viewLabels } from "./ranking-view.ts";
import { PERSON } from "./select.ts";
import type { ComparisonRow, ComparisonView, Page, QueueView, Turns } from "./views.ts";

/** Comparison.why: the figures behind reason and priority, by name. */
export const comparisonWhySchema = z.record(z.string(), z.union([z.number(), z.string()]));

const row = (now: Date) =>
  ({
    ...{ id: true, reason: true, status: true, priority: true, why: true, gold: true, wanted: true, createdAt: true },
    prompt: { select: { content: true } },
    // Rows and not Prisma's counts, which count everything there is before they look at the page's.
    candidates: { select: { messageId: true } },
    rankings: { where: { round: 0, withdrawnAt: null }, select: { id: true } },
    assignments: {
      where: { state: "LEASED", expiresAt: { gt: now } },
      select: { rater: PERSON },
      orderBy: { leasedAt: "asc" },
    },
  }) as const satisfies Prisma.ComparisonSelect;

type Row = Prisma.ComparisonGetPayload<{ select: ReturnType<typeof row> }>;

/** Characters of a prompt that a list shows. */
const BEGINNING = 200;

function viewRow({ why, gold, prompt, candidates, rankings, assignments, ...own }: Row): ComparisonRow {
  const figures = comparisonWhySchema.safeParse(why);
  return {
    ...own,
    why: figures.success ? figures.data : {},
    gold: gold !== null,
    rankings: rankings.length,
    candidates: candidates.length,
    prompt: prompt.content.slice(0, BEGINNING),
    lentTo: assignments.map(({ rater }) => rater),
  };
}

export interface ComparisonFilter {
  status?: ComparisonStatus;
  reason?: ComparisonReason;
  gold?: boolean;
  cursor?: string;
}

const PAGE = 50;

/** What waits comes in the order in which it will be given out, anything else newest first. */
export async function listComparisons(
  db: Db,
  { status, reason, gold, cursor }: ComparisonFilter,
  now: Date,
): Promise<Page<ComparisonRow>> {
  const waits = status === "OPEN" || status === "DRAFTING";
  const rows = await db.comparison.findMany({
    where: {
      status,
      reason: reason ?? { not: "CHAT" },
      ...(gold !== undefined && { gold: gold ? { not: Prisma.DbNull } : { equals: Prisma.DbNull } }),
    },
    orderBy: waits
      ? [{ priority: "desc" }, { createdAt: "asc" }, { id: "asc" }]
      : [{ createdAt: "desc" }, { id: "desc" }],
    take: PAGE + 1,
    ...behind(cursor),
    select: row(now),
  });
  return pageOf(rows, PAGE, viewRow);
}

/** Turns up to and including a prompt. */
export async function turnsOf(db: Db | Tx, promptId: string): Promise<Turns> {
  const turns = (await historiesOf(db, [promptId])).get(promptId) ?? [];
  return turns.map(({ role, content }) => ({ role: MESSAGE_ROLE[role], content }));
}

/** Everything about one, weights included: admins are not blinded. */
export async function getComparison(db: Db, id: string, now: Date): Promise<ComparisonView> {
  const listed = await db.comparison.findUnique({ where: { id }, select: row(now) });
  const found = await db.comparison.findUnique({
    where: { id },
    select: {
      ...{ promptId: true, gold: true },
      candidates: {
        orderBy: { ordinal: "asc" },
        select: {
          message: { select: { id: true, content: true, adapterSha256: true, edit: { select: { id: true } } } },
        },
      },
      rankings: {
        orderBy: [{ createdAt: "asc" }, { id: "asc" }],
        select: { ...RANKING, round: true, durationMs: true, rater: PERSON },
      },
    },
  });
  if (!listed || !found) throw notFound("comparison");
  const assignments = await db.assignment.findMany({
    where: { comparisonId: id },
    orderBy: [{ leasedAt: "asc" }, { id: "asc" }],
    select: { state: true, round: true, skipReason: true, leasedAt: true, endedAt: true, rater: PERSON },
  });
  const gold = goldSchema.safeParse(found.gold);
  return {
    ...viewRow(listed),
    turns: await turnsOf(db, found.promptId),
    candidatesInFull: found.candidates.map(({ message: { id: messageId, content, adapterSha256, edit } }) => ({
      ...{ messageId, content, adapterSha256 },
      byPerson: edit !== null,
    })),
    goldRanks: gold.success ? gold.data : null,
    rankingsInFull: found.rankings.map(({ entries, labels, createdAt, withdrawnAt, ...ranking }) => ({
      ...ranking,
      ranks: entries,
      labels: viewLabels(labels),
      at: createdAt,
      withdrawn: withdrawnAt !== null,
    })),
    assignments: assignments.map(({ leasedAt, endedAt, ...assignment }) => ({
      ...assignment,
      at: endedAt ?? leasedAt,
    })),
  };
}

const DAYS = 30;

/** The queue in figures. */
export async function viewQueue(db: Db, now: Date): Promise<QueueView> {
  const since = new Date(now.getTime() - (DAYS - 1) * 24 * 3600_000);
  const [statuses, reasons, gold, perDay, [pace], skips, staff] = await Promise.all([
    db.comparison.groupBy({ by: "status", where: { reason: { not: "CHAT" } }, _count: true }),
    db.comparison.groupBy({
      by: "reason",
      where: { reason: { not: "CHAT" }, gold: { equals: Prisma.DbNull }, status: { in: ["OPEN", "DRAFTING"] } },
      _count: true,
    }),
    db.comparison.count({ where: { gold: { not: Prisma.DbNull } } }),
    db.$queryRaw<{ day: string; count: number }[]>`
      WITH counted AS (
        SELECT (ranking."createdAt" AT TIME ZONE 'UTC')::date AS day, count(*)::int AS "count"
        FROM "Ranking" ranking JOIN "Comparison" about ON about."id" = ranking."comparisonId" AND about."reason" <> 'CHAT'
        WHERE ranking."withdrawnAt" IS NULL AND ranking."createdAt" <= ${now}::timestamptz
          AND ranking."createdAt" >= date_trunc('day', ${since}::timestamptz, 'UTC') GROUP BY 1
      )
      SELECT to_char(days.day, 'YYYY-MM-DD') AS "day", coalesce(counted."count", 0) AS "count"
      FROM generate_series((${since}::timestamptz AT TIME ZONE 'UTC')::date, (${now}::timestamptz AT TIME ZONE 'UTC')::date, interval '1 day') AS days(day)
      LEFT JOIN counted ON counted.day = days.day::date ORDER BY days.day`,
    db.$queryRaw<{ medianSeconds: number | null }[]>`
      SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ranking."durationMs") / 1000 AS "medianSeconds"
      FROM "Ranking" ranking JOIN "Comparison" about ON about."id" = ranking."comparisonId"
      WHERE about."reason" <> 'CHAT' AND ranking."withdrawnAt" IS NULL AND ranking."createdAt" >= ${since}`,
    db.assignment.groupBy({
      by: "skipReason",
      where: { state: "SKIPPED", endedAt: { gte: since } },
      _count: true,
      orderBy: { _count: { skipReason: "desc" } },
    }),
    staffing(db),
  ]);
  const byStatus = { DRAFTING: 0, OPEN: 0, DONE: 0, CLOSED: 0 };
  for (const { status, _count } of statuses) byStatus[status] = _count;
  return {
    byStatus,
    byReason: Object.fromEntries(reasons.map(({ reason, _count }) => [reason, _count])),
    gold,
    ...staff,
    rankingsPerDay: perDay,
    medianSeconds: pace?.medianSeconds ?? null,
    skips: skips.map(({ skipReason, _count }) => ({ reason: skipReason ?? "other", count: _count })),
  };
}
