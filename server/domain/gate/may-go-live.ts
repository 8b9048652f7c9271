/** Whether an adapter may be given traffic: what its newest Gate says, who has approved, and whether that still holds. */

import type { Db, Tx } from "../../db.ts";
import { recordAudit } from "../audit.ts";
import { activeDeployment, DEFAULT_SLOT } from "../live.ts";
import { getSetting } from "../setting.ts";
import { type GatePolicy, gatePolicySchema } from "../views/gate.ts";
import { pipelineSchema } from "../views/schedule.ts";
import type { Sentence } from "../views/sentence.ts";

export type GoLive =
  /** `gateId` is what lets it through; null: the bare base, and what was live before, need none. */
  | { allowed: true; gateId: string | null }
  | {
      allowed: false;
      code: "GATE_REQUIRED" | "GATE_RUNNING";
      reason: Sentence;
      gateId: string | null;
      /** Whether the policy lets an admin do it all the same, with a reason. */
      mayOverride: boolean;
    };

/** `asked`: the admin who would activate it and whose click counts as an approval; null: the system, which begins canaries by policy only. */
export interface GoLiveQuestion {
  adapterId: string | null;
  asked: string | null;
}

const GATE = {
  ...{ decisions: true, firing: { select: { pipeline: true } } },
  _count: { select: { samples: true } },
} as const;

export async function mayGoLive(db: Db | Tx, { adapterId, asked }: GoLiveQuestion): Promise<GoLive> {
  if (adapterId === null) return { allowed: true, gateId: null };
  const before = await db.deployment.findFirst({ where: { adapterId, slot: DEFAULT_SLOT }, select: { id: true } });
  if (before && asked !== null) return { allowed: true, gateId: null };
  const gate = await db.gate.findFirst({
    where: { adapterId, status: { not: "CANCELLED" } },
    orderBy: { createdAt: "desc" },
    include: GATE,
  });
  const [policy, { override }] = [gatePolicySchema.parse(gate?.policy ?? {}), await getSetting(db, "gatePolicy")];
  const no = (
    code: "GATE_REQUIRED" | "GATE_RUNNING",
    reason: string,
    values: Sentence["values"] = {},
  ): Extract<GoLive, { allowed: false }> => ({
    ...{ allowed: false, code, reason: { area: "gate", code: reason, values } },
    ...{ gateId: gate?.id ?? null, mayOverride: override && asked !== null },
  });
  if (!gate) return no("GATE_REQUIRED", "NOT_MEASURED");
  switch (gate.status) {
    case "QUEUED":
    case "RUNNING":
      return no("GATE_RUNNING", "STILL_MEASURED");
    case "REFUSED":
      return no("GATE_REQUIRED", "WAS_REFUSED");
    case "FAILED":
    case "CANCELLED":
      return no("GATE_REQUIRED", "COULD_NOT_BE_MEASURED");
  }
  if (await isStale(db, gate)) return no("GATE_REQUIRED", "STALE");
  const others = gate.decisions.filter(({ userId }) => userId === null || userId !== asked);
  if (others.some(({ approved }) => !approved)) return no("GATE_REQUIRED", "REFUSED_BY_ADMIN");
  if (asked === null) {
    const { promotion } = pipelineSchema.pick({ promotion: true }).parse(gate.firing?.pipeline ?? {});
    const wanted = promotion === "POLICY" ? policy.promotion : promotion;
    if (gate.status !== "PASSED" || wanted !== "CANARY") return no("GATE_REQUIRED", "WAITS_FOR_APPROVAL");
    // What was tried once and taken away again is not tried a second time by itself, however often it is measured anew.
    if (await db.deployment.findFirst({ where: { adapterId }, select: { id: true } }))
      return no("GATE_REQUIRED", "TRIED_BEFORE");
    return { allowed: true, gateId: gate.id };
  }
  const tasted = await tastesOf(db, gate.id, asked);
  const wanted = Math.min(policy.tastes, gate._count.samples);
  if (tasted < wanted) return no("GATE_REQUIRED", "TASTE_FIRST", { tasted, needed: wanted });
  const approvals = others.filter(({ approved }) => approved).length + 1;
  if (approvals < policy.approvals)
    return no("GATE_REQUIRED", "TOO_FEW_APPROVALS", { approvals: approvals - 1, needed: policy.approvals });
  return { allowed: true, gateId: gate.id };
}

const tastesOf = (db: Db | Tx, gateId: string, userId: string) => db.taste.count({ where: { gateId, userId } });

/** What a Gate measured against is not live any more: its comparison says nothing about what would be replaced. */
export async function isStale(
  db: Db | Tx,
  { baseModelId, liveAdapterId }: { baseModelId: string; liveAdapterId: string | null },
): Promise<boolean> {
  const live = await activeDeployment(db);
  return live.baseModelId !== baseModelId || live.adapterId !== liveAdapterId;
}

/** Keeps an admin's activation as their approval; a decision of theirs from before gives way. */
export async function approveByActivating(
  tx: Tx,
  { gateId, userId, now }: { gateId: string; userId: string; now: Date },
): Promise<void> {
  const where = { gateId_userId: { gateId, userId } };
  const before = await tx.gateDecision.findUnique({ where });
  if (before?.approved) return;
  await tx.gateDecision.upsert({
    where,
    create: { gateId, userId, approved: true, createdAt: now },
    update: { approved: true, createdAt: now },
  });
  await recordAudit(tx, {
    ...{ actorId: userId, action: "gate.decide", subject: `Gate:${gateId}` },
    ...{ before: before && { approved: before.approved, note: before.note }, after: { approved: true } },
  });
}

/** The policy that a Gate was opened under. */
export const policyOf = (gate: { policy: unknown }): GatePolicy => gatePolicySchema.parse(gate.policy);
