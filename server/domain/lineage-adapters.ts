/** Adapters among their kin: what made each, what it continues, and which others learned from the same Datasets. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import type { LineageAdapter, LineageDataset } from "./views.ts";

const ROW = {
  madeBy: { select: { id: true, method: true }, orderBy: { createdAt: "asc" }, take: 1 },
  deployments: {
    select: { number: true, activatedAt: true, deactivatedAt: true },
    orderBy: { number: "asc" },
  },
  _count: { select: { flags: { where: { runId: null } } } },
} as const satisfies Prisma.AdapterInclude;

export const LINEAGE_ADAPTER = { include: ROW } as const;

export function viewLineageAdapter(row: Prisma.AdapterGetPayload<typeof LINEAGE_ADAPTER>): LineageAdapter {
  const { id, sha256, createdAt, madeBy, deployments, _count } = row;
  return {
    ...{ id, sha256, createdAt, flags: _count.flags },
    runId: madeBy[0]?.id ?? null,
    method: madeBy[0]?.method ?? null,
    releases: deployments.map(({ number, activatedAt, deactivatedAt }) => ({
      ...{ number, from: activatedAt, to: deactivatedAt },
    })),
  };
}

/** In the order of the ids. */
export async function lineageAdapters(db: Db, ids: readonly string[]): Promise<LineageAdapter[]> {
  const rows = await db.adapter.findMany({ where: { id: { in: [...ids] } }, ...LINEAGE_ADAPTER });
  const byId = new Map(rows.map((row) => [row.id, viewLineageAdapter(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** One adapter of a chain, with what the Run that made it was given. */
export interface Link {
  adapterId: string;
  rewardAdapterId: string | null;
  datasetId: string | null;
  replayDatasetId: string | null;
  humanDatasetId: string | null;
}

/**
 * The adapter and those it continues, nearest first. Equal Runs make one Adapter; the first of them counts, so that the way
 * back is a line. An adapter that nobody's Run made (the row was brought along) ends it.
 */
export function chainOf(db: Db | Tx, adapterId: string): Promise<Link[]> {
  return db.$queryRaw<Link[]>`
    WITH RECURSIVE chain AS (
      SELECT ${adapterId}::uuid AS "adapterId", 0 AS depth
      UNION ALL
      SELECT made."fromAdapterId", chain.depth + 1 FROM chain, LATERAL (
        SELECT "fromAdapterId" FROM "Run" WHERE "adapterId" = chain."adapterId" ORDER BY "createdAt" LIMIT 1
      ) made WHERE made."fromAdapterId" IS NOT NULL
    ) CYCLE "adapterId" SET looped USING path
    SELECT chain."adapterId", made."rewardAdapterId", made."datasetId", made."replayDatasetId", made."humanDatasetId"
    FROM chain LEFT JOIN LATERAL (
      SELECT * FROM "Run" WHERE "adapterId" = chain."adapterId" ORDER BY "createdAt" LIMIT 1
    ) made ON true
    WHERE NOT chain.looped ORDER BY chain.depth`;
}

/** What a link's Run used each Dataset for. */
export function rolesOf({ datasetId, replayDatasetId, humanDatasetId }: Link): [string, LineageDataset["role"]][] {
  const roles: [string | null, LineageDataset["role"]][] = [
    [datasetId, "DATA"],
    [replayDatasetId, "REPLAY"],
    [humanDatasetId, "HUMAN_PAIRS"],
  ];
  return roles.filter((role): role is [string, LineageDataset["role"]] => role[0] !== null);
}

/**
 * Every adapter that learned from one of the Datasets. `inherited`: not trained on them itself, but it continues an
 * adapter that was, or a reward model that was scored what it sampled. Oldest first.
 */
export function adaptersBelow(
  db: Db | Tx,
  datasetIds: readonly string[],
): Promise<{ adapterId: string; inherited: boolean }[]> {
  return db.$queryRaw<{ adapterId: string; inherited: boolean }[]>`
    WITH RECURSIVE trained AS (
      SELECT DISTINCT "adapterId" FROM "Run" WHERE "adapterId" IS NOT NULL AND (
        "datasetId" = ANY(${datasetIds}::uuid[]) OR "replayDatasetId" = ANY(${datasetIds}::uuid[])
        OR "humanDatasetId" = ANY(${datasetIds}::uuid[]))
    ), below AS (
      SELECT "adapterId" FROM trained
      UNION
      SELECT run."adapterId" FROM below JOIN "Run" run
        ON run."fromAdapterId" = below."adapterId" OR run."rewardAdapterId" = below."adapterId"
      WHERE run."adapterId" IS NOT NULL
    )
    SELECT below."adapterId", NOT EXISTS (SELECT 1 FROM trained WHERE trained."adapterId" = below."adapterId") AS "inherited"
    FROM below JOIN "Adapter" adapter ON adapter."id" = below."adapterId" ORDER BY adapter."createdAt", adapter."id"`;
}
