/** What people judged, read as the examples of every kind but pairs: thumbs, dialogues, rankings, prompts. */

import type { MessageStatus } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import type { CandidateItem } from "./dataset-content.ts";
import type { Turn } from "./dataset-lines.ts";
import { eachBatch, promptsOf, replyOf } from "./dataset-rows.ts";
import type { LeftOutReason } from "./views.ts";

interface Kept {
  conversationDeleted: boolean;
  optedOut: boolean;
}

const whyNotKept = ({ conversationDeleted, optedOut }: Kept): LeftOutReason | null =>
  conversationDeleted ? "CONVERSATION_DELETED" : optedOut ? "OPTED_OUT" : null;

interface JudgedReply extends Kept {
  id: string;
  promptId: string;
  status: MessageStatus;
  content: string;
  tokenIds: number[];
  sampling: unknown;
  /** Whose thumbs are up and down, and of those only who may still sign in. */
  upIds: string[];
  downIds: string[];
  votes: number;
  voters: number;
  /** Who preferred it to another in some other way than by thumbs. */
  preferrerIds: string[];
  at: Date;
}

/** Every complete reply that somebody judged. */
const eachJudged = <K extends "THUMBS" | "DIALOGUES">(
  db: Db | Tx,
  example: (reply: JudgedReply, prompt: Turn[]) => CandidateItem<K> | null,
): Promise<CandidateItem<K>[]> =>
  eachBatch(
    (after, most) => db.$queryRaw<JudgedReply[]>`
      WITH judged AS (
        SELECT "messageId" AS "id" FROM "Feedback" WHERE "messageId" > ${after}::uuid
        UNION SELECT "chosenId" FROM "PreferencePair"
          WHERE "status" = 'ACTIVE' AND "source" NOT IN ('FEEDBACK', 'AI') AND "chosenId" > ${after}::uuid
      )
      SELECT reply."id", reply."parentId" AS "promptId", reply."status", reply."content", reply."tokenIds", reply."sampling",
        conversation."deletedAt" IS NOT NULL AS "conversationDeleted",
        conversation."trainingOptOut" OR person."trainingOptOut" AS "optedOut",
        coalesce(array_agg(thumb."raterId"::text) FILTER (WHERE thumb."value" > 0), '{}') AS "upIds",
        coalesce(array_agg(thumb."raterId"::text) FILTER (WHERE thumb."value" < 0), '{}') AS "downIds",
        coalesce(sum(thumb."value") FILTER (WHERE rater."disabledAt" IS NULL), 0)::int AS "votes",
        (count(rater."id") FILTER (WHERE rater."disabledAt" IS NULL))::int AS "voters",
        array(SELECT DISTINCT link."raterId"::text FROM "PreferencePair" pair JOIN "PairRater" link ON link."pairId" = pair."id"
          WHERE pair."chosenId" = reply."id" AND pair."status" = 'ACTIVE' AND pair."source" NOT IN ('FEEDBACK', 'AI')) AS "preferrerIds",
        coalesce(min(thumb."createdAt"), reply."createdAt") AS "at"
      FROM judged JOIN "Message" reply ON reply."id" = judged."id"
      JOIN "Conversation" conversation ON conversation."id" = reply."conversationId"
      JOIN "User" person ON person."id" = conversation."userId"
      LEFT JOIN "Feedback" thumb ON thumb."messageId" = reply."id"
      LEFT JOIN "User" rater ON rater."id" = thumb."raterId"
      WHERE reply."role" = 'ASSISTANT' AND reply."status" = 'COMPLETE' AND reply."parentId" IS NOT NULL
      GROUP BY reply."id", conversation."id", person."id" ORDER BY reply."id" LIMIT ${most}`,
    async (replies) => {
      const prompts = await promptsOf(db, replies);
      return replies.flatMap((reply, i) => example(reply, prompts[i]!) ?? []);
    },
  );

const placeOf = ({ id, promptId }: JudgedReply) => ({ messageId: id, promptId });
const completionOf = ({ content, status, tokenIds, sampling }: JudgedReply) =>
  replyOf(content, status, tokenIds, sampling);

/** Every reply with thumbs, and what the majority of them says. */
export const readThumbs = (db: Db | Tx): Promise<CandidateItem<"THUMBS">[]> =>
  eachJudged<"THUMBS">(db, (reply, prompt) => {
    const { upIds, downIds, votes, voters, at } = reply;
    if (upIds.length + downIds.length === 0) return null;
    const liked = votes > 0;
    const [raterIds, againstIds] = liked ? [upIds, downIds] : [downIds, upIds];
    return {
      content: { prompt, completion: completionOf(reply), liked, weight: 1 },
      ...placeOf(reply),
      leftOut: whyNotKept(reply) ?? (voters === 0 ? "RATER_DISABLED" : votes === 0 ? "TIED" : null),
      judged: { at: at.getTime(), raterIds, againstIds, thumbs: true },
    };
  });

/** Every reply that people liked, or preferred to another. */
export const readDialogues = (db: Db | Tx): Promise<CandidateItem<"DIALOGUES">[]> =>
  eachJudged<"DIALOGUES">(db, (reply, prompt) => {
    const { upIds, downIds, preferrerIds, votes, at } = reply;
    const preferred = preferrerIds.length > 0;
    const judges = reply.voters + preferrerIds.length;
    const disliked = votes < 0 ? "DISLIKED" : votes === 0 && !preferred ? "TIED" : null;
    return {
      content: { prompt, completion: completionOf(reply), weight: 1 },
      ...placeOf(reply),
      leftOut: whyNotKept(reply) ?? (judges === 0 ? "RATER_DISABLED" : disliked),
      judged: {
        at: at.getTime(),
        raterIds: [...new Set([...upIds, ...preferrerIds])],
        againstIds: downIds,
        thumbs: !preferred,
      },
    };
  });

interface GivenRanking extends Kept {
  id: string;
  promptId: string;
  raterId: string;
  at: Date;
  replies: { content: string; status: MessageStatus; tokenIds: number[] | null; sampling: unknown; rank: number }[];
}

/** Every order that somebody put replies into: annotators' rankings, and choices between drafts, whose rest is tied. */
export const readRankings = (db: Db | Tx): Promise<CandidateItem<"RANKINGS">[]> =>
  eachBatch(
    (after, most) => db.$queryRaw<GivenRanking[]>`
      SELECT given."id", comparison."promptId", given."raterId", given."createdAt" AS "at",
        conversation."deletedAt" IS NOT NULL AS "conversationDeleted",
        conversation."trainingOptOut" OR person."trainingOptOut" AS "optedOut",
        (SELECT coalesce(jsonb_agg(jsonb_build_object('content', reply."content", 'status', reply."status", 'tokenIds', reply."tokenIds",
            'sampling', reply."sampling", 'rank', entry."rank") ORDER BY entry."rank", reply."id"), '[]')
          FROM "RankingEntry" entry JOIN "Message" reply ON reply."id" = entry."messageId"
          WHERE entry."rankingId" = given."id" AND reply."status" = 'COMPLETE') AS "replies"
      FROM "Ranking" given JOIN "Comparison" comparison ON comparison."id" = given."comparisonId"
      JOIN "Message" prompt ON prompt."id" = comparison."promptId"
      JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
      JOIN "User" person ON person."id" = conversation."userId"
      WHERE given."round" = 0 AND given."withdrawnAt" IS NULL AND NOT given."allBad" AND comparison."gold" IS NULL
        AND given."id" > ${after}::uuid ORDER BY given."id" LIMIT ${most}`,
    async (rankings) => {
      const prompts = await promptsOf(db, rankings);
      return rankings.map((given, i) => {
        const { promptId, raterId, at, replies } = given;
        const tied = new Set(replies.map(({ rank }) => rank)).size < 2;
        return {
          content: {
            prompt: prompts[i]!,
            replies: replies.map(({ content, status, tokenIds, sampling, rank }) => ({
              ...replyOf(content, status, tokenIds ?? [], sampling),
              rank,
            })),
            weight: 1,
          },
          ...{ messageId: promptId, promptId },
          leftOut: whyNotKept(given) ?? (tied ? "TIED" : null),
          judged: { at: at.getTime(), raterIds: [raterId], againstIds: [], thumbs: false },
        };
      });
    },
  );

/** Every prompt that people wrote and that was answered. */
export const readPrompts = (db: Db | Tx): Promise<CandidateItem<"PROMPTS">[]> =>
  eachBatch(
    (after, most) => db.$queryRaw<(Kept & { id: string; promptId: string; disabled: boolean })[]>`
      SELECT prompt."id", prompt."id" AS "promptId", conversation."deletedAt" IS NOT NULL AS "conversationDeleted",
        conversation."trainingOptOut" OR person."trainingOptOut" AS "optedOut", person."disabledAt" IS NOT NULL AS "disabled"
      FROM "Message" prompt JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
      JOIN "User" person ON person."id" = conversation."userId"
      WHERE prompt."role" = 'USER' AND prompt."id" > ${after}::uuid
        AND EXISTS (SELECT 1 FROM "Message" reply WHERE reply."parentId" = prompt."id" AND reply."status" = 'COMPLETE')
      ORDER BY prompt."id" LIMIT ${most}`,
    async (rows) => {
      const prompts = await promptsOf(db, rows);
      return rows.map((row, i) => ({
        content: { prompt: prompts[i]!, answer: null },
        ...{ messageId: row.id, promptId: row.id },
        leftOut: whyNotKept(row) ?? (row.disabled ? "RATER_DISABLED" : null),
      }));
    },
  );
