/** What an act on the traffic works with, and the lock that lets one of them happen at a time. */

import type { Db, Tx } from "../../db.ts";
import type { ServingBackend } from "../../engine-client.ts";
import type { Env } from "../../env.ts";
import { AppError } from "../../errors.ts";
import { logger } from "../../log.ts";
import { adapterPath } from "../adapter.ts";
import { DEFAULT_SLOT, type LiveDeployment } from "../live.ts";
import { getSetting } from "../setting.ts";
import { activeArms } from "./arms.ts";

/** The parts of a process that give an adapter traffic. */
export interface Serving {
  db: Db;
  engine: Pick<ServingBackend, "ensureAdapter" | "keepAdapters">;
  env: Pick<Env, "HONE_HOME" | "INFERENCE_ADAPTERS">;
}

export interface TrafficStage extends Serving {
  /** Null: the system itself. */
  actorId: string | null;
  now: Date;
}

/** One act at a time: a row lock alone would let the second one look for an active row that is gone. @returns all active arms, the default first */
export async function lockArms(tx: Tx): Promise<[LiveDeployment, ...LiveDeployment[]]> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('Deployment'), hashtext(${DEFAULT_SLOT}))::text`;
  const [live, ...others] = await activeArms(tx);
  if (live?.slot !== DEFAULT_SLOT) {
    throw new AppError(
      "ILLEGAL_STATE",
      'Nothing is deployed: the database was not seeded; start Hone with "npm start".',
    );
  }
  return [live, ...others];
}

/** @throws AppError DEPLOYMENT_FROZEN */
export async function assertNotFrozen(tx: Tx): Promise<void> {
  const { frozen, reason } = await getSetting(tx, "deploymentFreeze");
  if (!frozen) return;
  throw new AppError(
    "DEPLOYMENT_FROZEN",
    `Deployments are frozen (${reason || "no reason given"}); lift the freeze, or roll back, which works all the same.`,
  );
}

/** @throws AppError INVALID_INPUT when the arms together would have more than there is */
export function assertShares(others: readonly { share: number }[], share: number): void {
  const taken = others.reduce((sum, arm) => sum + arm.share, 0);
  if (taken + share <= 1000) return;
  throw new AppError(
    "INVALID_INPUT",
    `The other arms have ${taken} per mille of the traffic, so ${share} more do not fit; ask for at most ${1000 - taken}, or take some from them.`,
  );
}

/** Tells the inference process which arms are active: they stay loaded, whatever else is asked for. @throws AppError INFERENCE_UNAVAILABLE */
export async function warmArms({ db, engine, env }: Serving): Promise<void> {
  const arms = await activeArms(db);
  await engine.keepAdapters(
    arms.map(({ adapter }) => adapter && { sha256: adapter.sha256, path: adapterPath(env, adapter.path) }),
  );
}

/** The same after an act that has happened: a failure only costs the next reply some time, and upkeep does it again. */
export async function rewarm(stage: Serving): Promise<void> {
  try {
    await warmArms(stage);
  } catch (error) {
    logger("deployment").warn({ err: error }, "the inference process could not be told of the arms");
  }
}
