/** People as admins see them: roles and access. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Role } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { endSessionsOf } from "./session.ts";
import type { PersonView } from "./views.ts";

const ROW = {
  id: true,
  email: true,
  name: true,
  role: true,
  createdAt: true,
  disabledAt: true,
  _count: { select: { feedback: true } },
} as const satisfies Prisma.UserSelect;

const view = ({ _count, ...person }: Prisma.UserGetPayload<{ select: typeof ROW }>): PersonView => ({
  ...person,
  feedback: _count.feedback,
});

/** Everybody but those who were erased. Each person's thumbs are counted by their index: Prisma's own count reads all thumbs there are. */
export const listPeople = (db: Db): Promise<PersonView[]> => db.$queryRaw<PersonView[]>`
  SELECT person."id", person."email", person."name", person."role"::text AS "role", person."createdAt", person."disabledAt",
    (SELECT count(*) FROM "Feedback" thumb WHERE thumb."raterId" = person."id")::int AS "feedback"
  FROM "User" person WHERE person."erasedAt" IS NULL ORDER BY person."createdAt", person."id"`;

export async function setRole(
  db: Db,
  actorId: string,
  { userId, role }: { userId: string; role: Role },
): Promise<PersonView> {
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
): Promise<PersonView> {
  return change(db, userId, async (tx, before) => {
    if ((before.disabledAt !== null) === disabled) return;
    await tx.user.update({ where: { id: userId }, data: { disabledAt: disabled ? new Date() : null } });
    if (disabled) await endSessionsOf(tx, userId);
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
): Promise<PersonView> {
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
    return view(await tx.user.findUniqueOrThrow({ where: { id: userId }, select: ROW }));
  });
}
