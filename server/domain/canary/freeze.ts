/** The freeze: while it holds, nothing gets more traffic, by hand or by itself. */

import type { Db } from "../../db.ts";
import { recordAudit } from "../audit.ts";
import { PERSON } from "../select.ts";
import { getSetting } from "../setting.ts";
import type { TrafficView } from "../views/deployment.ts";
import { lockArms, type TrafficStage } from "./stage.ts";
import { readTraffic } from "./traffic-view.ts";

const KEY = "deploymentFreeze";

/** From the return on nothing is on its way any more: it waits for the act that is being done. */
export const freeze = (stage: TrafficStage, { reason }: { reason: string }): Promise<TrafficView> =>
  change(stage, { frozen: true, reason });

export const unfreeze = (stage: TrafficStage): Promise<TrafficView> => change(stage, { frozen: false, reason: "" });

async function change(stage: TrafficStage, value: { frozen: boolean; reason: string }): Promise<TrafficView> {
  const { db, actorId, now } = stage;
  await db.$transaction(async (tx) => {
    await lockArms(tx);
    const before = await getSetting(tx, KEY);
    if (before.frozen === value.frozen && before.reason === value.reason) return;
    const row = { value, updatedById: actorId, updatedAt: now };
    await tx.setting.upsert({ where: { key: KEY }, create: { key: KEY, ...row }, update: row });
    await recordAudit(tx, {
      ...{ actorId, action: value.frozen ? "deployment.freeze" : "deployment.unfreeze", subject: `Setting:${KEY}` },
      ...{ before, after: value },
    });
  });
  return readTraffic(stage);
}

/** Who froze deployments, when and why; null where nobody did. */
export async function readFreeze(db: Db): Promise<TrafficView["frozen"]> {
  const { frozen, reason } = await getSetting(db, KEY);
  if (!frozen) return null;
  const row = await db.setting.findUnique({ where: { key: KEY }, select: { updatedAt: true, updatedBy: PERSON } });
  return row && { by: row.updatedBy, reason, at: row.updatedAt };
}
