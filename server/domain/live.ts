/** Which Deployment people talk to at this moment. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { AppError } from "../errors.ts";

export const LIVE = {
  baseModel: true,
  adapter: { select: { id: true, sha256: true, path: true } },
} as const satisfies Prisma.DeploymentInclude;

export type LiveDeployment = Prisma.DeploymentGetPayload<{ include: typeof LIVE }>;

export const DEFAULT_SLOT = "default";

/** The active row. @throws AppError ILLEGAL_STATE before the first start has made one */
export async function activeDeployment(db: Db | Tx): Promise<LiveDeployment> {
  const row = await db.deployment.findFirst({ where: { slot: DEFAULT_SLOT, deactivatedAt: null }, include: LIVE });
  if (!row) {
    throw new AppError(
      "ILLEGAL_STATE",
      'Nothing is deployed: the database was not seeded; start Hone with "npm start".',
    );
  }
  return row;
}
