/** Putting single pairs aside by hand, and letting them back. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { RATER_QUARANTINED } from "./pair-changes.ts";
import { lockPrompt } from "./pair-store.ts";

export interface QuarantineChange {
  ids: readonly string[];
  quarantined: boolean;
  reason: string;
}

/**
 * Pairs that are put aside stay so whatever is judged anew. Let back are only those that were put aside by hand; where all
 * their raters are quarantined meanwhile, they stay aside for that reason.
 * @returns how many changed
 * @throws AppError INVALID_INPUT for the one reason that is the system's
 */
export async function setPairQuarantine(
  db: Db,
  actorId: string,
  { ids, quarantined, reason }: QuarantineChange,
): Promise<{ changed: number }> {
  if (reason === RATER_QUARANTINED)
    throw new AppError("INVALID_INPUT", `The reason ${RATER_QUARANTINED} is the system's own; say it otherwise.`);
  return db.$transaction(
    async (tx) => {
      const pairs = await tx.preferencePair.findMany({
        where: { id: { in: [...ids] }, source: { not: "AI" } },
        select: { promptId: true },
      });
      // In one order, so that two admins never wait for each other.
      for (const promptId of [...new Set(pairs.map((pair) => pair.promptId))].sort()) await lockPrompt(tx, promptId);
      const changed = quarantined
        ? await tx.$executeRaw`
            UPDATE "PreferencePair" SET "status" = 'QUARANTINED', "quarantineReason" = ${reason}
            WHERE "id" = ANY(${ids}::uuid[]) AND "source" <> 'AI'
              AND ("status" = 'ACTIVE' OR ("status" = 'QUARANTINED' AND "quarantineReason" = ${RATER_QUARANTINED}))`
        : await tx.$executeRaw`
            WITH freed AS (
              SELECT pair."id", NOT EXISTS (
                SELECT 1 FROM "PairRater" link LEFT JOIN "RaterTrust" trust ON trust."raterId" = link."raterId"
                WHERE link."pairId" = pair."id" AND trust."quarantinedAt" IS NULL) AS aside
              FROM "PreferencePair" pair WHERE pair."id" = ANY(${ids}::uuid[]) AND pair."status" = 'QUARANTINED'
                AND pair."quarantineReason" IS DISTINCT FROM ${RATER_QUARANTINED} AND pair."source" <> 'AI'
            )
            UPDATE "PreferencePair" pair SET "status" = (CASE WHEN aside THEN 'QUARANTINED' ELSE 'ACTIVE' END)::"PairStatus",
              "quarantineReason" = CASE WHEN aside THEN ${RATER_QUARANTINED} END
            FROM freed WHERE freed."id" = pair."id"`;
      if (changed > 0)
        await recordAudit(tx, {
          actorId,
          action: "pair.setQuarantine",
          subject: `PreferencePair:${ids[0]}`,
          after: { quarantined, reason, pairs: changed },
        });
      return { changed };
    },
    { timeout: 60_000 },
  );
}
