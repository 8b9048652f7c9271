/** Rows of messages as the contents of examples: what every reader of training data shares. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { MessageStatus } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import type { PairContent, PromptTurn, Reply } from "./dataset-content.ts";
import type { Turn } from "./dataset-lines.ts";
import { historiesOf, sampledTokens } from "./history.ts";

/** Rows read in one go; a conversation's history comes with each. */
const BATCH = 500;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** A pair's replies as columns. Prisma's own nested reads take ten times as long, and a freeze reads every pair. */
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

export const replyOf = (content: string, status: MessageStatus, tokenIds: number[], sampling: unknown): Reply => ({
  content,
  tokenIds: sampledTokens({ role: "ASSISTANT", status, content, tokenIds, sampling }),
});

export const turnsOf = (history: readonly PromptTurn[]): Turn[] =>
  history.map(({ role, content, tokenIds }) => ({ role, content, tokenIds: tokenIds ?? null }));

/** All rows of a query that goes on after an id, batch by batch, each worked on before the next is read. */
export async function eachBatch<Row extends { id: string }, Out>(
  page: (after: string, most: number) => Promise<Row[]>,
  work: (batch: readonly Row[]) => Promise<Out[]> | Out[],
): Promise<Out[]> {
  const results: Out[] = [];
  for (let after = FIRST_ID; ; ) {
    const rows = await page(after, BATCH);
    for (const result of await work(rows)) results.push(result);
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return results;
    after = last.id;
  }
}

/** The way to each row's prompt, in the order of the rows. */
export async function promptsOf(db: Db | Tx, rows: readonly { promptId: string }[]): Promise<Turn[][]> {
  const histories = await historiesOf(db, [...new Set(rows.map(({ promptId }) => promptId))]);
  return rows.map(({ promptId }) => turnsOf(histories.get(promptId) ?? []));
}
