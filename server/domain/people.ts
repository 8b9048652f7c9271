/** People as admins see them: roles and access. */

import type { Role } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { forgetReset } from "./password-reset.ts";
import { endSessionsOf } from "./session.ts";
import type { PersonView } from "./views.ts";

const ROW = { id: true, email: true, name: true, role: true, createdAt: true, disabledAt: true } as const;
/** What a change can have touched; the counts of a list are not worked out for it. */
type ChangedPerson = Pick<PersonView, keyof typeof ROW>;

/** Everybody but those who were erased. Each person's thumbs are counted by their index: Prisma's own count reads all thumbs there are. */
export const listPeople = (db: Db): Promise<PersonView[]> => db.$queryRaw<PersonView[]>`
  SELECT person."id", person."email", person."name", person."role"::text AS "role", person."createdAt", person."disabledAt",
    person."passwordHash" IS NOT NULL AS "hasPassword",
    (SELECT count(*) FROM "Feedback" thumb WHERE thumb."raterId" = person."id")::int AS "feedback", seen."sessions", seen."lastSeenAt"
  FROM "User" person, LATERAL (
    SELECT count(*) FILTER (WHERE "endedAt" IS NULL AND "expiresAt" > now())::int AS "sessions", max("lastSeenAt") AS "lastSeenAt"
    FROM "Session" WHERE "userId" = person."id") seen
  WHERE person."erasedAt" IS NULL ORDER BY person."createdAt", person."id"`;

export async function setRole(
  db: Db,
  actorId: string,
  { userId, role }: { userId: string; role: Role },
): Promise<ChangedPerson> {
  return change(db, userId, async (tx, before) => {
    if (before.role === role) return;
    await tx.user.update({ where: { id: userId }, data: { role } });
    await recordAudit(tx, {
      actorId,
      action: "user.setRole",
      subject: `User:${userId}`,
      before: { role: before.role },
      after: { role },
    });
  });
}

/** A disabled person can neither sign in nor go on, from the next call; their judgements leave the next Dataset. */
export async function setDisabled(
  db: Db,
  actorId: string,
  { userId, disabled }: { userId: string; disabled: boolean },
): Promise<ChangedPerson> {
  return change(db, userId, async (tx, before) => {
    if ((before.disabledAt !== null) === disabled) return;
    await tx.user.update({ where: { id: userId }, data: { disabledAt: disabled ? new Date() : null } });
    if (disabled) {
      await endSessionsOf(tx, userId);
      await forgetReset(tx, userId);
    }
    await recordAudit(tx, {
      actorId,
      action: "user.setDisabled",
      subject: `User:${userId}`,
      before: { disabled: !disabled },
      after: { disabled },
    });
  });
}

/** Changes a person, unless that would leave nobody who can administer. */
async function change(
  db: Db,
  userId: string,
  work: (tx: Tx, before: { role: Role; disabledAt: Date | null }) => Promise<void>,
): Promise<ChangedPerson> {
  return db.$transaction(async (tx) => {
    // Locks all admins: of two who demote each other at the same moment, the second sees what the first did.
    await tx.$queryRaw`SELECT "id" FROM "User" WHERE "role" = 'ADMIN' ORDER BY "id" FOR UPDATE`;
    const before = await tx.user.findFirst({
      where: { id: userId, erasedAt: null },
      select: { role: true, disabledAt: true },
    });
    if (!before) throw notFound("person");
    await work(tx, before);
    if ((await tx.user.count({ where: { role: "ADMIN", disabledAt: null } })) === 0) {
      throw new AppError("LAST_ADMIN", "This is the last admin who can sign in; make somebody else an admin first.");
    }
    return tx.user.findUniqueOrThrow({ where: { id: userId }, select: ROW });
  });
}
