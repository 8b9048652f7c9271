/** Making an account with email and password. */

import { isSignUpOpen } from "../auth-sign-up.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";
import { hashPassword } from "../password.ts";
import { takeToken } from "../rate-limit.ts";
import { recordAudit } from "./audit.ts";
import { isUniqueViolation } from "./database-errors.ts";

export interface SignUpInput {
  email: string;
  name: string;
  password: string;
  ip: string;
}

export async function signUp(
  { db, env }: { db: Db; env: Pick<Env, "SIGN_UP" | "SIGN_IN_PER_MINUTE"> },
  { email, name, password, ip }: SignUpInput,
): Promise<{ id: string }> {
  // An office or a school shares one address.
  await takeToken(db, { key: `signUp:${ip}`, perMinute: env.SIGN_IN_PER_MINUTE * 3 });
  if (!(await isSignUpOpen(db, env))) {
    throw new AppError("SIGN_UP_CLOSED", "New accounts are switched off here; ask an admin for one.");
  }
  const passwordHash = await hashPassword(password);
  try {
    return await db.$transaction(async (tx) => {
      const { id } = await tx.user.create({ data: { email, name, passwordHash }, select: { id: true } });
      await recordAudit(tx, { actorId: id, action: "user.signUp", subject: `User:${id}`, after: { email } });
      return { id };
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError("EMAIL_TAKEN", `${email} has an account already; sign in instead.`);
  }
}
