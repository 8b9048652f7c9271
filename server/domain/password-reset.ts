/** Links by which somebody who has forgotten their password sets a new one: made by admins, shown once, good once and for a day. */

import { createHash, randomBytes } from "node:crypto";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { hashPassword } from "../password.ts";
import { takeToken } from "../rate-limit.ts";
import { recordAudit } from "./audit.ts";
import { endSessionsOf } from "./session.ts";

const HOURS = 24;

// 256 random bits need no slow hash: there is nothing to guess.
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

/**
 * A link that was made for the person before works no more.
 * @returns the token for the link, which nobody can read again
 * @throws AppError NOT_FOUND, ILLEGAL_STATE for oneself, for people who have no password, and for those who may not sign in
 */
export async function createReset(
  db: Db,
  actorId: string,
  { userId }: { userId: string },
): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString("base64url");
  return db.$transaction(async (tx) => {
    const person = await tx.user.findFirst({
      where: { id: userId, erasedAt: null },
      select: { passwordHash: true, disabledAt: true },
    });
    if (!person) throw notFound("person");
    const obstacle = obstacleOf(person, userId === actorId);
    if (obstacle) throw new AppError("ILLEGAL_STATE", obstacle);
    const createdAt = new Date();
    const expiresAt = new Date(createdAt.getTime() + HOURS * 60 * 60_000);
    const link = { tokenSha256: hashOf(token), createdById: actorId, createdAt, expiresAt };
    await tx.passwordReset.upsert({ where: { userId }, create: { userId, ...link }, update: link });
    await recordAudit(tx, {
      ...{ actorId, action: "user.createReset", subject: `User:${userId}` },
      after: { expiresAt: expiresAt.toISOString() },
    });
    return { token, expiresAt };
  });
}

interface Person {
  passwordHash: string | null;
  disabledAt: Date | null;
}

function obstacleOf({ passwordHash, disabledAt }: Person, isOneself: boolean): string | null {
  if (isOneself) return "This is your own account; change your password in the settings, or ask another admin.";
  if (disabledAt) return "This person may not sign in; give them access again first.";
  if (!passwordHash) return "This person signs in through a provider and has no password here.";
  return null;
}

/** Good, made by somebody who may still do so, for somebody who may sign in. */
const open = (token: string) =>
  ({
    ...{ tokenSha256: hashOf(token), expiresAt: { gt: new Date() } },
    createdBy: { role: "ADMIN", disabledAt: null },
    user: { disabledAt: null, erasedAt: null },
  }) as const satisfies Prisma.PasswordResetWhereInput;

type Services = { db: Db; env: Pick<Env, "SIGN_IN_PER_MINUTE"> };
interface Held {
  token: string;
  ip: string;
}

/** Whose password a link is for. @throws AppError RESET_CLOSED, RATE_LIMITED */
export async function lookAtReset({ db, env }: Services, { token, ip }: Held): Promise<{ email: string }> {
  // An office or a school shares one address.
  await takeToken(db, { key: `reset:${ip}`, perMinute: env.SIGN_IN_PER_MINUTE * 3 });
  const reset = await db.passwordReset.findFirst({ where: open(token), select: { user: { select: { email: true } } } });
  if (!reset) throw closed();
  return { email: reset.user.email };
}

const closed = () =>
  new AppError(
    "RESET_CLOSED",
    "This link was used, replaced by a newer one, or is too old; ask an admin for a new one.",
  );

/** Sets the new password and signs the person out everywhere. @throws AppError RESET_CLOSED, RATE_LIMITED */
export async function takeReset(services: Services, input: Held & { password: string }): Promise<{ email: string }> {
  const { email } = await lookAtReset(services, input);
  const passwordHash = await hashPassword(input.password);
  await services.db.$transaction(async (tx) => {
    // Of two who come with the same link at the same moment, one deletes it.
    const reset = await tx.passwordReset.findFirst({ where: open(input.token), select: { userId: true } });
    const { count } = await tx.passwordReset.deleteMany({ where: { tokenSha256: hashOf(input.token) } });
    if (!reset || count === 0) throw closed();
    const { userId } = reset;
    await tx.user.update({ where: { id: userId }, data: { passwordHash } });
    const ended = await endSessionsOf(tx, userId);
    await recordAudit(tx, {
      actorId: userId,
      action: "user.resetPassword",
      subject: `User:${userId}`,
      after: { ended },
    });
  });
  return { email };
}

/** Whoever knows their password, or has it no more, needs no link. */
export const forgetReset = (tx: Tx, userId: string) => tx.passwordReset.deleteMany({ where: { userId } });
