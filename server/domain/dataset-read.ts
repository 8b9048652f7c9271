/** Datasets as pages show them. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { DatasetOrigin } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { guardsSchema } from "./dataset-guards.ts";
import { viewItem } from "./dataset-item.ts";
import { searchDataset } from "./dataset-search.ts";
import { leftOutSchema } from "./json.ts";
import { PAIR_ROW, viewPairs } from "./pair.ts";
import type { DataKind } from "./run-config.ts";
import type { DatasetFilter, DatasetSummary, DatasetView } from "./views.ts";

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

/** A page of examples in their frozen order; of a search it may be empty and still name the next. */
export async function getDataset(
  db: Db,
  { id, cursor, filter = {} }: { id: string; cursor?: string; filter?: DatasetFilter },
): Promise<DatasetView> {
  const row = await db.dataset.findUnique({ where: { id }, ...SUMMARY });
  if (!row) throw notFound("dataset");
  const after = cursor && /^\d{1,9}$/.test(cursor) ? Number(cursor) : -1;
  const size = row.trainPairs + row.heldOutPairs;
  const { pairs, items, next } = await searchDataset(db, { id, kind: row.kind, size, after, filter, page: PAGE });
  const of = (ordinals: number[]) => ({
    where: { datasetId: id, ordinal: { in: ordinals } },
    orderBy: { ordinal: "asc" as const },
  });
  const entries =
    pairs.length > 0 ? await db.datasetPair.findMany({ ...of(pairs), include: { pair: { include: PAIR_ROW } } }) : [];
  const views = await viewPairs(
    db,
    entries.map((entry) => entry.pair),
  );
  const stored = items.length > 0 ? await db.datasetItem.findMany(of(items)) : [];
  const nextCursor = next === null ? null : String(next);
  return {
    ...viewDataset(row),
    leftOut: leftOutSchema.parse(row.leftOut),
    pairs: {
      // As they were weighed when they were frozen.
      items: entries.map(({ ordinal, split, weight, epsilon }, i) => ({
        ...views[i]!,
        ordinal,
        split,
        weight,
        epsilon,
      })),
      nextCursor: items.length === 0 ? nextCursor : null,
    },
    items: {
      items: stored.map(({ ordinal, split, weight, source, content }) => ({
        ...{ id: String(ordinal), ordinal, split, weight, source },
        content: viewItem(row.kind, content),
      })),
      nextCursor: pairs.length === 0 ? nextCursor : null,
    },
  };
}
