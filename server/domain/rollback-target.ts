/** Where a rollback goes: the last release that differs from the live one. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { DEFAULT_SLOT } from "./live.ts";

interface Release {
  slot: string;
  deactivatedAt: Date | null;
  baseModelId: string;
  adapterId: string | null;
}

/** The last default arm before the live one that differs from it and is of the same base model; rows newest first. */
export function rollbackTarget<Row extends Release>(rows: readonly Row[]): Row | undefined {
  const releases = rows.filter(({ slot }) => slot === DEFAULT_SLOT);
  const at = releases.findIndex(({ deactivatedAt }) => deactivatedAt === null);
  const live = releases[at];
  if (!live) return undefined;
  return releases.slice(at + 1).find((row) => row.baseModelId === live.baseModelId && row.adapterId !== live.adapterId);
}

const TARGET = { adapter: { select: { sha256: true } } } as const satisfies Prisma.DeploymentInclude;

/** Releases among which is looked. */
const HISTORY = 200;

export async function readRollbackTarget(
  db: Db | Tx,
): Promise<Prisma.DeploymentGetPayload<{ include: typeof TARGET }> | null> {
  const rows = await db.deployment.findMany({
    where: { slot: DEFAULT_SLOT },
    orderBy: { number: "desc" },
    take: HISTORY,
    include: TARGET,
  });
  return rollbackTarget(rows) ?? null;
}
