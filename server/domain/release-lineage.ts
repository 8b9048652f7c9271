/** Which releases learned from a Dataset: adapters of Runs that trained on it, and of Runs that continued those. */

import type { Db } from "../db.ts";
import { DEFAULT_SLOT } from "./live.ts";

export interface LearnedRelease {
  number: number;
  adapterSha256: string;
  live: boolean;
}

/** By Dataset; those that no release learned from are left out. */
export async function releasesByDataset(db: Db, datasetIds: readonly string[]): Promise<Map<string, LearnedRelease[]>> {
  const releases = new Map<string, LearnedRelease[]>();
  if (datasetIds.length === 0) return releases;
  const rows = await db.$queryRaw<(LearnedRelease & { datasetId: string })[]>`
    WITH RECURSIVE learned AS (
      SELECT asked."id" AS "datasetId", run."adapterId"
      FROM unnest(${datasetIds}::uuid[]) AS asked("id")
      JOIN "Run" run ON run."datasetId" = asked."id" OR run."replayDatasetId" = asked."id"
      WHERE run."adapterId" IS NOT NULL
      UNION
      SELECT learned."datasetId", run."adapterId"
      FROM learned JOIN "Run" run ON run."fromAdapterId" = learned."adapterId" WHERE run."adapterId" IS NOT NULL
    )
    SELECT learned."datasetId", deployment."number", adapter."sha256" AS "adapterSha256",
      deployment."deactivatedAt" IS NULL AND deployment."slot" = ${DEFAULT_SLOT} AS "live"
    FROM learned JOIN "Deployment" deployment ON deployment."adapterId" = learned."adapterId"
    JOIN "Adapter" adapter ON adapter."id" = learned."adapterId"
    ORDER BY deployment."number"`;
  for (const { datasetId, ...release } of rows) {
    releases.set(datasetId, [...(releases.get(datasetId) ?? []), release]);
  }
  return releases;
}
