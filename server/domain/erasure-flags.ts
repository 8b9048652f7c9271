/** Adapters that learned from something since erased: found, flagged, and flagged again where another continues them. */

import type { Tx } from "../db.ts";
import { adaptersBelow } from "./lineage-adapters.ts";
import type { ErasurePreview } from "./views.ts";

/**
 * Adapters that learned from the Datasets in the table `touched` (see erasure-select.ts), with how many of the examples they
 * learned from the person had a part in: of their own Run's Datasets, or of all before them where it is inherited.
 */
export async function touchedAdapters(tx: Tx): Promise<ErasurePreview["adapters"]> {
  const touched = await tx.$queryRaw<{ datasetId: string }[]>`SELECT "datasetId" FROM touched`;
  const below = await adaptersBelow(
    tx,
    touched.map(({ datasetId }) => datasetId),
  );
  const rows = await tx.$queryRaw<{ id: string; sha256: string; live: boolean; own: number; all: number }[]>`
    WITH RECURSIVE before AS (
      SELECT adapter."id" AS root, adapter."id" FROM unnest(${below.map(({ adapterId }) => adapterId)}::uuid[]) AS adapter("id")
      UNION
      SELECT before.root, parent."id" FROM before JOIN "Run" run ON run."adapterId" = before."id",
        LATERAL (VALUES (run."fromAdapterId"), (run."rewardAdapterId")) parent("id") WHERE parent."id" IS NOT NULL
    ), learned AS (
      SELECT DISTINCT before.root, before."id" = before.root AS own, touched."datasetId", touched."examples"
      FROM before JOIN "Run" run ON run."adapterId" = before."id"
      JOIN touched ON touched."datasetId" IN (run."datasetId", run."replayDatasetId", run."humanDatasetId")
    )
    SELECT adapter."id", adapter."sha256",
      EXISTS (SELECT 1 FROM "Deployment" live WHERE live."adapterId" = adapter."id" AND live."deactivatedAt" IS NULL) AS "live",
      coalesce(sum(learned."examples") FILTER (WHERE learned.own), 0)::int AS "own", coalesce(sum(learned."examples"), 0)::int AS "all"
    FROM learned JOIN "Adapter" adapter ON adapter."id" = learned.root GROUP BY adapter."id"`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return below.flatMap(({ adapterId, inherited }) => {
    const row = byId.get(adapterId);
    if (!row) return [];
    const examples = inherited ? row.all : row.own;
    return { adapterId, sha256: row.sha256, examples, inherited, live: row.live };
  });
}

/** A new adapter that continues a flagged one, or was scored by one, has learned from the same. */
export async function inheritFlags(tx: Tx, { adapterId, runId }: { adapterId: string; runId: string }): Promise<void> {
  await tx.$executeRaw`INSERT INTO "AdapterFlag" ("adapterId", "erasureId", "examples", "inherited")
    SELECT ${adapterId}::uuid, flag."erasureId", max(flag."examples"), true
    FROM "Run" run JOIN "AdapterFlag" flag ON flag."adapterId" IN (run."fromAdapterId", run."rewardAdapterId")
    WHERE run."id" = ${runId}::uuid AND flag."adapterId" <> ${adapterId}::uuid GROUP BY flag."erasureId"
    ON CONFLICT ("adapterId", "erasureId") DO NOTHING`;
}
