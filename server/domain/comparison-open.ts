/** How Comparisons of annotators come to be, and how they leave the queue with the conversation they are about. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { ComparisonReason } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { SETTING_DEFAULTS } from "./setting-registry.ts";

/** Figures behind a Comparison's reason, by name: Comparison.why. */
export type ComparisonWhy = Record<string, number | string>;

/** Why annotators are asked; drafts side by side (CHAT) are made elsewhere and never reach their queue. */
export type QueueReason = Exclude<ComparisonReason, "CHAT">;

/**
 * The order of the queue: what an admin asks for comes first, then what raters contradict each other about, then what somebody
 * disliked, then what a model is unsure of, then what nobody has judged. Figures of a reason add less than 1, so they order
 * within it only.
 */
export const REASON_PRIORITY: Record<QueueReason, number> = {
  REQUESTED: 4,
  DISAGREEMENT: 3,
  DISLIKED: 2,
  UNCERTAIN: 1,
  UNCOVERED: 0,
};

interface Opening {
  promptId: string;
  reason: QueueReason;
  why?: ComparisonWhy;
  /** How much this one matters among those of its reason, 0 to below 1. */
  urgency?: number;
  createdById?: string;
}

/** Conversations that annotators may see: neither deleted nor opted out, of people who did not opt out and were not erased. */
export const SHOWABLE = Prisma.sql`(conversation."deletedAt" IS NULL AND NOT conversation."trainingOptOut"
  AND NOT owner."trainingOptOut" AND owner."erasedAt" IS NULL)`;

/**
 * Opens a Comparison about a prompt: one statement, the same that a thumbs-down runs in the database. Replies are gathered and
 * drafted later, in idle time. Does nothing where one is open, where its conversation may not be shown, and, unless an admin asks,
 * where annotators were asked about the prompt before.
 * @returns its id, or null where nothing was opened
 */
export async function openComparisonFor(
  tx: Tx | Db,
  { promptId, reason, why = {}, urgency = 0, createdById }: Opening,
): Promise<string | null> {
  const priority = REASON_PRIORITY[reason] + Math.min(Math.max(urgency, 0), 0.999);
  const [row] = await tx.$queryRaw<{ id: string | null }[]>`
    SELECT "open_comparison"(${promptId}::uuid, ${reason}::"ComparisonReason", ${priority}, ${JSON.stringify(why)}::jsonb,
      ${SETTING_DEFAULTS.rankingsWanted}, ${createdById ?? null}::uuid) AS "id"`;
  return row?.id ?? null;
}

/** Takes everything about these conversations off the queue; leases on it end. Drafts side by side stay: they are the person's own. */
export async function closeComparisonsOf(
  tx: Tx,
  of: { conversationId: string } | { userId: string },
  now: Date = new Date(),
): Promise<void> {
  const conversations =
    "userId" in of
      ? Prisma.sql`conversation."userId" = ${of.userId}::uuid`
      : Prisma.sql`conversation."id" = ${of.conversationId}::uuid`;
  await tx.$executeRaw`
    WITH closed AS (
      UPDATE "Comparison" SET "status" = 'CLOSED', "closedAt" = ${now}
      FROM "Message" prompt JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
      WHERE prompt."id" = "Comparison"."promptId" AND ${conversations} 
        AND "Comparison"."status" IN ('DRAFTING', 'OPEN') AND "Comparison"."reason" <> 'CHAT'
      RETURNING "Comparison"."id"
    )
    UPDATE "Assignment" SET "state" = 'EXPIRED', "endedAt" = ${now}
    WHERE "state" = 'LEASED' AND "comparisonId" IN (SELECT "id" FROM closed)`;
}
