/** What people do with a Canary: begin one, move it on, pause it and let it go on. */

import { type Canary, Prisma } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../db.ts";
import { AppError } from "../../errors.ts";
import { recordAudit } from "../audit.ts";
import { recordEvent } from "../events/event.ts";
import { getSetting } from "../setting.ts";
import { type CanaryPlan, canaryPlanSchema, type TrafficView } from "../views/deployment.ts";
import { admitArm, openArm } from "./arm-acts.ts";
import { openCanary, promote } from "./moves.ts";
import type { Candidate } from "./prepare.ts";
import { said } from "./said.ts";
import { sharesChanged } from "./shares.ts";
import { assertNotFrozen, assertShares, lockArms, rewarm, type TrafficStage } from "./stage.ts";
import { noEvidence, stateOf } from "./state.ts";
import { readTraffic } from "./traffic-view.ts";

/**
 * Gives an adapter the first share of the plan; from then on upkeep moves it on, or takes it away.
 * @param plan left out: the setting's
 * @throws AppError CANARY_RUNNING and as `openArm`
 */
export async function startCanary(
  stage: TrafficStage,
  { plan, ...candidate }: Candidate & { plan?: CanaryPlan },
): Promise<TrafficView> {
  await beginCanary(stage, { ...candidate, plan });
  return readTraffic(stage);
}

/** As `startCanary`; with actorId null it is the system that begins it. */
export async function beginCanary(
  stage: TrafficStage,
  { plan: given, ...candidate }: Candidate & { plan?: CanaryPlan },
): Promise<void> {
  const { db, actorId, now } = stage;
  await admitArm(stage, candidate);
  await db.$transaction(async (tx) => {
    await lockArms(tx);
    if (await openCanary(tx)) {
      throw new AppError("CANARY_RUNNING", "Another canary is under way; let it end, or stop its arm first.");
    }
    const plan = given ?? (await getSetting(tx, "canaryPlan"));
    const { opened, control } = await openArm(tx, stage, { ...candidate, share: plan.stages[0]!.share });
    const sides = { deploymentId: opened.id, controlId: control.id };
    const state = { ...(await noEvidence(tx, sides)), stageFloor: opened.id };
    const canary = await tx.canary.create({
      data: {
        ...{ ...sides, plan, state, stageSince: now, startedAt: now },
        ...{ startedById: actorId, automatic: actorId === null },
      },
    });
    const figures = { number: opened.number, adapterSha256: opened.adapter?.sha256 ?? null };
    await recordAudit(tx, {
      ...{ actorId, action: "canary.start", subject: `Canary:${canary.id}` },
      after: { ...figures, controlNumber: control.number, share: opened.share, override: opened.override },
    });
    await recordEvent(tx, {
      ...{ kind: "canary.started", subject: `Canary:${canary.id}` },
      data: { ...figures, controlNumber: control.number, automatic: actorId === null },
    });
  });
  await rewarm(stage);
}

/**
 * Begins the next stage at once; the last one makes the arm the default.
 * @param from the stage that is to be left; where another one has begun by now nothing happens
 * @throws AppError ILLEGAL_STATE, DEPLOYMENT_FROZEN, INVALID_INPUT, CONFLICT
 */
export async function advanceCanary(stage: TrafficStage, { from }: { from?: number } = {}): Promise<TrafficView> {
  await stage.db.$transaction(async (tx) => {
    await lockArms(tx);
    const canary = await theCanary(tx);
    if (from !== undefined && from !== canary.stage)
      throw new AppError(
        "CONFLICT",
        `The canary is in stage ${canary.stage + 1} by now; look again before you move it on.`,
      );
    await enterStage(tx, stage, { canary, stage: canary.stage + 1, reason: "PROMOTED_BY_HAND" });
  });
  await rewarm(stage);
  return readTraffic(stage);
}

/**
 * Begins a stage of a Canary under the lock of the arms: its share, or with the last one all the traffic.
 * @throws AppError DEPLOYMENT_FROZEN, INVALID_INPUT when other arms have so much that it does not fit
 */
export async function enterStage(
  tx: Tx,
  by: Pick<TrafficStage, "actorId" | "now">,
  { canary, stage, reason }: { canary: Canary; stage: number; reason: "PROMOTED_BY_HAND" | "STAGES_PASSED" },
): Promise<void> {
  await assertNotFrozen(tx);
  const arms = await lockArms(tx);
  const { stages } = canaryPlanSchema.parse(canary.plan);
  if (stage >= stages.length - 1) {
    await promote(tx, by, arms, { canary, reason: said(reason) });
    return;
  }
  const { share } = stages[stage]!;
  const [, ...others] = arms.filter(({ id }) => id !== canary.deploymentId);
  assertShares(others, share);
  const before = arms.find(({ id }) => id === canary.deploymentId);
  await tx.deployment.update({ where: { id: canary.deploymentId }, data: { share } });
  await tx.canary.update({ where: { id: canary.id }, data: { stage, stageSince: by.now } });
  await beginStage(tx, canary);
  await recordAudit(tx, {
    ...{ actorId: by.actorId, action: "canary.advance", subject: `Canary:${canary.id}` },
    ...{ before: { stage: canary.stage, share: before?.share ?? 0 }, after: { stage, share } },
  });
}

/** Replies and, as its share is another one, conversations count from now on. */
async function beginStage(tx: Tx, { id }: Canary): Promise<void> {
  await sharesChanged(tx);
  const state = stateOf(await tx.canary.findUniqueOrThrow({ where: { id } }));
  await tx.canary.update({ where: { id }, data: { state: { ...state, stageFloor: state.drawnAfter } } });
}

/** Its stages stand still; the tests go on, so that it can still be taken away. @throws AppError ILLEGAL_STATE */
export async function pauseCanary(stage: TrafficStage): Promise<TrafficView> {
  return turn(stage, { from: "RUNNING", to: "PAUSED" });
}

/** Goes on with the stage it was in, from its beginning. @throws AppError ILLEGAL_STATE, DEPLOYMENT_FROZEN, INVALID_INPUT */
export async function resumeCanary(stage: TrafficStage): Promise<TrafficView> {
  return turn(stage, { from: "PAUSED", to: "RUNNING" });
}

async function turn(
  stage: TrafficStage,
  { from, to }: { from: "RUNNING" | "PAUSED"; to: "RUNNING" | "PAUSED" },
): Promise<TrafficView> {
  const { db, actorId, now } = stage;
  await db.$transaction(async (tx) => {
    const [, ...arms] = await lockArms(tx);
    const canary = await theCanary(tx);
    if (canary.status !== from) throw new AppError("ILLEGAL_STATE", `The canary is ${canary.status}, not ${from}.`);
    if (to === "RUNNING") {
      await assertNotFrozen(tx);
      const { share } = canaryPlanSchema.parse(canary.plan).stages[canary.stage]!;
      assertShares(
        arms.filter(({ id }) => id !== canary.deploymentId),
        share,
      );
      await tx.deployment.update({ where: { id: canary.deploymentId }, data: { share } });
      await tx.canary.update({ where: { id: canary.id }, data: { stageSince: now } });
      await beginStage(tx, canary);
    }
    const reason = to === "PAUSED" ? said("PAUSED_BY_HAND") : null;
    await tx.canary.update({ where: { id: canary.id }, data: { status: to, reason: reason ?? Prisma.DbNull } });
    await recordAudit(tx, {
      ...{ actorId, action: to === "PAUSED" ? "canary.pause" : "canary.resume", subject: `Canary:${canary.id}` },
      ...{ before: { status: from }, after: { status: to } },
    });
  });
  return readTraffic(stage);
}

async function theCanary(tx: Tx): Promise<Canary> {
  const canary = await openCanary(tx);
  if (canary) return canary;
  throw new AppError("ILLEGAL_STATE", "No canary is under way; start one first.");
}
