/** A new password from the machine that Hone runs on, for when no admin is left who could make a link. */

import { randomBytes } from "node:crypto";
import type { Db, Tx } from "../db.ts";
import { AppError } from "../errors.ts";
import { hashPassword } from "../password.ts";
import { recordAudit } from "./audit.ts";
import { forgetReset } from "./password-reset.ts";
import { endSessionsOf } from "./session.ts";

/** Bytes of randomness in the password. */
const RANDOM_BYTES = 12;

/**
 * Sets a random password and signs the person out everywhere. Whoever may read the database may do this, so nothing is asked; the trail says that the
 * system did it.
 * @param admin also makes them an admin who may sign in
 * @returns the password, which nobody can read again
 * @throws AppError NOT_FOUND naming the admins there are, ILLEGAL_STATE for accounts that may not sign in
 */
export async function rescuePassword(
  db: Db,
  { email, admin }: { email: string; admin: boolean },
): Promise<{ password: string; ended: number }> {
  const password = randomBytes(RANDOM_BYTES).toString("base64url");
  const passwordHash = await hashPassword(password);
  return db.$transaction(async (tx) => {
    const person = await tx.user.findFirst({
      where: { email: email.trim().toLowerCase(), erasedAt: null },
      select: { id: true, role: true, disabledAt: true },
    });
    if (!person) throw await nobody(tx, email);
    if (person.disabledAt && !admin)
      throw new AppError("ILLEGAL_STATE", `${email} may not sign in; --admin gives access again, and the role ADMIN.`);
    const subject = `User:${person.id}`;
    await tx.user.update({
      where: { id: person.id },
      data: { passwordHash, ...(admin && { role: "ADMIN", disabledAt: null }) },
    });
    await forgetReset(tx, person.id);
    const ended = await endSessionsOf(tx, person.id);
    await recordAudit(tx, { actorId: null, action: "user.resetPassword", subject, after: { ended } });
    if (admin && person.disabledAt)
      await recordAudit(tx, {
        ...{ actorId: null, action: "user.setDisabled", subject },
        ...{ before: { disabled: true }, after: { disabled: false } },
      });
    if (admin && person.role !== "ADMIN")
      await recordAudit(tx, {
        ...{ actorId: null, action: "user.setRole", subject },
        ...{ before: { role: person.role }, after: { role: "ADMIN" } },
      });
    return { password, ended };
  });
}

async function nobody(tx: Tx, email: string): Promise<AppError> {
  const admins = await tx.user.findMany({
    where: { role: "ADMIN", erasedAt: null },
    orderBy: { createdAt: "asc" },
    select: { email: true },
    take: 5,
  });
  const known = admins.map((one) => one.email).join(", ") || "none";
  return new AppError("NOT_FOUND", `Nobody here has the address ${email}. Admins: ${known}.`);
}
