/** Preference pairs as admins read them: the prompt, both replies, and who judged. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { MESSAGE_ROLE } from "./chat-role.ts";
import { historiesOf } from "./history.ts";
import { behind, contains, pageOf } from "./page.ts";
import { PERSON } from "./select.ts";
import type { Page, PairDetails, PairFilter, PairView } from "./views.ts";

const REPLY = { select: { id: true, content: true, adapterSha256: true } } as const;

export const PAIR_ROW = {
  chosen: REPLY,
  rejected: REPLY,
  raters: { include: { rater: PERSON } },
} as const satisfies Prisma.PreferencePairInclude;

type PairRow = Prisma.PreferencePairGetPayload<{ include: typeof PAIR_ROW }>;

export async function viewPairs(db: Db, rows: readonly PairRow[]): Promise<PairView[]> {
  const histories = await historiesOf(db, [...new Set(rows.map((row) => row.promptId))]);
  const reply = ({ id, content, adapterSha256 }: PairRow["chosen"]) => ({ messageId: id, content, adapterSha256 });
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    status: row.status,
    createdAt: row.createdAt,
    prompt: (histories.get(row.promptId) ?? []).map(({ role, content }) => ({ role: MESSAGE_ROLE[role], content })),
    chosen: reply(row.chosen),
    rejected: reply(row.rejected),
    raters: row.raters.map(({ rater }) => rater),
    weight: row.weight,
    quarantineReason: row.quarantineReason,
  }));
}

const PAGE = 30;
/** Pairs that one page of a search looks at: the page is in time however rare what is searched for is. */
const LOOKED_AT = 10_000;

/** Newest first, retracted ones included. A page of a search may be empty and still name the next. */
export async function listPairs(
  db: Db,
  { cursor, ...filter }: PairFilter & { cursor?: string } = {},
): Promise<Page<PairView>> {
  behind(cursor); // says what is wrong with one that no list gave
  const { search, adapterSha256 } = filter;
  const walk = walkOf(filter, cursor);
  const bounded = search !== undefined || adapterSha256 !== undefined;
  const found = bounded
    ? await db.$queryRaw<{ id: string }[]>`
        SELECT walk."id" FROM (${walk} LIMIT ${LOOKED_AT}) AS walk
        WHERE ${Prisma.join(conditionsOf(filter), " AND ")} ORDER BY walk."createdAt" DESC, walk."id" DESC LIMIT ${PAGE + 1}`
    : await db.$queryRaw<{ id: string }[]>`${walk} LIMIT ${PAGE + 1}`;
  const rows = await db.preferencePair.findMany({
    where: { id: { in: found.map(({ id }) => id) } },
    include: PAIR_ROW,
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const views = await viewPairs(
    db,
    found.flatMap(({ id }) => byId.get(id) ?? []),
  );
  const page = pageOf(views, PAGE, (view) => view);
  if (page.nextCursor !== null || !bounded) return page;
  const [last] = await db.$queryRaw<{ id: string }[]>`${walk} OFFSET ${LOOKED_AT - 1} LIMIT 1`;
  return { ...page, nextCursor: last?.id ?? null };
}

/** Pairs from the newest on, by what an index knows. */
function walkOf({ source, status, raterId, from, to }: PairFilter, cursor: string | undefined): Prisma.Sql {
  const conditions = [
    Prisma.sql`true`,
    ...(source ? [Prisma.sql`pair."source" = ${source}::"PairSource"`] : []),
    ...(status ? [Prisma.sql`pair."status" = ${status}::"PairStatus"`] : []),
    ...(from ? [Prisma.sql`pair."createdAt" >= ${from}`] : []),
    ...(to ? [Prisma.sql`pair."createdAt" < ${to}`] : []),
    ...(raterId
      ? [Prisma.sql`pair."id" IN (SELECT "pairId" FROM "PairRater" WHERE "raterId" = ${raterId}::uuid)`]
      : []),
    ...(cursor
      ? [
          Prisma.sql`(pair."createdAt", pair."id") < (SELECT "createdAt", "id" FROM "PreferencePair" WHERE "id" = ${cursor}::uuid)`,
        ]
      : []),
  ];
  return Prisma.sql`SELECT pair."id", pair."createdAt", pair."promptId", pair."chosenId", pair."rejectedId"
    FROM "PreferencePair" pair WHERE ${Prisma.join(conditions, " AND ")} ORDER BY pair."createdAt" DESC, pair."id" DESC`;
}

/**
 * What only the messages know; looked up row by row, so that a page ends as soon as it is full. The aggregate keeps the planner from
 * making a join of it, which would read every message there is.
 */
function conditionsOf({ search, adapterSha256 }: PairFilter): Prisma.Sql[] {
  const spoken = (among: Prisma.Sql, condition: Prisma.Sql) =>
    Prisma.sql`(SELECT bool_or(${condition}) FROM "Message" m WHERE m."id" IN (${among}))`;
  const replies = Prisma.sql`walk."chosenId", walk."rejectedId"`;
  return [
    ...(search ? [spoken(Prisma.sql`walk."promptId", ${replies}`, contains(Prisma.sql`m."content"`, search))] : []),
    ...(adapterSha256 ? [spoken(replies, Prisma.sql`m."adapterSha256" = ${adapterSha256}`)] : []),
  ];
}

/** @throws AppError NOT_FOUND */
export async function getPair(db: Db, id: string): Promise<PairDetails> {
  const row = await db.preferencePair.findUnique({
    where: { id },
    include: {
      ...PAIR_ROW,
      prompt: { select: { conversationId: true } },
      datasets: {
        select: {
          ...{ ordinal: true, split: true, weight: true, epsilon: true },
          dataset: { select: { id: true, sha256: true, frozenAt: true } },
        },
        orderBy: { dataset: { frozenAt: "desc" } },
        take: 100,
      },
    },
  });
  if (!row) throw notFound("pair");
  const [view] = await viewPairs(db, [row]);
  return {
    ...view!,
    conversationId: row.prompt.conversationId,
    datasets: row.datasets.map(({ dataset, ...entry }) => ({ ...dataset, ...entry })),
  };
}
