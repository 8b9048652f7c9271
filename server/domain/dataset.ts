/** Datasets: the active pairs of a moment, frozen under the hash of their content. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Split } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { notFound } from "../errors.ts";
import { type CandidatePair, type PairContent, type Selection, selectPairs } from "./dataset-content.ts";
import { historiesOf, sampledTokens } from "./history.ts";
import { leftOutSchema } from "./json.ts";
import { behind, pageOf } from "./page.ts";
import { PAIR_ROW, viewPairs } from "./pair.ts";
import type { DatasetSummary, DatasetView } from "./views.ts";

/** Rows read in one go; a conversation's history comes with each. */
const BATCH = 200;

const REPLY = { select: { role: true, status: true, content: true, tokenIds: true, sampling: true } } as const;

const CONTENT = {
  id: true,
  promptId: true,
  weight: true,
  chosen: REPLY,
  rejected: REPLY,
} as const satisfies Prisma.PreferencePairSelect;

type ContentRow = Prisma.PreferencePairGetPayload<{ select: typeof CONTENT }>;

/** Every active pair with its content, and what the selection wants to know of it. */
async function readCandidates(db: Db | Tx): Promise<CandidatePair[]> {
  const candidates: CandidatePair[] = [];
  for (let cursor: string | undefined; ; ) {
    const rows = await db.preferencePair.findMany({
      where: { status: "ACTIVE" },
      orderBy: [{ createdAt: "asc" }, { id: "asc" }],
      take: BATCH,
      ...behind(cursor),
      select: {
        ...CONTENT,
        prompt: { select: { conversation: { select: { deletedAt: true } } } },
        raters: { select: { rater: { select: { disabledAt: true } } } },
      },
    });
    const contents = await contentsOf(db, rows);
    for (const [i, row] of rows.entries()) {
      candidates.push({
        ...contents[i]!,
        id: row.id,
        conversationDeleted: row.prompt.conversation.deletedAt !== null,
        ratersDisabled: row.raters.length > 0 && row.raters.every(({ rater }) => rater.disabledAt !== null),
      });
    }
    if (rows.length < BATCH) return candidates;
    cursor = rows.at(-1)?.id;
  }
}

async function contentsOf(db: Db | Tx, rows: readonly ContentRow[]): Promise<PairContent[]> {
  const histories = await historiesOf(db, [...new Set(rows.map((row) => row.promptId))]);
  const reply = (row: ContentRow["chosen"]) => ({ content: row.content, tokenIds: sampledTokens(row) });
  return rows.map((row) => ({
    prompt: histories.get(row.promptId) ?? [],
    chosen: reply(row.chosen),
    rejected: reply(row.rejected),
    weight: row.weight,
  }));
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
    const rows = await db.datasetPair.findMany({
      where: { datasetId, ordinal: { gte: from, lt: from + BATCH } },
      orderBy: { ordinal: "asc" },
      select: { weight: true, split: true, pair: { select: CONTENT } },
    });
    const contents = await contentsOf(
      db,
      rows.map((row) => row.pair),
    );
    for (const [i, { weight, split }] of rows.entries()) yield { ...contents[i]!, weight, split };
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
