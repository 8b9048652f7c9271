/** What people said and judged, as it stands now, read as the examples of each kind of data. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { MessageStatus } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import {
  type CandidateItem,
  type CandidatePair,
  type PairContent,
  type PromptTurn,
  type Selection,
  selectItems,
  selectPairs,
} from "./dataset-content.ts";
import type { Turn } from "./dataset-lines.ts";
import { historiesOf, sampledTokens } from "./history.ts";
import type { DataKind } from "./run-config.ts";
import type { LeftOutReason } from "./views.ts";

/** Rows read in one go; a conversation's history comes with each. */
const BATCH = 1000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** A pair's replies as columns. Prisma's own nested reads take ten times as long, and a preview reads every pair. */
export const PAIR_REPLIES = Prisma.sql`
  chosen."status" AS "chosenStatus", chosen."content" AS "chosenContent",
  chosen."tokenIds" AS "chosenTokenIds", chosen."sampling" AS "chosenSampling",
  rejected."status" AS "rejectedStatus", rejected."content" AS "rejectedContent",
  rejected."tokenIds" AS "rejectedTokenIds", rejected."sampling" AS "rejectedSampling"`;
export const JOIN_PAIR_REPLIES = Prisma.sql`
  JOIN "Message" chosen ON chosen."id" = pair."chosenId" JOIN "Message" rejected ON rejected."id" = pair."rejectedId"`;

export interface PairRow {
  promptId: string;
  weight: number;
  chosenStatus: MessageStatus;
  chosenContent: string;
  chosenTokenIds: number[];
  chosenSampling: unknown;
  rejectedStatus: MessageStatus;
  rejectedContent: string;
  rejectedTokenIds: number[];
  rejectedSampling: unknown;
}

export async function pairContents(db: Db | Tx, rows: readonly PairRow[]): Promise<PairContent[]> {
  const histories = await historiesOf(db, [...new Set(rows.map((row) => row.promptId))]);
  return rows.map((row) => ({
    prompt: histories.get(row.promptId) ?? [],
    chosen: replyOf(row.chosenContent, row.chosenStatus, row.chosenTokenIds, row.chosenSampling),
    rejected: replyOf(row.rejectedContent, row.rejectedStatus, row.rejectedTokenIds, row.rejectedSampling),
    weight: row.weight,
  }));
}

const replyOf = (content: string, status: MessageStatus, tokenIds: number[], sampling: unknown) => ({
  content,
  tokenIds: sampledTokens({ role: "ASSISTANT", status, content, tokenIds, sampling }),
});

export const turnsOf = (history: readonly PromptTurn[]): Turn[] =>
  history.map(({ role, content, tokenIds }) => ({ role, content, tokenIds: tokenIds ?? null }));

/** What a Dataset of this kind, frozen at this moment, would hold. */
export async function currentSelection(db: Db | Tx, kind: DataKind = "PAIRS"): Promise<Selection> {
  switch (kind) {
    case "PAIRS":
      return selectPairs(await readPairs(db));
    case "THUMBS":
      return selectItems(kind, "FEEDBACK", await readThumbs(db));
    case "DIALOGUES":
      return selectItems(kind, "FEEDBACK", await readDialogues(db));
    case "PROMPTS":
      return selectItems(kind, "FEEDBACK", await readPrompts(db));
    default: // people judge no rankings yet, and plain text is uploaded
      return selectItems(kind, "FEEDBACK", []);
  }
}

/** All rows of a query that goes on after an id. */
async function allRows<Row extends { id: string }>(page: (after: string) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after = FIRST_ID; ; ) {
    const more = await page(after);
    rows.push(...more);
    const last = more.at(-1);
    if (!last || more.length < BATCH) return rows;
    after = last.id;
  }
}

async function readPairs(db: Db | Tx): Promise<CandidatePair[]> {
  const rows = await allRows(
    (after) => db.$queryRaw<(PairRow & { id: string; conversationDeleted: boolean; ratersDisabled: boolean })[]>`
      SELECT pair."id", pair."promptId", pair."weight", ${PAIR_REPLIES},
        conversation."deletedAt" IS NOT NULL AS "conversationDeleted",
        (SELECT coalesce(bool_and(rater."disabledAt" IS NOT NULL), false) FROM "PairRater" link
          JOIN "User" rater ON rater."id" = link."raterId" WHERE link."pairId" = pair."id") AS "ratersDisabled"
      FROM "PreferencePair" pair ${JOIN_PAIR_REPLIES}
      JOIN "Conversation" conversation ON conversation."id" = chosen."conversationId"
      WHERE pair."status" = 'ACTIVE' AND pair."source" <> 'AI' AND pair."id" > ${after}::uuid
      ORDER BY pair."id" LIMIT ${BATCH}`,
  );
  const contents = await inBatches(rows, (batch) => pairContents(db, batch));
  return rows.map(({ id, conversationDeleted, ratersDisabled }, i) => ({
    ...contents[i]!,
    ...{ id, conversationDeleted, ratersDisabled },
  }));
}

interface JudgedReply {
  id: string;
  promptId: string;
  status: MessageStatus;
  content: string;
  tokenIds: number[];
  sampling: unknown;
  conversationDeleted: boolean;
  /** Who judged it and may still sign in. */
  raters: number;
  /** Sum of their thumbs. */
  votes: number;
  /** Preferred to another reply in some other way than by thumbs. */
  preferred: boolean;
}

/** Every complete reply that somebody judged. */
const readJudged = (db: Db | Tx) =>
  allRows(
    (after) => db.$queryRaw<JudgedReply[]>`
      WITH judged AS (
        SELECT "messageId" AS "id" FROM "Feedback" WHERE "messageId" > ${after}::uuid
        UNION SELECT "chosenId" FROM "PreferencePair"
          WHERE "status" = 'ACTIVE' AND "source" NOT IN ('FEEDBACK', 'AI') AND "chosenId" > ${after}::uuid
      )
      SELECT reply."id", reply."parentId" AS "promptId", reply."status", reply."content", reply."tokenIds", reply."sampling",
        conversation."deletedAt" IS NOT NULL AS "conversationDeleted",
        count(rater."id")::int AS "raters", coalesce(sum(thumb."value") FILTER (WHERE rater."id" IS NOT NULL), 0)::int AS "votes",
        EXISTS (SELECT 1 FROM "PreferencePair" pair JOIN "PairRater" link ON link."pairId" = pair."id"
          JOIN "User" judge ON judge."id" = link."raterId" AND judge."disabledAt" IS NULL
          WHERE pair."chosenId" = reply."id" AND pair."status" = 'ACTIVE' AND pair."source" NOT IN ('FEEDBACK', 'AI')) AS "preferred"
      FROM judged JOIN "Message" reply ON reply."id" = judged."id"
      JOIN "Conversation" conversation ON conversation."id" = reply."conversationId"
      LEFT JOIN "Feedback" thumb ON thumb."messageId" = reply."id"
      LEFT JOIN "User" rater ON rater."id" = thumb."raterId" AND rater."disabledAt" IS NULL
      WHERE reply."role" = 'ASSISTANT' AND reply."status" = 'COMPLETE' AND reply."parentId" IS NOT NULL
      GROUP BY reply."id", conversation."id" ORDER BY reply."id" LIMIT ${BATCH}`,
  );

/** Every judged reply with the majority of its thumbs. */
async function readThumbs(db: Db | Tx): Promise<CandidateItem<"THUMBS">[]> {
  const replies = (await readJudged(db)).filter(({ raters, preferred }) => raters > 0 || !preferred);
  const prompts = await promptsOf(db, replies);
  return replies.map((reply, i) => ({
    content: { prompt: prompts[i]!, completion: completionOf(reply), liked: reply.votes > 0, weight: 1 },
    messageId: reply.id,
    leftOut: whyNotJudged(reply, reply.raters) ?? (reply.votes === 0 ? "TIED" : null),
  }));
}

/** Every reply that people liked, or preferred to another. */
async function readDialogues(db: Db | Tx): Promise<CandidateItem<"DIALOGUES">[]> {
  const replies = await readJudged(db);
  const prompts = await promptsOf(db, replies);
  return replies.map((reply, i) => {
    const { preferred, votes, raters } = reply;
    const disliked = votes < 0 ? "DISLIKED" : votes === 0 && !preferred ? "TIED" : null;
    return {
      content: { prompt: prompts[i]!, completion: completionOf(reply), weight: 1 },
      messageId: reply.id,
      leftOut: whyNotJudged(reply, raters + Number(preferred)) ?? disliked,
    };
  });
}

const completionOf = ({ content, status, tokenIds, sampling }: JudgedReply) =>
  replyOf(content, status, tokenIds, sampling);

function whyNotJudged({ conversationDeleted }: JudgedReply, judges: number): LeftOutReason | null {
  if (conversationDeleted) return "CONVERSATION_DELETED";
  return judges === 0 ? "RATER_DISABLED" : null;
}

/** Every prompt that people wrote and that was answered. */
async function readPrompts(db: Db | Tx): Promise<CandidateItem<"PROMPTS">[]> {
  const rows = await allRows(
    (after) => db.$queryRaw<{ id: string; promptId: string; conversationDeleted: boolean; disabled: boolean }[]>`
      SELECT prompt."id", prompt."id" AS "promptId", conversation."deletedAt" IS NOT NULL AS "conversationDeleted",
        person."disabledAt" IS NOT NULL AS "disabled"
      FROM "Message" prompt JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
      JOIN "User" person ON person."id" = conversation."userId"
      WHERE prompt."role" = 'USER' AND prompt."id" > ${after}::uuid
        AND EXISTS (SELECT 1 FROM "Message" reply WHERE reply."parentId" = prompt."id" AND reply."status" = 'COMPLETE')
      ORDER BY prompt."id" LIMIT ${BATCH}`,
  );
  const prompts = await promptsOf(db, rows);
  return rows.map(({ id, conversationDeleted, disabled }, i) => ({
    content: { prompt: prompts[i]!, answer: null },
    messageId: id,
    leftOut: conversationDeleted ? "CONVERSATION_DELETED" : disabled ? "RATER_DISABLED" : null,
  }));
}

/** The way to each row's prompt, in the order of the rows. */
const promptsOf = (db: Db | Tx, rows: readonly { promptId: string }[]): Promise<Turn[][]> =>
  inBatches(rows, async (batch) => {
    const histories = await historiesOf(db, [...new Set(batch.map(({ promptId }) => promptId))]);
    return batch.map(({ promptId }) => turnsOf(histories.get(promptId) ?? []));
  });

async function inBatches<In, Out>(rows: readonly In[], work: (batch: readonly In[]) => Promise<Out[]>): Promise<Out[]> {
  const results: Out[] = [];
  for (let from = 0; from < rows.length; from += BATCH) results.push(...(await work(rows.slice(from, from + BATCH))));
  return results;
}
