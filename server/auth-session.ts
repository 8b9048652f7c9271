/** Sessions, one for each device that somebody is signed in on: begun, read with every call, and ended. */

import { type Db, queryDirectly } from "./db.ts";
import { AppError } from "./errors.ts";
import { logger } from "./log.ts";
import type { Viewer, ViewerSession } from "./viewer.ts";

/** A session ends by itself after this long, as its cookie does. */
export const SESSION_SECONDS = 30 * 24 * 3600;
/** Of what a browser calls itself. */
const MOST_CHARACTERS = 300;

export interface Device {
  ip: string;
  userAgent: string | null;
}

interface NewSession {
  userId: string;
  device: Device;
  /** The session that this browser had until now: it ends. */
  replaces?: string | null;
  /** Of the password that was just found right; null for people who come through a provider. */
  passwordHash?: string | null;
}

/**
 * Whoever is disabled, or gets a new password, loses every session there is; one that was being begun at that moment must not be left. The row
 * lock makes it come before, and end with the others, or find out.
 * @throws AppError UNAUTHORIZED where the account is not any more as it was when the password was found right
 */
export async function beginSession(
  db: Db,
  { userId, device, replaces = null, passwordHash = null }: NewSession,
): Promise<{ id: string }> {
  if (replaces) await endSession(db, replaces);
  return db.$transaction(async (tx) => {
    const [person] = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid AND "disabledAt" IS NULL
        AND (${passwordHash}::text IS NULL OR "passwordHash" = ${passwordHash}) FOR SHARE`;
    if (!person) throw new AppError("UNAUTHORIZED", "The account was changed while you signed in; sign in again.");
    return tx.session.create({
      data: {
        userId,
        ip: device.ip,
        userAgent: device.userAgent?.slice(0, MOST_CHARACTERS) ?? null,
        expiresAt: new Date(Date.now() + SESSION_SECONDS * 1000),
      },
      select: { id: true },
    });
  });
}

/** Signing out. */
export async function endSession(db: Db, id: string): Promise<void> {
  await db.session.updateMany({ where: { id, endedAt: null }, data: { endedAt: new Date() } });
}

/** Who is asking, from which session. */
export interface Caller {
  viewer: Viewer;
  session: ViewerSession;
}

const READ_CALLER = {
  name: "read-caller",
  text: `SELECT person."id", person."email", person."name", person."role", session."authenticatedAt",
      session."lastSeenAt" < now() - interval '5 minutes' AS "stale"
    FROM "Session" session JOIN "User" person ON person."id" = session."userId"
    WHERE session."id" = $1::uuid AND session."endedAt" IS NULL AND session."expiresAt" > now() AND person."disabledAt" IS NULL`,
};

/** The account as it is at this moment: a demotion, a disabling and the end of the session bite with the next call. */
export async function readCaller(db: Db, sessionId: string): Promise<Caller | null> {
  type Row = Viewer & { authenticatedAt: Date; stale: boolean };
  const [row] = await queryDirectly<Row>(db, READ_CALLER, [sessionId]);
  if (!row) return null;
  const { authenticatedAt, stale, ...viewer } = row;
  if (stale) noteSeen(db, sessionId);
  return { viewer, session: { id: sessionId, authenticatedAt } };
}

/** When a session was last used is told to within minutes, so that hardly any call writes; and no call waits for it. */
function noteSeen(db: Db, sessionId: string): void {
  void db.$executeRaw`UPDATE "Session" SET "lastSeenAt" = now()
    WHERE "id" = ${sessionId}::uuid AND "lastSeenAt" < now() - interval '5 minutes'`.catch((err) =>
    logger("auth").warn({ err, sessionId }, "it could not be noted that a session was used"),
  );
}
