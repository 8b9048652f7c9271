/** What a change of shares means for the arms that are watched. */

import type { Tx } from "../../db.ts";
import { DEFAULT_SLOT } from "../live.ts";
import { drawnAnew } from "./evidence.ts";
import { openCanary } from "./moves.ts";
import { newestReplyOf, stateOf } from "./state.ts";
import { watchStateOf } from "./watch.ts";

/**
 * To be called under the lock of the arms by whatever changes a share, begins an arm or ends one, once it is done: the Canary and every watch
 * compare only conversations that begin from now on. A new default arm needs none of it: its Canary is over, and watches begin anew.
 */
export async function sharesChanged(tx: Tx): Promise<void> {
  const canary = await openCanary(tx);
  if (canary) {
    const state = drawnAnew(stateOf(canary), await newestReplyOf(tx, canary));
    await tx.canary.update({ where: { id: canary.id }, data: { state } });
  }
  await tx.$queryRaw`SELECT 1 FROM "ArmWatch" watch JOIN "Deployment" arm ON arm."id" = watch."deploymentId"
    WHERE arm."deactivatedAt" IS NULL AND arm."slot" <> ${DEFAULT_SLOT} FOR UPDATE OF watch`;
  const watches = await tx.armWatch.findMany({
    where: { endedAt: null, deployment: { deactivatedAt: null, slot: { not: DEFAULT_SLOT } } },
  });
  for (const watch of watches) {
    const { deploymentId } = watch;
    const state = drawnAnew(watchStateOf(watch), await newestReplyOf(tx, watch));
    await tx.armWatch.update({ where: { deploymentId }, data: { state } });
  }
}
