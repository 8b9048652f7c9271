/** Judgements in the database: what stands of a prompt's replies, and the log that every change of it is appended to. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import type { LoggedEvent, Statement } from "./judgement.ts";
import type { Judgement } from "./preference-pair.ts";

/** Lets one judgement of a prompt's replies be written at a time: two at once would each see only half of the judgements. */
export async function lockPrompt(tx: Tx, promptId: string): Promise<void> {
  // Not FOR UPDATE: that would wait for, and hold up, every reply that is being added below the prompt.
  await tx.$queryRaw`SELECT "id" FROM "Message" WHERE "id" = ${promptId}::uuid FOR NO KEY UPDATE`;
}

/** Appends to the log what a judgement is from now on. Belongs into the transaction that writes its row; the prompt must be locked. */
export async function recordJudgement(tx: Tx, { judgement, ...event }: Statement): Promise<void> {
  await tx.judgementEvent.create({ data: { ...event, judgement: judgement ?? Prisma.DbNull }, select: { id: true } });
}

/**
 * Appends what every ranking of an annotators' Comparison is by now, after its `gold` changed: the rankings of a task whose
 * answer is known make no pairs. The prompt must be locked.
 */
export async function restateRankings(tx: Tx, comparisonId: string): Promise<void> {
  const { promptId, gold, rankings } = await tx.comparison.findUniqueOrThrow({
    where: { id: comparisonId },
    select: {
      ...{ promptId: true, gold: true },
      rankings: {
        where: { withdrawnAt: null },
        orderBy: { id: "asc" },
        select: {
          ...{ id: true, raterId: true, round: true, allBad: true },
          entries: { select: { messageId: true, rank: true }, orderBy: [{ rank: "asc" }, { messageId: "asc" }] },
        },
      },
    },
  });
  for (const { id, raterId, round, allBad, entries } of rankings) {
    const judgement = { comparisonId, ranks: entries, allBad, teaches: round === 0 && gold === null };
    await recordJudgement(tx, { promptId, raterId, kind: "RANKING", subjectId: id, judgement });
  }
}

/** The log of these prompts, oldest first. */
export async function readEvents(db: Db | Tx, promptIds: readonly string[]): Promise<LoggedEvent[]> {
  return db.judgementEvent.findMany({
    where: { promptId: { in: [...promptIds] } },
    orderBy: { id: "asc" },
    select: { promptId: true, raterId: true, kind: true, subjectId: true, judgement: true },
  });
}

interface Standing {
  thumbs: { raterId: string; messageId: string; value: number }[];
  edits: { raterId: string; editedId: string; originalId: string }[];
  rankings: { raterId: string; chat: boolean; entries: { messageId: string; rank: number; whole: boolean }[] }[];
}

/** Only whole replies teach: one that was broken off has no end. */
const isWhole = (reply: string) => Prisma.raw(`${reply}."status" = 'COMPLETE' AND ${reply}."content" <> ''`);

/**
 * What people say of a prompt's replies, from the rows that hold it, as far as it teaches anything. Equal to the fold of the prompt's log.
 * One statement: it runs under the prompt's lock.
 */
export async function standingJudgements(tx: Db | Tx, promptId: string): Promise<Judgement[]> {
  const [rows] = await tx.$queryRaw<Standing[]>`
    SELECT
      (SELECT coalesce(json_agg(json_build_object('raterId', thumb."raterId", 'messageId', thumb."messageId", 'value', thumb."value")), '[]')
        FROM "Message" reply JOIN "Feedback" thumb ON thumb."messageId" = reply."id"
        WHERE reply."parentId" = ${promptId}::uuid AND reply."role" = 'ASSISTANT' AND ${isWhole("reply")}) AS "thumbs",
      (SELECT coalesce(json_agg(json_build_object('raterId', edit."authorId", 'editedId', edit."editedId", 'originalId', edit."originalId")), '[]')
        FROM "Message" reply JOIN "Edit" edit ON edit."originalId" = reply."id"
        WHERE reply."parentId" = ${promptId}::uuid AND edit."withdrawnAt" IS NULL AND ${isWhole("reply")}) AS "edits",
      (SELECT coalesce(json_agg(json_build_object('raterId', ranking."raterId", 'chat', comparison."reason" = 'CHAT', 'entries',
          (SELECT coalesce(json_agg(json_build_object('messageId', entry."messageId", 'rank', entry."rank", 'whole', ${isWhole("reply")})), '[]')
            FROM "RankingEntry" entry JOIN "Message" reply ON reply."id" = entry."messageId" WHERE entry."rankingId" = ranking."id"))), '[]')
        FROM "Comparison" comparison JOIN "Ranking" ranking ON ranking."comparisonId" = comparison."id"
        WHERE comparison."promptId" = ${promptId}::uuid AND comparison."gold" IS NULL
          AND ranking."withdrawnAt" IS NULL AND ranking."round" = 0 AND NOT ranking."allBad") AS "rankings"`;
  const { thumbs, edits, rankings } = rows!;
  return [
    ...thumbs.map((thumb) => ({ kind: "FEEDBACK" as const, promptId, ...thumb })),
    ...edits.map((edit) => ({ kind: "EDIT" as const, promptId, ...edit })),
    ...rankings.flatMap(({ raterId, chat, entries }): Judgement[] => {
      if (!chat) return [{ kind: "RANKING", promptId, raterId, ranks: entries }];
      const choice = choiceFrom(entries);
      return choice.chosenId === null
        ? []
        : [{ kind: "CHOICE", promptId, raterId, ...choice, chosenId: choice.chosenId }];
    }),
  ];
}

/** What a ranking of drafts prefers to what. A tie prefers nothing, and neither does the pick of a reply that was broken off. */
export function choiceFrom(entries: readonly { messageId: string; rank: number; whole: boolean }[]): {
  chosenId: string | null;
  otherIds: string[];
} {
  const best = entries.filter(({ rank }) => rank === 1);
  const [chosen] = best;
  if (best.length !== 1 || !chosen?.whole) return { chosenId: null, otherIds: [] };
  const otherIds = entries.filter(({ rank, whole }) => rank > 1 && whole).map(({ messageId }) => messageId);
  return { chosenId: chosen.messageId, otherIds };
}
