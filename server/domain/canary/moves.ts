/** The moves that every act on the traffic is made of: a Deployment opens, one is closed, a Canary ends. All under the lock of the arms. */

import type { Canary, Deployment } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../db.ts";
import { recordAudit } from "../audit.ts";
import { recordEvent } from "../events/event.ts";
import { approveByActivating } from "../gate/may-go-live.ts";
import { LIVE, type LiveDeployment } from "../live.ts";
import type { Sentence } from "../views/sentence.ts";
import type { Admission } from "./prepare.ts";
import { said } from "./said.ts";
import { beginWatch } from "./watch.ts";

export interface Move {
  actorId: string | null;
  now: Date;
}

interface NewDeployment extends Admission {
  baseModelId: string;
  adapterId: string | null;
  /** Left out: the default arm. */
  share?: number;
}

/** Opens the next release, and keeps an admin's act as their approval where a Gate let it through. */
export async function open(tx: Tx, { actorId, now }: Move, release: NewDeployment): Promise<LiveDeployment> {
  const { share, gateId, override, ...weights } = release;
  const { _max } = await tx.deployment.aggregate({ _max: { number: true } });
  const number = (_max.number ?? 0) + 1;
  const place = share === undefined ? {} : { slot: `arm:${number}`, share };
  if (gateId && actorId && !override) await approveByActivating(tx, { gateId, userId: actorId, now });
  return tx.deployment.create({
    data: { number, ...place, ...weights, gateId, override, activatedById: actorId, activatedAt: now },
    include: LIVE,
  });
}

export async function close(tx: Tx, { now }: Move, id: string, endReason: Sentence): Promise<void> {
  await tx.deployment.update({ where: { id }, data: { deactivatedAt: now, endReason } });
}

interface Replacement extends Admission {
  adapterId: string | null;
  /** Why the old default arm ends, given the number of the new one. */
  reason: (number: number) => Sentence;
}

/** Makes an adapter the default arm. Arms with the same adapter end, since they are the default now; a Canary is ended by whoever knows why. */
export async function replaceDefault(
  tx: Tx,
  move: Move,
  [live, ...others]: readonly [LiveDeployment, ...LiveDeployment[]],
  { adapterId, reason, ...admission }: Replacement,
): Promise<LiveDeployment> {
  // The slot is free only once the old row is closed; why is known once the new one has its number.
  await tx.deployment.update({ where: { id: live.id }, data: { deactivatedAt: move.now } });
  const opened = await open(tx, move, { ...admission, adapterId, baseModelId: live.baseModelId });
  await close(tx, move, live.id, reason(opened.number));
  for (const arm of others.filter((arm) => arm.adapterId === adapterId)) {
    await close(tx, move, arm.id, said("BECAME_DEFAULT", { number: opened.number }));
  }
  if (adapterId) {
    await tx.adapter.updateMany({ where: { id: adapterId, status: "CANDIDATE" }, data: { status: "APPROVED" } });
  }
  return opened;
}

/** The Canary that runs or is paused, its row locked. */
export async function openCanary(tx: Tx): Promise<Canary | null> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Canary" WHERE "status" IN ('RUNNING', 'PAUSED') FOR UPDATE`;
  return row ? tx.canary.findUniqueOrThrow({ where: { id: row.id } }) : null;
}

interface CanaryEnd {
  status: "PROMOTED" | "ROLLED_BACK";
  reason: Sentence;
}

/** Ends a Canary, with its audit line and its event. Its arm is closed by whoever ends it. */
export async function endCanary(
  tx: Tx,
  { actorId, now }: Move,
  canary: Canary,
  { status, reason }: CanaryEnd,
): Promise<void> {
  await tx.canary.update({ where: { id: canary.id }, data: { status, reason, endedAt: now } });
  const { arm, control } = await armsOf(tx, canary);
  const figures = { number: arm.number, adapterSha256: arm.adapter?.sha256 ?? null, controlNumber: control.number };
  await recordAudit(tx, {
    ...{
      actorId,
      action: status === "PROMOTED" ? "canary.promote" : "canary.rollback",
      subject: `Canary:${canary.id}`,
    },
    before: { status: canary.status, stage: canary.stage, share: arm.share },
    after: { status, reason: reason.code, ...figures },
  });
  await recordEvent(tx, {
    kind: status === "PROMOTED" ? "canary.promoted" : "canary.rolledBack",
    subject: `Canary:${canary.id}`,
    data: { ...figures, reason: reason.code, automatic: actorId === null },
  });
}

async function armsOf(tx: Tx, { deploymentId, controlId }: Pick<Canary, "deploymentId" | "controlId">) {
  const rows = await tx.deployment.findMany({
    where: { id: { in: [deploymentId, controlId] } },
    include: { adapter: { select: { sha256: true } } },
  });
  const of = (id: string) => rows.find((row) => row.id === id)!;
  return { arm: of(deploymentId), control: of(controlId) };
}

/** The Canary's arm becomes the default one: a new release with its adapter, by the Gate that let it through. */
export async function promote(
  tx: Tx,
  move: Move,
  arms: readonly [LiveDeployment, ...LiveDeployment[]],
  { canary, reason }: { canary: Canary; reason: Sentence },
): Promise<LiveDeployment> {
  const arm: Deployment = await tx.deployment.findUniqueOrThrow({ where: { id: canary.deploymentId } });
  await endCanary(tx, move, canary, { status: "PROMOTED", reason });
  const { adapterId, gateId, override } = arm;
  // The Gate has had its approvals when the Canary began; the new row is the system's where nobody asked for it.
  const opened = await replaceDefault(tx, move, arms, {
    ...{ adapterId, gateId, override },
    reason: (number) => said("REPLACED", { number }),
  });
  await beginWatch(tx, { deploymentId: opened.id, controlId: arms[0].id });
  return opened;
}

/** Takes the traffic of the Canary's arm away. */
export async function withdraw(
  tx: Tx,
  move: Move,
  { canary, reason }: { canary: Canary; reason: Sentence },
): Promise<void> {
  await endCanary(tx, move, canary, { status: "ROLLED_BACK", reason });
  await close(tx, move, canary.deploymentId, reason);
}
