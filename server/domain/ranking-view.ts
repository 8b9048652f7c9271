/** Rankings as annotators and admins see them again. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { REPLY_LABELS, type ReplyLabelKey, type SubmittedTask } from "./views.ts";

export const RANKING = {
  id: true,
  allBad: true,
  comment: true,
  createdAt: true,
  withdrawnAt: true,
  entries: { select: { messageId: true, rank: true }, orderBy: [{ rank: "asc" }, { messageId: "asc" }] },
  labels: { select: { messageId: true, label: true }, orderBy: [{ messageId: "asc" }, { label: "asc" }] },
} as const satisfies Prisma.RankingSelect;

const isLabel = (label: string): label is ReplyLabelKey => REPLY_LABELS.some((known) => known === label);

/** Labels that this version knows. */
export const viewLabels = (labels: readonly { messageId: string; label: string }[]) =>
  labels.flatMap(({ messageId, label }) => (isLabel(label) ? [{ messageId, label }] : []));

/** The requestKey of the Message that a ranking's rewrite is kept in: a ranking that was taken back and given again has another one. */
export const rewriteKey = (rankingId: string, at: Date) => `rewrite:${rankingId}:${at.getTime()}`;

/** What was submitted before it was taken back, so that the task can be done over without starting anew. */
export async function previousSubmission(
  db: Db | Tx,
  key: { comparisonId: string; raterId: string; round: number },
): Promise<SubmittedTask | null> {
  const ranking = await db.ranking.findUnique({ where: { comparisonId_raterId_round: key }, select: RANKING });
  if (!ranking?.withdrawnAt) return null;
  const rewrite = await db.edit.findFirst({
    where: { authorId: key.raterId, edited: { requestKey: rewriteKey(ranking.id, ranking.createdAt) } },
    select: { originalId: true, edited: { select: { content: true } } },
  });
  return {
    ranks: ranking.entries,
    allBad: ranking.allBad,
    labels: viewLabels(ranking.labels),
    rewrite: rewrite && { messageId: rewrite.originalId, content: rewrite.edited.content },
    comment: ranking.comment,
  };
}
