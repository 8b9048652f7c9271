/** Arms beside the default one as people make and end them: an A/B test with a share that is set by hand, and taking any arm's traffic away. */

import type { Tx } from "../../db.ts";
import { AppError, notFound } from "../../errors.ts";
import { recordAudit } from "../audit.ts";
import { activeDeployment, DEFAULT_SLOT, type LiveDeployment } from "../live.ts";
import type { TrafficView } from "../views/deployment.ts";
import { close, open, openCanary, withdraw } from "./moves.ts";
import { admit, type Candidate, prepare } from "./prepare.ts";
import { said } from "./said.ts";
import { sharesChanged } from "./shares.ts";
import { assertNotFrozen, assertShares, lockArms, rewarm, type TrafficStage } from "./stage.ts";
import { readTraffic } from "./traffic-view.ts";
import { beginWatch } from "./watch.ts";

/**
 * Gives an adapter a fixed share of new conversations until somebody ends it, or its watch finds it worse than the default arm.
 * @throws AppError as `openArm`
 */
export async function startArm(
  stage: TrafficStage,
  { share, ...candidate }: Candidate & { share: number },
): Promise<TrafficView> {
  const { db, actorId } = stage;
  await admitArm(stage, candidate);
  await db.$transaction(async (tx) => {
    const { opened, control } = await openArm(tx, stage, { ...candidate, share });
    await beginWatch(tx, { deploymentId: opened.id, controlId: control.id });
    await recordAudit(tx, {
      ...{ actorId, action: "deployment.startArm", subject: `Deployment:${opened.id}` },
      after: { number: opened.number, adapterSha256: opened.adapter?.sha256 ?? null, share, override: opened.override },
    });
  });
  await rewarm(stage);
  return readTraffic(stage);
}

/** All that can be refused before anything has changed. @throws AppError as `prepare` and `admit` */
export async function admitArm(stage: TrafficStage, candidate: Candidate): Promise<void> {
  await prepare(stage, candidate.adapterId, (await activeDeployment(stage.db)).baseModelId);
  await admit(stage.db, candidate, stage.actorId);
}

/**
 * Opens an arm under the lock of the arms.
 * @throws AppError DEPLOYMENT_FROZEN, TOO_MANY_ARMS, INVALID_INPUT, ILLEGAL_STATE, GATE_REQUIRED, GATE_RUNNING
 */
export async function openArm(
  tx: Tx,
  stage: TrafficStage,
  { share, ...candidate }: Candidate & { share: number },
): Promise<{ opened: LiveDeployment; control: LiveDeployment }> {
  const [control, ...others] = await lockArms(tx);
  await assertNotFrozen(tx);
  const most = stage.env.INFERENCE_ADAPTERS;
  if (others.length + 1 >= most) {
    throw new AppError(
      "TOO_MANY_ARMS",
      `${others.length + 1} arms have traffic and INFERENCE_ADAPTERS is ${most}; stop one of them, or raise it and start again.`,
    );
  }
  if ([control, ...others].some(({ adapterId }) => adapterId === candidate.adapterId)) {
    throw new AppError("ILLEGAL_STATE", "This adapter has traffic already; change its share instead.");
  }
  assertShares(others, share);
  const admission = await admit(tx, candidate, stage.actorId);
  const release = { ...admission, share, adapterId: candidate.adapterId, baseModelId: control.baseModelId };
  const opened = await open(tx, stage, release);
  await sharesChanged(tx);
  return { opened, control };
}

/**
 * Ends an arm: its conversations go on with another one. Of a Canary, that rolls it back. Works while frozen.
 * @throws AppError NOT_FOUND, ILLEGAL_STATE
 */
export async function stopArm(stage: TrafficStage, { deploymentId }: { deploymentId: string }): Promise<TrafficView> {
  const { db, actorId } = stage;
  await db.$transaction(async (tx) => {
    const arm = await findArm(tx, deploymentId);
    const canary = await openCanary(tx);
    const reason = said("STOPPED_BY_HAND");
    if (canary?.deploymentId === arm.id) await withdraw(tx, stage, { canary, reason });
    else await close(tx, stage, arm.id, reason);
    await sharesChanged(tx);
    await recordAudit(tx, {
      ...{ actorId, action: "deployment.stopArm", subject: `Deployment:${arm.id}` },
      ...{ before: { number: arm.number, share: arm.share }, after: { number: arm.number, share: 0 } },
    });
  });
  await rewarm(stage);
  return readTraffic(stage);
}

/** An active arm other than the default one, under the lock. @throws AppError NOT_FOUND, ILLEGAL_STATE */
export async function findArm(tx: Tx, id: string): Promise<LiveDeployment> {
  const arm = (await lockArms(tx)).find((arm) => arm.id === id);
  if (!arm) throw notFound("arm with traffic");
  if (arm.slot !== DEFAULT_SLOT) return arm;
  throw new AppError(
    "ILLEGAL_STATE",
    "This is the default arm, which has what the others leave; roll back, or activate another adapter.",
  );
}
