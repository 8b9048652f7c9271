/**
 * Which prompts annotators are asked about besides those that somebody disliked: where raters contradict each other, where a
 * reward model can hardly tell replies apart, and where nobody has judged anything alike. The queue is kept filled, not flooded,
 * and every Comparison carries the figures it was chosen by.
 */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { ORDINARY, QUEUE, SOMEBODY_ELSE_ANNOTATES } from "./annotation-queue.ts";
import { openComparisonFor, REASON_PRIORITY, SHOWABLE } from "./comparison-open.ts";
import { NO_OTHER_OPEN } from "./comparison-state.ts";
import { promptClusters, promptText } from "./prompt-cluster.ts";
import { currentRewardModel } from "./reply-score.ts";
import { getSetting } from "./setting.ts";

/** Tasks that may wait before nothing more is chosen. */
const QUEUE_LENGTH = 20;
/** How far back prompts are looked for. */
const DAYS = 30;
/** An annotator who had a task within this time is at work. */
const AT_WORK_DAYS = 14;
/** Prompts, and pairs, looked at in one pass: the newest. */
const MOST_LOOKED_AT = 1000;
/** Another opinion is asked for this often beyond what is wanted of any Comparison; then people simply disagree. */
const MOST_EXTRA = 2;
/** |logit| below which a reward model is unsure: it gives neither reply more than 0.6. */
const UNSURE_BELOW = Math.log(0.6 / 0.4);

/** What each reason brought onto the queue. */
export interface Chosen {
  disagreement: number;
  uncertain: number;
  uncovered: number;
}

const NOTHING: Chosen = { disagreement: 0, uncertain: 0, uncovered: 0 };

/** One pass. Of processes that would do it at once, one does. */
export async function chooseActively(db: Db, now: Date): Promise<Chosen> {
  return db.$transaction(async (tx) => {
    const [lock] = await tx.$queryRaw<{ taken: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtext('hone.choice')) AS "taken"`;
    if (!lock?.taken || !(await isSomebodyAtWork(tx, now))) return NOTHING;
    const since = new Date(now.getTime() - DAYS * 24 * 3600_000);
    // Contradictions are always worth a third opinion, however long the queue is.
    const disagreement = await askAboutContradictions(tx, since);
    await orderByMargin(tx);
    const [waiting] = await tx.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS "count" FROM ${QUEUE} WHERE ${ORDINARY} AND comparison."status" IN ('OPEN', 'DRAFTING')`;
    const room = QUEUE_LENGTH - (waiting?.count ?? 0);
    const uncertain = room > 0 ? await askWhereUnsure(tx, since, room) : 0;
    const uncovered = room > uncertain ? await askWhereUncovered(tx, since, room - uncertain) : 0;
    return { disagreement, uncertain, uncovered };
  });
}

/** Where nobody ranks, nothing is chosen for them: what people ask is not put before others without need. */
const isSomebodyAtWork = async (tx: Tx, now: Date) =>
  (await tx.assignment.findFirst({
    where: { leasedAt: { gt: new Date(now.getTime() - AT_WORK_DAYS * 24 * 3600_000) } },
    select: { id: true },
  })) !== null;

/** Pairs that stand both ways round, by different raters: asked about anew, or one more ranking is wanted of who was asked. */
async function askAboutContradictions(tx: Tx, since: Date): Promise<number> {
  const contested = await tx.$queryRaw<{ promptId: string; contradictions: number; raters: number }[]>`
    SELECT one."promptId", count(DISTINCT least(one."chosenId", one."rejectedId")::text || greatest(one."chosenId", one."rejectedId"))::int
      AS "contradictions", count(DISTINCT either."raterId")::int AS "raters"
    FROM (SELECT * FROM "PreferencePair" WHERE "status" = 'ACTIVE' AND "source" <> 'AI' AND "createdAt" > ${since}
      ORDER BY "createdAt" DESC LIMIT ${MOST_LOOKED_AT}) one
    JOIN "PreferencePair" other ON other."chosenId" = one."rejectedId" AND other."rejectedId" = one."chosenId"
      AND other."status" = 'ACTIVE' AND other."source" <> 'AI'
    JOIN "PairRater" mine ON mine."pairId" = one."id"
    JOIN "PairRater" theirs ON theirs."pairId" = other."id" AND theirs."raterId" <> mine."raterId"
    CROSS JOIN LATERAL (VALUES (mine."raterId"), (theirs."raterId")) either("raterId")
    GROUP BY one."promptId"`;
  const most = (await getSetting(tx, "rankingsWanted")) + MOST_EXTRA;
  let asked = 0;
  for (const { promptId, contradictions, raters } of contested) {
    const why = { contradictions, raters };
    const urgency = contradictions / (contradictions + 1);
    const id = await openComparisonFor(tx, { promptId, reason: "DISAGREEMENT", why, urgency });
    asked += id ? 1 : await wantOneMore(tx, promptId, { why, priority: REASON_PRIORITY.DISAGREEMENT + urgency, most });
  }
  return asked;
}

/** Opens the last Comparison about a prompt again for one more ranking. @returns how many were opened: 0 or 1 */
const wantOneMore = (
  tx: Tx,
  promptId: string,
  { why, priority, most }: { why: Record<string, number>; priority: number; most: number },
) =>
  tx.$executeRaw`
    UPDATE "Comparison" comparison SET "status" = 'OPEN', "closedAt" = NULL, "reason" = 'DISAGREEMENT',
      "wanted" = comparison."wanted" + 1, "priority" = ${priority}, "why" = ${JSON.stringify(why)}::jsonb
    WHERE comparison."id" = (
        SELECT last."id" FROM "Comparison" last WHERE last."promptId" = ${promptId}::uuid AND last."reason" <> 'CHAT'
          AND last."gold" IS NULL ORDER BY last."createdAt" DESC LIMIT 1)
      AND comparison."status" = 'DONE' AND comparison."wanted" < ${most} AND ${NO_OTHER_OPEN}
      AND EXISTS (SELECT 1 FROM "ComparisonCandidate" candidate WHERE candidate."comparisonId" = comparison."id")`;

/** Puts tasks whose replies the reward model can hardly tell apart before others of their reason. */
async function orderByMargin(tx: Tx): Promise<void> {
  const model = await currentRewardModel(tx);
  if (!model) return;
  // 2 · P(the reply it likes less is preferred), which is 1 at a margin of 0.
  await tx.$executeRaw`
    UPDATE "Comparison" comparison
    SET "priority" = floor(comparison."priority") + 0.999 * 2 / (1 + exp(margin."least")),
      "why" = coalesce(comparison."why", '{}') || jsonb_build_object('margin', round(margin."least"::numeric, 3)::float8,
        'rewardModel', ${model.sha256.slice(0, 8)}::text)
    FROM (
      SELECT one."comparisonId" AS "id", min(abs(mine."score" - theirs."score")) AS "least"
      FROM "Comparison" open JOIN "ComparisonCandidate" one ON one."comparisonId" = open."id"
      JOIN "ComparisonCandidate" other ON other."comparisonId" = open."id" AND other."messageId" > one."messageId"
      JOIN "ReplyScore" mine ON mine."messageId" = one."messageId" AND mine."adapterId" = ${model.id}::uuid
      JOIN "ReplyScore" theirs ON theirs."messageId" = other."messageId" AND theirs."adapterId" = ${model.id}::uuid
      WHERE open."status" = 'OPEN' AND open."reason" <> 'CHAT' AND open."gold" IS NULL
      GROUP BY one."comparisonId"
    ) margin
    WHERE margin."id" = comparison."id" AND coalesce(comparison."why" ->> 'rewardModel', '') <> ${model.sha256.slice(0, 8)}`;
}

/** A prompt of a conversation that may be shown, with a whole reply, about which annotators were never asked. */
const ASKABLE = Prisma.sql`prompt."role" = 'USER' AND ${SHOWABLE} AND ${SOMEBODY_ELSE_ANNOTATES}
  AND NOT EXISTS (SELECT 1 FROM "Comparison" asked WHERE asked."promptId" = prompt."id" AND asked."reason" <> 'CHAT')
  AND EXISTS (SELECT 1 FROM "Message" reply WHERE reply."parentId" = prompt."id" AND reply."status" = 'COMPLETE'
    AND NOT reply."forComparison")`;

const WITH_OWNER = Prisma.sql`JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
  JOIN "User" owner ON owner."id" = conversation."userId"`;

async function askWhereUnsure(tx: Tx, since: Date, room: number): Promise<number> {
  const model = await currentRewardModel(tx);
  if (!model) return 0;
  const unsure = await tx.$queryRaw<{ promptId: string; margin: number }[]>`
    SELECT prompt."id" AS "promptId", min(abs(mine."score" - theirs."score")) AS "margin"
    FROM "ReplyScore" mine JOIN "Message" one ON one."id" = mine."messageId"
    JOIN "Message" prompt ON prompt."id" = one."parentId" ${WITH_OWNER}
    JOIN "Message" other ON other."parentId" = prompt."id" AND other."id" > one."id"
    JOIN "ReplyScore" theirs ON theirs."messageId" = other."id" AND theirs."adapterId" = mine."adapterId"
    WHERE mine."adapterId" = ${model.id}::uuid AND prompt."createdAt" > ${since} AND ${ASKABLE}
    GROUP BY prompt."id" HAVING min(abs(mine."score" - theirs."score")) < ${UNSURE_BELOW}
    ORDER BY 2, 1 LIMIT ${room}`;
  let asked = 0;
  for (const { promptId, margin } of unsure) {
    const why = { margin: Math.round(margin * 1000) / 1000, rewardModel: model.sha256.slice(0, 8) };
    const urgency = 2 / (1 + Math.exp(margin));
    if (await openComparisonFor(tx, { promptId, reason: "UNCERTAIN", why, urgency })) asked += 1;
  }
  return asked;
}

/** Openings of conversations of which no near-duplicate has a judged pair; those that many people ask come first. */
async function askWhereUncovered(tx: Tx, since: Date, room: number): Promise<number> {
  const openings = await tx.$queryRaw<{ id: string; content: string }[]>`
    SELECT prompt."id", prompt."content"
    FROM (SELECT * FROM "Message" WHERE "createdAt" > ${since} AND "parentId" IS NULL
      ORDER BY "createdAt" DESC LIMIT ${MOST_LOOKED_AT * 5}) prompt ${WITH_OWNER}
    WHERE ${ASKABLE} ORDER BY prompt."createdAt" DESC LIMIT ${MOST_LOOKED_AT}`;
  const judged = await tx.$queryRaw<{ content: string }[]>`
    SELECT prompt."content" FROM "Message" prompt WHERE prompt."id" IN (
      SELECT pair."promptId" FROM "PreferencePair" pair WHERE pair."status" = 'ACTIVE'
      ORDER BY pair."createdAt" DESC LIMIT ${MOST_LOOKED_AT * 5})
    UNION ALL
    SELECT prompt."content" FROM "Message" prompt JOIN "Comparison" asked ON asked."promptId" = prompt."id"
    WHERE asked."status" IN ('DRAFTING', 'OPEN') AND asked."reason" <> 'CHAT'`;
  let asked = 0;
  for (const { promptId, size } of uncovered(openings, judged).slice(0, room)) {
    const opened = await openComparisonFor(tx, {
      ...{ promptId, reason: "UNCOVERED", why: { clusterSize: size } },
      urgency: 1 - 1 / size,
    });
    if (opened) asked += 1;
  }
  return asked;
}

/** The newest prompt of each cluster that holds nothing judged, largest clusters first. Pure. */
export function uncovered(
  openings: readonly { id: string; content: string }[],
  judged: readonly { content: string }[],
): { promptId: string; size: number }[] {
  const clusters = promptClusters([...judged, ...openings].map((prompt) => promptText([prompt])));
  const covered = new Set(clusters.subarray(0, judged.length));
  const found = new Map<number, { promptId: string; size: number }>();
  for (const [i, { id }] of openings.entries()) {
    const cluster = clusters[judged.length + i]!;
    if (covered.has(cluster)) continue;
    const known = found.get(cluster) ?? { promptId: id, size: 0 };
    found.set(cluster, { ...known, size: known.size + 1 });
  }
  return [...found.values()].sort((a, b) => b.size - a.size);
}
