/** The share of an arm, set by hand. */

import { recordAudit } from "../audit.ts";
import type { TrafficView } from "../views/deployment.ts";
import { findArm } from "./arm-acts.ts";
import { openCanary } from "./moves.ts";
import { said } from "./said.ts";
import { sharesChanged } from "./shares.ts";
import { assertNotFrozen, assertShares, lockArms, type TrafficStage } from "./stage.ts";
import { readTraffic } from "./traffic-view.ts";

interface NewShare {
  deploymentId: string;
  /** Per mille. */
  share: number;
  /** Called where it would grow; throws where whoever asks may only take traffic away. */
  onGrowth?: () => void;
}

/**
 * Sets how many of a thousand new conversations an arm gets; those it has, it keeps. A Canary whose share somebody sets is paused: its stages
 * would take the share back.
 * @throws AppError NOT_FOUND, ILLEGAL_STATE, INVALID_INPUT, DEPLOYMENT_FROZEN when it would grow
 */
export async function setShare(stage: TrafficStage, { deploymentId, share, onGrowth }: NewShare): Promise<TrafficView> {
  const { db, actorId } = stage;
  await db.$transaction(async (tx) => {
    const arm = await findArm(tx, deploymentId);
    if (arm.share === share) return;
    if (share > arm.share) {
      onGrowth?.();
      await assertNotFrozen(tx);
    }
    const [, ...arms] = await lockArms(tx);
    assertShares(
      arms.filter(({ id }) => id !== arm.id),
      share,
    );
    await tx.deployment.update({ where: { id: arm.id }, data: { share } });
    const canary = await openCanary(tx);
    if (canary?.deploymentId === arm.id) {
      const reason = said("SHARE_SET_BY_HAND", { share: share / 1000 });
      await tx.canary.update({ where: { id: canary.id }, data: { status: "PAUSED", reason } });
    }
    await sharesChanged(tx);
    await recordAudit(tx, {
      ...{ actorId, action: "deployment.setShare", subject: `Deployment:${arm.id}` },
      ...{ before: { number: arm.number, share: arm.share }, after: { number: arm.number, share } },
    });
  });
  return readTraffic(stage);
}
