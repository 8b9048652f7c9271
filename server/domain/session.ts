/** What people do with their sessions: see them, end them, and confirm the one they are in with the password. */

import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { passwordFits } from "../password.ts";
import { takeToken } from "../rate-limit.ts";
import type { Viewer, ViewerSession } from "../viewer.ts";
import { recordAudit } from "./audit.ts";
import type { SessionView } from "./views/watch.ts";

/** Ends what is chosen and has not ended. @returns how many there were */
async function end(db: Db | Tx, where: { id?: string | { not: string }; userId: string }): Promise<number> {
  const { count } = await db.session.updateMany({ where: { ...where, endedAt: null }, data: { endedAt: new Date() } });
  return count;
}

/** All of a person's, but for the one that is to go on. */
export const endSessionsOf = (db: Db | Tx, userId: string, { but }: { but?: string } = {}): Promise<number> =>
  end(db, { userId, ...(but ? { id: { not: but } } : {}) });

/** Of a person, those that have not ended, the latest used first. */
export async function listSessions(db: Db, userId: string, currentId: string | null): Promise<SessionView[]> {
  const rows = await db.session.findMany({
    where: { userId, endedAt: null, expiresAt: { gt: new Date() } },
    orderBy: [{ lastSeenAt: "desc" }, { id: "desc" }],
    omit: { userId: true, endedAt: true, expiresAt: true },
  });
  return rows.map((row) => ({ ...row, current: row.id === currentId }));
}

/** @throws AppError NOT_FOUND for somebody else's session, and for one that is over */
export async function endOwnSession(db: Db, viewerId: string, id: string): Promise<{ id: string }> {
  if ((await end(db, { id, userId: viewerId })) === 0) throw notFound("session");
  return { id };
}

/** Everywhere but here. */
export async function endOtherSessions(
  db: Db,
  viewerId: string,
  session: ViewerSession | null,
): Promise<{ ended: number }> {
  return { ended: await endSessionsOf(db, viewerId, { but: session?.id }) };
}

/** An admin signs somebody out everywhere; themselves everywhere but here. */
export async function endSessionsAsAdmin(
  db: Db,
  actor: { id: string; session: ViewerSession | null },
  userId: string,
): Promise<{ ended: number }> {
  return db.$transaction(async (tx) => {
    if (!(await tx.user.findFirst({ where: { id: userId, erasedAt: null }, select: { id: true } })))
      throw notFound("person");
    const but = userId === actor.id ? actor.session?.id : undefined;
    const ended = await endSessionsOf(tx, userId, { but });
    if (ended > 0)
      await recordAudit(tx, {
        ...{ actorId: actor.id, action: "user.endSessions", subject: `User:${userId}` },
        ...{ before: { sessions: ended }, after: { sessions: 0 } },
      });
    return { ended };
  });
}

/**
 * The password was typed again: what needs a fresh sign-in is open for a while. People without a password sign in anew through their
 * provider instead, which begins a fresh session.
 * @throws AppError WRONG_PASSWORD, RATE_LIMITED, UNAUTHORIZED without a session
 */
export async function confirmSession(
  { db, env }: { db: Db; env: Pick<Env, "SIGN_IN_PER_MINUTE"> },
  { viewer, session }: { viewer: Pick<Viewer, "id">; session: ViewerSession | null },
  password: string,
): Promise<{ authenticatedAt: Date }> {
  if (!session) throw new AppError("UNAUTHORIZED", "This needs a session; sign in and try again.");
  await checkOwnPassword({ db, env }, viewer.id, password);
  const authenticatedAt = new Date();
  const { count } = await db.session.updateMany({
    where: { id: session.id, endedAt: null },
    data: { authenticatedAt },
  });
  if (count === 0) throw new AppError("UNAUTHORIZED", "This session is over; sign in and try again.");
  return { authenticatedAt };
}

/** @throws AppError WRONG_PASSWORD, RATE_LIMITED */
export async function checkOwnPassword(
  { db, env }: { db: Db; env: Pick<Env, "SIGN_IN_PER_MINUTE"> },
  userId: string,
  password: string,
): Promise<void> {
  // An open browser must not be a place to guess the password at leisure.
  await takeToken(db, { key: `confirm:${userId}`, perMinute: env.SIGN_IN_PER_MINUTE });
  const { passwordHash } = await db.user.findUniqueOrThrow({ where: { id: userId }, select: { passwordHash: true } });
  if (await passwordFits(passwordHash, password)) return;
  throw new AppError("WRONG_PASSWORD", "This is not your password; type the one you sign in with.");
}

/** Forgets sessions that nobody can use any more, once they are of no interest to their owner. */
export async function sweepSessions(db: Db): Promise<void> {
  await db.$executeRaw`DELETE FROM "Session" WHERE "expiresAt" < now() - interval '7 days' OR "endedAt" < now() - interval '7 days'`;
}
