/** Invitations: a link that makes one account with a role, while whoever made it is still an admin. */

import { createHash, randomBytes } from "node:crypto";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Role } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { hashPassword } from "../password.ts";
import { takeToken } from "../rate-limit.ts";
import { recordAudit } from "./audit.ts";
import { isUniqueViolation } from "./database-errors.ts";
import { PERSON } from "./select.ts";
import type { InviteView } from "./views/watch.ts";

const DAY_MS = 24 * 3_600_000;
/** The latest, of whatever state. */
const SHOWN = 50;

// 256 random bits need no slow hash: there is nothing to guess.
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

const VIEW = {
  ...{ id: true, email: true, role: true, createdAt: true, expiresAt: true, revokedAt: true, usedAt: true },
  ...{ createdBy: PERSON, usedBy: PERSON },
} as const satisfies Prisma.InviteSelect;

export async function listInvites(db: Db, now = new Date()): Promise<InviteView[]> {
  const rows = await db.invite.findMany({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: SHOWN,
    select: VIEW,
  });
  return rows.map(({ revokedAt, usedAt, ...row }) => ({
    ...row,
    state: usedAt ? "USED" : revokedAt ? "REVOKED" : row.expiresAt <= now ? "EXPIRED" : "OPEN",
  }));
}

/** @returns the token for the link, which nobody can read again. @throws AppError EMAIL_TAKEN */
export async function createInvite(
  db: Db,
  actorId: string,
  { email, role, days }: { email: string | null; role: Role; days: number },
): Promise<{ id: string; token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString("base64url");
  return db.$transaction(async (tx) => {
    if (email && (await tx.user.findUnique({ where: { email }, select: { id: true } })))
      throw new AppError("EMAIL_TAKEN", `${email} has an account already; change its role instead.`);
    const invite = await tx.invite.create({
      data: {
        ...{ tokenSha256: hashOf(token), email, role, createdById: actorId },
        expiresAt: new Date(Date.now() + days * DAY_MS),
      },
      select: { id: true, expiresAt: true },
    });
    await recordAudit(tx, {
      ...{ actorId, action: "invite.create", subject: `Invite:${invite.id}` },
      after: { ...(email ? { email } : {}), role, expiresAt: invite.expiresAt.toISOString() },
    });
    return { ...invite, token };
  });
}

/** @throws AppError NOT_FOUND where there is none, or none that is open */
export async function revokeInvite(db: Db, actorId: string, id: string): Promise<{ id: string }> {
  return db.$transaction(async (tx) => {
    const { count } = await tx.invite.updateMany({
      where: { id, usedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    if (count === 0) throw notFound("invitation");
    await recordAudit(tx, { actorId, action: "invite.revoke", subject: `Invite:${id}` });
    return { id };
  });
}

/** Open, and made by somebody who may still invite. */
const open = (now: Date) =>
  ({
    ...{ usedAt: null, revokedAt: null, expiresAt: { gt: now } },
    createdBy: { role: "ADMIN", disabledAt: null },
  }) as const satisfies Prisma.InviteWhereInput;

type Services = { db: Db; env: Pick<Env, "SIGN_IN_PER_MINUTE"> };

/** What a link offers, for the page that it leads to. @throws AppError INVITE_CLOSED, RATE_LIMITED */
export async function lookAtInvite(
  { db, env }: Services,
  { token, ip }: { token: string; ip: string },
): Promise<{ email: string | null; role: Role }> {
  // An office or a school shares one address.
  await takeToken(db, { key: `invite:${ip}`, perMinute: env.SIGN_IN_PER_MINUTE * 3 });
  const invite = await db.invite.findFirst({
    where: { tokenSha256: hashOf(token), ...open(new Date()) },
    select: { email: true, role: true },
  });
  if (!invite) throw closed();
  return invite;
}

const closed = () =>
  new AppError("INVITE_CLOSED", "This invitation was used, revoked, or is too old; ask an admin for a new one.");

export interface AcceptInput {
  token: string;
  /** Counts only where the invitation names none. */
  email: string;
  name: string;
  password: string;
  ip: string;
}

/** Makes the account, whether or not strangers may make one. @throws AppError INVITE_CLOSED, EMAIL_TAKEN, RATE_LIMITED */
export async function acceptInvite(services: Services, input: AcceptInput): Promise<{ id: string; email: string }> {
  const offered = await lookAtInvite(services, input);
  const email = offered.email ?? input.email;
  const passwordHash = await hashPassword(input.password);
  try {
    return await services.db.$transaction(async (tx) => {
      const invite = await take(tx, { tokenSha256: hashOf(input.token) });
      if (!invite) throw closed();
      const data = { email, name: input.name, passwordHash, role: invite.role };
      const { id } = await tx.user.create({ data, select: { id: true } });
      await settle(tx, { invite, userId: id });
      return { id, email };
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError("EMAIL_TAKEN", `${email} has an account already; sign in instead.`);
  }
}

/** Whether somebody with this address, which a provider has confirmed, was invited. */
export const isInvited = async (db: Db, email: string): Promise<boolean> =>
  (await db.invite.count({ where: { email, ...open(new Date()) } })) > 0;

/** Gives the role to somebody who has just come through a provider, with an address that it has confirmed. */
export async function acceptInviteByEmail(db: Db, { userId, email }: { userId: string; email: string }): Promise<void> {
  await db.$transaction(async (tx) => {
    const invite = await take(tx, { email });
    if (!invite) return;
    await tx.user.update({ where: { id: userId }, data: { role: invite.role } });
    await settle(tx, { invite, userId });
  });
}

/** Takes one for good: of two who come with the same link, one gets it. */
async function take(
  tx: Tx,
  which: { tokenSha256: string } | { email: string },
): Promise<{ id: string; role: Role } | null> {
  const now = new Date();
  const invite = await tx.invite.findFirst({
    where: { ...which, ...open(now) },
    orderBy: { createdAt: "desc" },
    select: { id: true, role: true },
  });
  if (!invite) return null;
  // It may have been revoked since it was read.
  const here = { id: invite.id, usedAt: null, revokedAt: null };
  const { count } = await tx.invite.updateMany({ where: here, data: { usedAt: now } });
  return count === 1 ? invite : null;
}

async function settle(
  tx: Tx,
  { invite, userId }: { invite: { id: string; role: Role }; userId: string },
): Promise<void> {
  await tx.invite.update({ where: { id: invite.id }, data: { usedById: userId } });
  await recordAudit(tx, {
    ...{ actorId: userId, action: "invite.accept", subject: `Invite:${invite.id}` },
    after: { userId, role: invite.role },
  });
}
