/** A new password of one's own: the old one is asked for, and everybody who was signed in with it is signed out. */

import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { hashPassword } from "../password.ts";
import type { ViewerSession } from "../viewer.ts";
import { recordAudit } from "./audit.ts";
import { forgetReset } from "./password-reset.ts";
import { checkOwnPassword, endSessionsOf } from "./session.ts";

/**
 * The session that asks goes on; all others of the person end.
 * @throws AppError WRONG_PASSWORD, RATE_LIMITED
 */
export async function changePassword(
  services: { db: Db; env: Pick<Env, "SIGN_IN_PER_MINUTE"> },
  { userId, session }: { userId: string; session: ViewerSession | null },
  { current, next }: { current: string; next: string },
): Promise<{ ended: number }> {
  await checkOwnPassword(services, userId, current);
  const passwordHash = await hashPassword(next);
  return services.db.$transaction(async (tx) => {
    await tx.user.update({ where: { id: userId }, data: { passwordHash } });
    await forgetReset(tx, userId);
    const ended = await endSessionsOf(tx, userId, { but: session?.id });
    await recordAudit(tx, {
      actorId: userId,
      action: "user.changePassword",
      subject: `User:${userId}`,
      after: { ended },
    });
    return { ended };
  });
}
