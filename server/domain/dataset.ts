/** Datasets: the active pairs of a moment, frozen under the hash of their content. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { MessageStatus, Split } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { notFound } from "../errors.ts";
import { type CandidatePair, type PairContent, type Selection, selectPairs } from "./dataset-content.ts";
import { historiesOf, sampledTokens } from "./history.ts";
import { leftOutSchema } from "./json.ts";
import { pageOf } from "./page.ts";
import { PAIR_ROW, viewPairs } from "./pair.ts";
import type { DatasetSummary, DatasetView } from "./views.ts";

/** Rows read in one go; a conversation's history comes with each. */
const BATCH = 1000;

/** A pair's replies as columns. Prisma's own nested reads take ten times as long, and a preview reads every pair. */
const REPLIES = Prisma.sql`
  chosen."status" AS "chosenStatus", chosen."content" AS "chosenContent",
  chosen."tokenIds" AS "chosenTokenIds", chosen."sampling" AS "chosenSampling",
  rejected."status" AS "rejectedStatus", rejected."content" AS "rejectedContent",
  rejected."tokenIds" AS "rejectedTokenIds", rejected."sampling" AS "rejectedSampling"`;
const JOIN_REPLIES = Prisma.sql`
  JOIN "Message" chosen ON chosen."id" = pair."chosenId" JOIN "Message" rejected ON rejected."id" = pair."rejectedId"`;

interface ContentRow {
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

async function contentsOf(db: Db | Tx, rows: readonly ContentRow[]): Promise<PairContent[]> {
  const histories = await historiesOf(db, [...new Set(rows.map((row) => row.promptId))]);
  const reply = (content: string, status: MessageStatus, tokenIds: number[], sampling: unknown) => ({
    content,
    tokenIds: sampledTokens({ role: "ASSISTANT", status, content, tokenIds, sampling }),
  });
  return rows.map((row) => ({
    prompt: histories.get(row.promptId) ?? [],
    chosen: reply(row.chosenContent, row.chosenStatus, row.chosenTokenIds, row.chosenSampling),
    rejected: reply(row.rejectedContent, row.rejectedStatus, row.rejectedTokenIds, row.rejectedSampling),
    weight: row.weight,
  }));
}

/** Every active pair with its content, and what the selection wants to know of it. */
async function readCandidates(db: Db | Tx): Promise<CandidatePair[]> {
  const candidates: CandidatePair[] = [];
  for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
    const rows = await db.$queryRaw<(ContentRow & Omit<CandidatePair, keyof PairContent>)[]>`
      SELECT pair."id", pair."promptId", pair."weight", ${REPLIES},
        conversation."deletedAt" IS NOT NULL AS "conversationDeleted",
        (SELECT coalesce(bool_and(rater."disabledAt" IS NOT NULL), false) FROM "PairRater" link
          JOIN "User" rater ON rater."id" = link."raterId" WHERE link."pairId" = pair."id") AS "ratersDisabled"
      FROM "PreferencePair" pair ${JOIN_REPLIES}
      JOIN "Conversation" conversation ON conversation."id" = chosen."conversationId"
      WHERE pair."status" = 'ACTIVE' AND pair."id" > ${after}::uuid ORDER BY pair."id" LIMIT ${BATCH}`;
    const contents = await contentsOf(db, rows);
    for (const [i, { id, conversationDeleted, ratersDisabled }] of rows.entries()) {
      candidates.push({ ...contents[i]!, id, conversationDeleted, ratersDisabled });
    }
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return candidates;
    after = last.id;
  }
}

/** What a Dataset frozen at this moment would hold. */
export async function currentSelection(db: Db | Tx): Promise<Selection> {
  return selectPairs(await readCandidates(db));
}

/** Freezes the selection; equal content is one Dataset, however often it is frozen. */
export async function freezeDataset(tx: Tx, selection: Selection): Promise<{ id: string }> {
  const { sha256, train, heldOut, leftOut, pairs } = selection;
  const made = await tx.dataset.createManyAndReturn({
    data: {
      sha256,
      trainPairs: train,
      heldOutPairs: heldOut,
      leftOut: [...leftOut] as unknown as Prisma.InputJsonArray,
    },
    skipDuplicates: true,
    select: { id: true },
  });
  const dataset = made[0];
  if (!dataset) return tx.dataset.findUniqueOrThrow({ where: { sha256 }, select: { id: true } });
  for (let from = 0; from < pairs.length; from += 1000) {
    await tx.datasetPair.createMany({
      data: pairs
        .slice(from, from + 1000)
        .map(({ id, weight, split }, i) => ({ datasetId: dataset.id, ordinal: from + i, pairId: id, weight, split })),
    });
  }
  return dataset;
}

/** The pairs of a Run's Dataset in their frozen order, read in batches while the trainer takes them. */
export async function* pairsOfRun(db: Db, runId: string): AsyncGenerator<PairContent & { split: Split }> {
  const { datasetId } = await db.run.findUniqueOrThrow({ where: { id: runId }, select: { datasetId: true } });
  for (let from = 0; ; from += BATCH) {
    const rows = await db.$queryRaw<(ContentRow & { split: Split })[]>`
      SELECT pair."promptId", entry."weight", entry."split", ${REPLIES}
      FROM "DatasetPair" entry JOIN "PreferencePair" pair ON pair."id" = entry."pairId" ${JOIN_REPLIES}
      WHERE entry."datasetId" = ${datasetId}::uuid AND entry."ordinal" >= ${from} AND entry."ordinal" < ${from + BATCH}
      ORDER BY entry."ordinal"`;
    const contents = await contentsOf(db, rows);
    for (const [i, { split }] of rows.entries()) yield { ...contents[i]!, split };
    if (rows.length < BATCH) return;
  }
}

const SUMMARY = { include: { _count: { select: { runs: true } } } } as const satisfies Prisma.DatasetDefaultArgs;

export function viewDataset(row: Prisma.DatasetGetPayload<typeof SUMMARY>): DatasetSummary {
  const { id, sha256, trainPairs, heldOutPairs, frozenAt, _count } = row;
  return { id, sha256, train: trainPairs, heldOut: heldOutPairs, frozenAt, runs: _count.runs };
}

export async function listDatasets(db: Db): Promise<DatasetSummary[]> {
  const rows = await db.dataset.findMany({ ...SUMMARY, orderBy: [{ frozenAt: "desc" }, { id: "desc" }], take: 200 });
  return rows.map(viewDataset);
}

const PAGE = 30;

export async function getDataset(db: Db, { id, cursor }: { id: string; cursor?: string }): Promise<DatasetView> {
  const row = await db.dataset.findUnique({ where: { id }, ...SUMMARY });
  if (!row) throw notFound("dataset");
  const after = cursor && /^\d{1,9}$/.test(cursor) ? Number(cursor) : -1;
  const rows = await db.datasetPair.findMany({
    where: { datasetId: id, ordinal: { gt: after } },
    orderBy: { ordinal: "asc" },
    take: PAGE + 1,
    include: { pair: { include: PAIR_ROW } },
  });
  const views = await viewPairs(
    db,
    rows.slice(0, PAGE).map((entry) => entry.pair),
  );
  const entries = rows.map((entry, i) => ({ id: String(entry.ordinal), split: entry.split, view: views[i] }));
  return {
    ...viewDataset(row),
    leftOut: leftOutSchema.parse(row.leftOut),
    pairs: pageOf(entries, PAGE, ({ split, view }) => ({ ...view!, split })),
  };
}
