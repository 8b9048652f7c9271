/** Which examples of a Dataset a page shows: filtered, and never more looked at than a page's time allows. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { parseItem } from "./dataset-item.ts";
import { exampleLanguage, textsOf } from "./dataset-texts.ts";
import { languageOf } from "./language.ts";
import { contains } from "./page.ts";
import type { DataKind } from "./run-config.ts";
import type { DatasetFilter } from "./views.ts";

/** Ordinals that one page of a search looks at, and fewer where the language of each must be found. */
const LOOKED_AT = 10_000;
const READ_AT = 1_000;

export interface Search {
  id: string;
  kind: DataKind;
  /** Ordinals that were given out when it was frozen. */
  size: number;
  /** Show what stands behind this ordinal. */
  after: number;
  filter: DatasetFilter;
  page: number;
}

export interface Found {
  /** Of DatasetPairs, and of DatasetItems; a Dataset has one of the two. */
  pairs: number[];
  items: number[];
  /** Where the next page begins; null at the end. It may be there though nothing was found. */
  next: number | null;
}

export async function searchDataset(db: Db, search: Search): Promise<Found> {
  const { kind, after, filter, page, size } = search;
  const until = after + (filter.language ? READ_AT : LOOKED_AT);
  const pairs = kind === "PAIRS" ? await pairsFound(db, search, until) : [];
  const items = pairs.length > 0 ? { found: [], until } : await itemsFound(db, search, until);
  const found = pairs.length > 0 ? pairs : items.found;
  const full = found.length > page ? found[page - 1]! : null;
  const next = full ?? (items.until < size - 1 ? items.until : null);
  return { pairs: pairs.slice(0, page), items: items.found.slice(0, page), next };
}

async function pairsFound(db: Db, { id, after, filter, page }: Search, until: number): Promise<number[]> {
  const { split, source, search, language } = filter;
  // Subqueries and an aggregate rather than joins: they are looked up row by row, where a join may read whole tables.
  const conditions = [
    Prisma.sql`entry."datasetId" = ${id}::uuid AND entry."ordinal" > ${after} AND entry."ordinal" <= ${until}`,
    ...(split ? [Prisma.sql`entry."split" = ${split}::"Split"`] : []),
    ...(source
      ? [
          Prisma.sql`(SELECT pair."source" FROM "PreferencePair" pair WHERE pair."id" = entry."pairId") = ${source}::"PairSource"`,
        ]
      : []),
    ...(search
      ? [
          Prisma.sql`(SELECT bool_or(${contains(Prisma.sql`m."content"`, search)}) FROM "PreferencePair" pair
            JOIN "Message" m ON m."id" IN (pair."promptId", pair."chosenId", pair."rejectedId") WHERE pair."id" = entry."pairId")`,
        ]
      : []),
  ];
  if (!language) {
    const rows = await db.$queryRaw<{ ordinal: number }[]>`SELECT entry."ordinal" FROM "DatasetPair" entry
      WHERE ${Prisma.join(conditions, " AND ")} ORDER BY entry."ordinal" LIMIT ${page + 1}`;
    return rows.map(({ ordinal }) => ordinal);
  }
  const rows = await db.$queryRaw<{ ordinal: number; text: string }[]>`
    SELECT entry."ordinal", prompt."content" || E'\\n' || chosen."content" AS "text"
    FROM "DatasetPair" entry JOIN "PreferencePair" pair ON pair."id" = entry."pairId"
    JOIN "Message" prompt ON prompt."id" = pair."promptId" JOIN "Message" chosen ON chosen."id" = pair."chosenId"
    WHERE ${Prisma.join(conditions, " AND ")} ORDER BY entry."ordinal"`;
  return rows.filter(({ text }) => languageOf(text) === language).map(({ ordinal }) => ordinal);
}

/** @returns `until` as well: a page may have to end before it was all looked at */
async function itemsFound(
  db: Db,
  { id, kind, after, filter, page }: Search,
  until: number,
): Promise<{ found: number[]; until: number }> {
  const { split, source, search, language } = filter;
  // As it is written in JSON, quotes and ends of lines escaped.
  const written = search === undefined ? "" : JSON.stringify(search).slice(1, -1);
  const conditions = [
    Prisma.sql`"datasetId" = ${id}::uuid AND "ordinal" > ${after} AND "ordinal" <= ${until}`,
    ...(split ? [Prisma.sql`"split" = ${split}::"Split"`] : []),
    ...(source ? [Prisma.sql`"source" = ${source}::"PairSource"`] : []),
    ...(search ? [contains(Prisma.sql`"content"::text`, written)] : []),
  ];
  const read = language || search ? Prisma.sql`"content"` : Prisma.sql`NULL`;
  const most = language || search ? READ_AT : page + 1;
  const rows = await db.$queryRaw<{ ordinal: number; content: unknown }[]>`
    SELECT "ordinal", ${read} AS "content" FROM "DatasetItem"
    WHERE ${Prisma.join(conditions, " AND ")} ORDER BY "ordinal" LIMIT ${most}`;
  const found = rows.filter(({ content }) => content === null || fits(kind, content, filter));
  const end = rows.length === most ? rows.at(-1)!.ordinal : until;
  return { found: found.slice(0, page + 1).map(({ ordinal }) => ordinal), until: end };
}

/** The names of JSON's fields are no part of an example, though SQL found them. */
function fits(kind: DataKind, stored: unknown, { search, language }: DatasetFilter): boolean {
  const content = parseItem(kind, stored);
  if (language && exampleLanguage(content) !== language) return false;
  const wanted = search?.toLowerCase();
  return wanted === undefined || textsOf(content).some(({ text }) => text.toLowerCase().includes(wanted));
}
