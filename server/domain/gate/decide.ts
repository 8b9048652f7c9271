/** An admin's word on a candidate, which counts besides the verdict. */

import type { Db, Tx } from "../../db.ts";
import { AppError, notFound } from "../../errors.ts";
import { recordAudit } from "../audit.ts";
import { isStale, mayGoLive, policyOf } from "./may-go-live.ts";

export interface Decision {
  gateId: string;
  approved: boolean;
  note: string;
  now: Date;
}

/**
 * Approves or refuses. An approval needs a Gate that is over, did not refuse, is the adapter's newest, and measured against what is
 * live; a refusal needs only a Gate that is over. Deciding again replaces what the same admin said before.
 * @throws AppError NOT_FOUND, GATE_RUNNING, GATE_REQUIRED
 */
export async function decideGate(db: Db, actorId: string, { gateId, approved, note, now }: Decision): Promise<void> {
  await db.$transaction(async (tx) => {
    const gate = await tx.gate.findUnique({ where: { id: gateId } });
    if (!gate) throw notFound("gate");
    // Before the word, in the order of an activation, which writes one too: else each would wait for the other.
    await tx.$queryRaw`SELECT 1 FROM "Adapter" WHERE "id" = ${gate.adapterId}::uuid FOR NO KEY UPDATE`;
    if (gate.finishedAt === null)
      throw new AppError("GATE_RUNNING", "This gate still measures; decide when it is over, or call it off.");
    if (approved) await checkApproval(tx, actorId, gate);
    const where = { gateId_userId: { gateId, userId: actorId } };
    const before = await tx.gateDecision.findUnique({ where });
    const decided = { approved, note, createdAt: now };
    await tx.gateDecision.upsert({ where, create: { gateId, userId: actorId, ...decided }, update: decided });
    // A refusal closes the candidate; an approval after it opens it again, unless it is live or retired.
    const [from, to] = approved ? (["REJECTED", "CANDIDATE"] as const) : (["CANDIDATE", "REJECTED"] as const);
    await tx.adapter.updateMany({ where: { id: gate.adapterId, status: from }, data: { status: to } });
    await recordAudit(tx, {
      ...{ actorId, action: "gate.decide", subject: `Gate:${gateId}` },
      before: before && { approved: before.approved, note: before.note },
      after: { approved, note },
    });
  });
}

async function checkApproval(
  tx: Tx,
  actorId: string,
  gate: {
    id: string;
    adapterId: string;
    status: string;
    baseModelId: string;
    liveAdapterId: string | null;
    policy: unknown;
  },
): Promise<void> {
  const no = (why: string) => new AppError("GATE_REQUIRED", why);
  if (gate.status !== "PASSED" && gate.status !== "UNDECIDED")
    throw no("This gate did not let the adapter through; activate it with a reason, or measure it again.");
  const newest = await tx.gate.findFirst({
    where: { adapterId: gate.adapterId, status: { not: "CANCELLED" } },
    orderBy: { createdAt: "desc" },
    select: { id: true },
  });
  if (newest?.id !== gate.id) throw no("The adapter was measured again since; decide on its newest gate.");
  if (await isStale(tx, gate)) throw no("Something else is live by now; measure the adapter against that first.");
  const { tastes } = policyOf(gate);
  const answer = await mayGoLive(tx, { adapterId: gate.adapterId, asked: actorId });
  if (!answer.allowed && answer.reason.code === "TASTE_FIRST")
    throw no(`The policy asks for ${tastes} blind comparisons before approving; make them first.`);
}
