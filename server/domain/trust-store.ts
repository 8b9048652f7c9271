/** The quarantine of raters, which admins and checks decide: RaterTrust and the pairs that rest on them. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { notFound } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { applyQuarantine } from "./pair-store.ts";

/**
 * Puts a rater's judgements aside. Pairs that rest on quarantined raters alone are kept and left out.
 * @param actorId who decided it; default: the system itself
 */
export async function quarantineRater(
  tx: Tx,
  { raterId, reason, at, actorId = null }: { raterId: string; reason: string; at: Date; actorId?: string | null },
): Promise<void> {
  const state = { quarantinedAt: at, quarantineReason: reason };
  await tx.raterTrust.upsert({ where: { raterId }, create: { raterId, figures: {}, ...state }, update: state });
  await applyQuarantine(tx, raterId);
  await recordDecision(tx, actorId, raterId, { quarantined: false }, { quarantined: true, reason });
}

async function release(tx: Tx, actorId: string, raterId: string, reason: string, before: string | null): Promise<void> {
  const released = { quarantinedAt: null, quarantineReason: null, releasedAt: new Date() };
  await tx.raterTrust.update({ where: { raterId }, data: released });
  await applyQuarantine(tx, raterId);
  await recordDecision(tx, actorId, raterId, { quarantined: true, reason: before }, { quarantined: false, reason });
}

const recordDecision = (
  tx: Tx,
  actorId: string | null,
  raterId: string,
  before: Prisma.InputJsonObject,
  after: Prisma.InputJsonObject,
) => recordAudit(tx, { actorId, action: "rater.setQuarantine", subject: `User:${raterId}`, before, after });

/** An admin's decision to put a rater's judgements aside, or to let them count again; audited. Deciding the same twice changes nothing. */
export async function setQuarantine(
  db: Db,
  actorId: string,
  { raterId, quarantined, reason }: { raterId: string; quarantined: boolean; reason: string },
): Promise<{ raterId: string; quarantined: boolean }> {
  return db.$transaction(async (tx) => {
    if (!(await tx.user.findUnique({ where: { id: raterId }, select: { id: true } }))) throw notFound("person");
    const before = await tx.raterTrust.findUnique({ where: { raterId } });
    const was = before?.quarantinedAt != null;
    if (quarantined && !was) await quarantineRater(tx, { raterId, reason, at: new Date(), actorId });
    if (!quarantined && was) await release(tx, actorId, raterId, reason, before.quarantineReason);
    return { raterId, quarantined };
  });
}
