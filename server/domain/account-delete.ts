/** Deleting one's own account: an erasure that the person asks for, confirmed by the password or the email. */

import { AppError } from "../errors.ts";
import { passwordFits } from "../password.ts";
import { takeToken } from "../rate-limit.ts";
import type { Services } from "../services.ts";
import type { Viewer } from "../viewer.ts";
import { eraseUser } from "./erasure.ts";

/** `password` where the account has one, else `email`, typed again. */
interface DeleteConfirmation {
  password?: string;
  email?: string;
}

/** @throws AppError WRONG_CONFIRMATION, LAST_ADMIN, RATE_LIMITED */
export async function deleteAccount(
  services: Pick<Services, "db" | "env">,
  { id, email }: Pick<Viewer, "id" | "email">,
  confirmation: DeleteConfirmation,
): Promise<{ deleted: true }> {
  const { db, env } = services;
  // An open browser must not be a place to guess the password at leisure.
  await takeToken(db, { key: `delete:${id}`, perMinute: env.SIGN_IN_PER_MINUTE });
  const { passwordHash } = await db.user.findUniqueOrThrow({ where: { id }, select: { passwordHash: true } });
  const confirmed =
    passwordHash === null
      ? confirmation.email?.trim().toLowerCase() === email
      : await passwordFits(passwordHash, confirmation.password ?? "");
  if (!confirmed) {
    throw new AppError(
      "WRONG_CONFIRMATION",
      passwordHash === null
        ? "This is not the email of your account; type it as it stands in your settings."
        : "This is not your password; type the one you sign in with.",
    );
  }
  await eraseUser(services, { userId: id, actorId: id });
  return { deleted: true };
}
