/** What a person judged, newest first, and what became of each judgement: in which Datasets it went, and which releases learned from it. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { JudgementKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import { choiceOf } from "./draft-view.ts";
import { releasesByDataset } from "./release-lineage.ts";
import type { MyJudgementView, Page } from "./views.ts";

const PAGE = 30;
/** Characters of a prompt or a reply that the list shows. */
const BEGINNING = 280;

interface ListInput {
  cursor?: string;
  kind?: JudgementKind;
}

/** A judgement that stands, with the replies it is about. */
interface Row {
  id: string;
  kind: JudgementKind;
  at: Date;
  promptId: string;
  prompt: string;
  conversationId: string;
  title: string;
  own: boolean;
  optedOut: boolean;
  messageId: string | null;
  comparisonId: string | null;
  reply: string;
  value: number | null;
  reasons: string[] | null;
  comment: string | null;
  edited: string | null;
  allBad: boolean;
  entries: { messageId: string; rank: number }[];
}

export async function listMyJudgements(
  db: Db,
  viewerId: string,
  { cursor, kind }: ListInput,
): Promise<Page<MyJudgementView>> {
  const rows = await readRows(db, viewerId, kind, cursor === undefined ? null : parseCursor(cursor));
  const shown = rows.slice(0, PAGE);
  const [datasets, standing] = await Promise.all([datasetsOf(db, viewerId, shown), pairedOf(db, viewerId, shown)]);
  const releases = await releasesByDataset(db, [...new Set([...datasets.values()].flat())]);
  const items = shown.map((row): MyJudgementView => {
    const used = datasets.get(row.id) ?? [];
    const { id, at, prompt, reply, reasons, comment, edited, comparisonId } = row;
    const choice = row.kind === "CHOICE" ? choiceOf(row) : null;
    const messageId = choice?.kind === "PICK" ? choice.messageId : row.messageId;
    const fate = used.length > 0 ? "USED" : row.optedOut ? "OPTED_OUT" : teaches(row, standing) ? "WAITING" : "NO_PAIR";
    const learned = new Map(used.flatMap((dataset) => releases.get(dataset) ?? []).map((one) => [one.number, one]));
    return {
      ...{ id, kind: row.kind, at, prompt, reply, comment, edited, messageId, comparisonId, fate },
      conversation: row.own ? { id: row.conversationId, title: row.title } : null,
      value: row.value === null ? null : row.value > 0 ? 1 : -1,
      reasons: reasons ?? [],
      choice: choice?.kind ?? null,
      releases: [...learned.values()].sort((a, b) => a.number - b.number),
    };
  });
  const last = shown.at(-1);
  return { items, nextCursor: rows.length > PAGE && last ? `${last.at.toISOString()}_${last.id}` : null };
}

function parseCursor(cursor: string): { at: Date; id: string } {
  const [, date, id] = /^(\S+)_([0-9a-f-]{36})$/.exec(cursor) ?? [];
  const at = new Date(date ?? Number.NaN);
  if (!id || Number.isNaN(at.getTime())) {
    throw new AppError("INVALID_INPUT", "The cursor is none that this list gave; start from its top.");
  }
  return { at, id };
}

/** The kinds that each table holds. */
const TABLES = {
  Feedback: { rater: "raterId", kinds: ["FEEDBACK"] },
  Edit: { rater: "authorId", kinds: ["EDIT"] },
  Ranking: { rater: "raterId", kinds: ["CHOICE", "RANKING"] },
} as const satisfies Record<string, { rater: string; kinds: readonly JudgementKind[] }>;

/** One row more than a page: each table's newest by its index, put together, and only then joined with the texts. */
async function readRows(
  db: Db,
  viewerId: string,
  kind: JudgementKind | undefined,
  before: { at: Date; id: string } | null,
): Promise<Row[]> {
  const newest = (Object.keys(TABLES) as (keyof typeof TABLES)[])
    .filter((table) => kind === undefined || (TABLES[table].kinds as readonly JudgementKind[]).includes(kind))
    .map((table) => {
      const conditions = [Prisma.sql`judged.${Prisma.raw(`"${TABLES[table].rater}"`)} = ${viewerId}::uuid`];
      if (before) conditions.push(Prisma.sql`(judged."createdAt", judged."id") < (${before.at}, ${before.id}::uuid)`);
      if (table !== "Feedback") conditions.push(Prisma.sql`judged."withdrawnAt" IS NULL`);
      const chat = Prisma.sql`(SELECT "reason" = 'CHAT' FROM "Comparison" WHERE "id" = judged."comparisonId")`;
      if (table === "Ranking" && kind) conditions.push(kind === "CHOICE" ? chat : Prisma.sql`NOT ${chat}`);
      return Prisma.sql`(SELECT ${table}::text AS "table", judged."id", judged."createdAt" AS "at"
        FROM ${Prisma.raw(`"${table}"`)} judged WHERE ${Prisma.join(conditions, " AND ")}
        ORDER BY judged."createdAt" DESC, judged."id" DESC LIMIT ${PAGE + 1})`;
    });
  return db.$queryRaw<Row[]>`
    WITH newest AS (SELECT * FROM (${Prisma.join(newest, " UNION ALL ")}) AS all_kinds ORDER BY "at" DESC, "id" DESC LIMIT ${PAGE + 1})
    SELECT newest."id", newest."at",
      CASE newest."table" WHEN 'Feedback' THEN 'FEEDBACK' WHEN 'Edit' THEN 'EDIT'
        ELSE CASE WHEN comparison."reason" = 'CHAT' THEN 'CHOICE' ELSE 'RANKING' END END AS "kind",
      prompt."id" AS "promptId", left(prompt."content", ${BEGINNING}) AS "prompt", left(reply."content", ${BEGINNING}) AS "reply",
      conversation."id" AS "conversationId", conversation."title",
      conversation."userId" = ${viewerId}::uuid AND conversation."deletedAt" IS NULL AS "own",
      conversation."trainingOptOut" OR person."trainingOptOut" OR rater."trainingOptOut" AS "optedOut",
      coalesce(thumb."messageId", edit."editedId") AS "messageId",
      CASE WHEN comparison."reason" = 'CHAT' THEN comparison."id" END AS "comparisonId",
      thumb."value", thumb."reasons", coalesce(thumb."comment", ranking."comment") AS "comment", edited."content" AS "edited",
      coalesce(ranking."allBad", false) AS "allBad", coalesce(places."entries", '[]') AS "entries"
    FROM newest
    LEFT JOIN "Feedback" thumb ON newest."table" = 'Feedback' AND thumb."id" = newest."id"
    LEFT JOIN "Edit" edit ON newest."table" = 'Edit' AND edit."id" = newest."id"
    LEFT JOIN "Message" edited ON edited."id" = edit."editedId"
    LEFT JOIN "Ranking" ranking ON newest."table" = 'Ranking' AND ranking."id" = newest."id"
    LEFT JOIN "Comparison" comparison ON comparison."id" = ranking."comparisonId"
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('messageId', entry."messageId", 'rank', entry."rank") ORDER BY entry."rank", entry."messageId") AS "entries"
      FROM "RankingEntry" entry WHERE entry."rankingId" = ranking."id") places ON true
    JOIN "Message" reply ON reply."id" = coalesce(thumb."messageId", edit."originalId", (places."entries"->0->>'messageId')::uuid,
      (SELECT candidate."messageId" FROM "ComparisonCandidate" candidate WHERE candidate."comparisonId" = comparison."id" ORDER BY candidate."ordinal" LIMIT 1))
    JOIN "Message" prompt ON prompt."id" = reply."parentId"
    JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
    JOIN "User" person ON person."id" = conversation."userId"
    JOIN "User" rater ON rater."id" = ${viewerId}::uuid
    ORDER BY newest."at" DESC, newest."id" DESC`;
}

/** The replies a judgement is about: a pair or an example that rests on it has one of them. */
const aboutOf = (row: Row): string[] =>
  row.messageId ? [row.messageId] : row.entries.map(({ messageId }) => messageId);

/** By judgement: ids of the Datasets that hold an example which rested on it when it was frozen. */
async function datasetsOf(db: Db, viewerId: string, rows: readonly Row[]): Promise<Map<string, string[]>> {
  const about = [...new Set(rows.flatMap(aboutOf))];
  const found = await db.$queryRaw<{ messageId: string; source: JudgementKind | null; datasetId: string }[]>`
    SELECT DISTINCT reply."id" AS "messageId", pair."source"::text AS "source", held."datasetId"
    FROM unnest(${about}::uuid[]) AS reply("id")
    JOIN "PreferencePair" pair ON pair."chosenId" = reply."id" OR pair."rejectedId" = reply."id"
    JOIN "DatasetPair" held ON held."pairId" = pair."id"
    JOIN "DatasetRater" judge ON judge."datasetId" = held."datasetId" AND judge."ordinal" = held."ordinal" AND judge."raterId" = ${viewerId}::uuid
    UNION
    SELECT DISTINCT item."messageId", NULL, item."datasetId"
    FROM "DatasetItem" item
    JOIN "DatasetRater" judge ON judge."datasetId" = item."datasetId" AND judge."ordinal" = item."ordinal" AND judge."raterId" = ${viewerId}::uuid
    WHERE item."messageId" = ANY(${about}::uuid[])`;
  return new Map(
    rows.map((row) => {
      const mine = new Set(aboutOf(row));
      const held = found.filter(
        ({ messageId, source }) => mine.has(messageId) && (source === null || source === row.kind),
      );
      return [row.id, [...new Set(held.map(({ datasetId }) => datasetId))]];
    }),
  );
}

/** Replies in pairs that stand now and rest on the viewer, by source: "FEEDBACK <messageId>". */
async function pairedOf(db: Db, viewerId: string, rows: readonly Row[]): Promise<Set<string>> {
  const promptIds = [...new Set(rows.map(({ promptId }) => promptId))];
  const pairs = await db.preferencePair.findMany({
    where: { promptId: { in: promptIds }, status: { not: "RETRACTED" }, raters: { some: { raterId: viewerId } } },
    select: { chosenId: true, rejectedId: true, source: true },
  });
  return new Set(
    pairs.flatMap(({ chosenId, rejectedId, source }) => [`${source} ${chosenId}`, `${source} ${rejectedId}`]),
  );
}

/** Whether a Dataset frozen now could hold a pair that rests on it. A lone thumb makes none, though KTO can learn from it. */
const teaches = (row: Row, paired: ReadonlySet<string>) =>
  aboutOf(row).some((messageId) => paired.has(`${row.kind} ${messageId}`));
