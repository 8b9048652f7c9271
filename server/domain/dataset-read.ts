/** Datasets as the trainer reads them and as pages show them. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { DatasetOrigin, Split } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { notFound } from "../errors.ts";
import { guardsSchema } from "./dataset-guards.ts";
import { parseItem, viewItem } from "./dataset-item.ts";
import type { LineContents } from "./dataset-lines.ts";
import { JOIN_PAIR_REPLIES, PAIR_REPLIES, type PairRow, pairContents, turnsOf } from "./dataset-rows.ts";
import { leftOutSchema } from "./json.ts";
import { pageOf } from "./page.ts";
import { PAIR_ROW, viewPairs } from "./pair.ts";
import type { DataKind } from "./run-config.ts";
import type { DatasetFilter, DatasetSummary, DatasetView } from "./views.ts";

/** Rows read in one go. */
const BATCH = 1000;

/** An example with the side it fell on. */
export interface StoredExample<K extends DataKind = DataKind> {
  split: Split;
  weight: number;
  content: LineContents[K];
}

/** The examples of a Dataset in their frozen order, read in batches while somebody takes them. */
export async function* examplesOf<K extends DataKind>(
  db: Db | Tx,
  { id, kind }: { id: string; kind: K },
): AsyncGenerator<StoredExample<K>> {
  for (let last = -1; ; ) {
    const rows = await db.datasetItem.findMany({
      where: { datasetId: id, ordinal: { gt: last } },
      orderBy: { ordinal: "asc" },
      take: BATCH,
    });
    for (const { split, weight, content } of rows) yield { split, weight, content: parseItem(kind, content) };
    const end = rows.at(-1);
    if (!end) break;
    last = end.ordinal;
  }
  if (kind === "PAIRS") yield* pairsOf(db, id) as AsyncGenerator<StoredExample<K>>;
}

/** People's pairs stand in their own rows and are read with them. */
async function* pairsOf(db: Db | Tx, datasetId: string): AsyncGenerator<StoredExample<"PAIRS">> {
  for (let from = 0; ; from += BATCH) {
    const rows = await db.$queryRaw<(PairRow & { split: Split; epsilon: number | null })[]>`
      SELECT pair."promptId", entry."weight", entry."split", entry."epsilon", ${PAIR_REPLIES}
      FROM "DatasetPair" entry JOIN "PreferencePair" pair ON pair."id" = entry."pairId" ${JOIN_PAIR_REPLIES}
      WHERE entry."datasetId" = ${datasetId}::uuid AND entry."ordinal" >= ${from} AND entry."ordinal" < ${from + BATCH}
      ORDER BY entry."ordinal"`;
    const contents = await pairContents(db, rows);
    for (const [i, { split, weight, epsilon }] of rows.entries()) {
      const { prompt, ...pair } = contents[i]!;
      yield { split, weight, content: { ...pair, prompt: turnsOf(prompt), ...(epsilon !== null && { epsilon }) } };
    }
    if (rows.length < BATCH) return;
  }
}

const SUMMARY = { include: { _count: { select: { runs: true } } } } as const satisfies Prisma.DatasetDefaultArgs;
export const DATASET_SUMMARY = SUMMARY;

export function viewDataset(row: Prisma.DatasetGetPayload<typeof SUMMARY>): DatasetSummary {
  const { id, kind, origin, name, sha256, trainPairs, heldOutPairs, frozenAt, erased, guards, _count } = row;
  return {
    ...{ id, kind, origin, name, sha256, frozenAt, erased },
    ...{ train: trainPairs, heldOut: heldOutPairs, runs: _count.runs },
    guards: guards === null ? null : guardsSchema.parse(guards),
  };
}

/** Newest first. */
export async function listDatasets(
  db: Db,
  filter: { kind?: DataKind; origin?: DatasetOrigin } = {},
): Promise<DatasetSummary[]> {
  const orderBy = [{ frozenAt: "desc" as const }, { id: "desc" as const }];
  const rows = await db.dataset.findMany({ ...SUMMARY, where: filter, orderBy, take: 200 });
  return rows.map(viewDataset);
}

const PAGE = 30;

export async function getDataset(
  db: Db,
  { id, cursor }: { id: string; cursor?: string; filter?: DatasetFilter },
): Promise<DatasetView> {
  const row = await db.dataset.findUnique({ where: { id }, ...SUMMARY });
  if (!row) throw notFound("dataset");
  const after = cursor && /^\d{1,9}$/.test(cursor) ? Number(cursor) : -1;
  const part = {
    where: { datasetId: id, ordinal: { gt: after } },
    orderBy: { ordinal: "asc" as const },
    take: PAGE + 1,
  };
  const rows = await db.datasetPair.findMany({ ...part, include: { pair: { include: PAIR_ROW } } });
  const items = await db.datasetItem.findMany(part);
  const views = await viewPairs(
    db,
    rows.slice(0, PAGE).map((entry) => entry.pair),
  );
  const entries = rows.map(({ ordinal, split, epsilon }, i) => ({
    id: String(ordinal),
    example: { ordinal, split, epsilon },
    view: views[i],
  }));
  return {
    ...viewDataset(row),
    leftOut: leftOutSchema.parse(row.leftOut),
    pairs: pageOf(entries, PAGE, ({ example, view }) => ({ ...view!, ...example })),
    items: pageOf(
      items.map((item) => ({ ...item, id: String(item.ordinal) })),
      PAGE,
      ({ id, ordinal, split, weight, source, content }) => ({
        ...{ id, ordinal, split, weight, source },
        content: viewItem(row.kind, content),
      }),
    ),
  };
}
