/** What a person decided about the use of their data: having read the consent text, and taking part in training or not. */

import type { Db } from "../db.ts";
import { closeComparisonsOf } from "./comparison-open.ts";
import { getSetting } from "./setting.ts";
import type { AccountView } from "./views.ts";

export async function getAccount(db: Db, viewerId: string): Promise<AccountView> {
  const [person, consent, conversations, messages, [judgements]] = await Promise.all([
    db.user.findUniqueOrThrow({
      where: { id: viewerId },
      select: { trainingOptOut: true, consentedAt: true, passwordHash: true },
    }),
    getSetting(db, "consentText"),
    db.conversation.count({ where: { userId: viewerId, deletedAt: null } }),
    db.message.count({ where: { conversation: { userId: viewerId, deletedAt: null }, forComparison: false } }),
    db.$queryRaw<{ count: number }[]>`
      SELECT ((SELECT count(*) FROM "Feedback" WHERE "raterId" = ${viewerId}::uuid)
        + (SELECT count(*) FROM "Edit" WHERE "authorId" = ${viewerId}::uuid AND "withdrawnAt" IS NULL)
        + (SELECT count(*) FROM "Ranking" WHERE "raterId" = ${viewerId}::uuid AND "withdrawnAt" IS NULL))::int AS "count"`,
  ]);
  const { passwordHash, ...decided } = person;
  const counts = { conversations, messages, judgements: judgements?.count ?? 0 };
  return { ...decided, consent, hasPassword: passwordHash !== null, counts };
}

/** The person has read the consent text. */
export async function recordConsent(db: Db, viewerId: string): Promise<AccountView> {
  await db.user.update({ where: { id: viewerId }, data: { consentedAt: new Date() } });
  return getAccount(db, viewerId);
}

/** Nothing of theirs enters a Dataset, or an annotator's queue, while they are opted out. */
export async function setAccountTraining(db: Db, viewerId: string, optOut: boolean): Promise<AccountView> {
  await db.$transaction(async (tx) => {
    await tx.user.update({ where: { id: viewerId }, data: { trainingOptOut: optOut } });
    if (optOut) await closeComparisonsOf(tx, { userId: viewerId });
  });
  return getAccount(db, viewerId);
}
