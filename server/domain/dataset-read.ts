/** Datasets as pages show them. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { DatasetOrigin } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { guardsSchema } from "./dataset-guards.ts";
import { viewItem } from "./dataset-item.ts";
import { leftOutSchema } from "./json.ts";
import { pageOf } from "./page.ts";
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
