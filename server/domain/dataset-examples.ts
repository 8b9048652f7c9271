/** The examples of a Dataset in their frozen order, read in batches while somebody takes them: trainer, export, statistics, scans. */

import type { PairSource, Split } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { parseItem } from "./dataset-item.ts";
import type { LineContents } from "./dataset-lines.ts";
import { JOIN_PAIR_REPLIES, PAIR_REPLIES, type PairRow, pairContents, turnsOf } from "./dataset-rows.ts";
import type { DataKind } from "./run-config.ts";

/** Rows read in one go. */
const BATCH = 1000;

/** An example with the side it fell on. */
export interface StoredExample<K extends DataKind = DataKind> {
  split: Split;
  weight: number;
  content: LineContents[K];
}

/** With where it stands and comes from. */
export interface DatasetExample<K extends DataKind = DataKind> extends StoredExample<K> {
  ordinal: number;
  /** Of a pair. */
  source: PairSource | null;
  /** Its chosen or only reply, or its prompt, where that is a message of ours. */
  messageId: string | null;
}

/** What the trainer reads. */
export async function* examplesOf<K extends DataKind>(
  db: Db | Tx,
  dataset: { id: string; kind: K },
): AsyncGenerator<StoredExample<K>> {
  for await (const batch of exampleBatches(db, dataset))
    for (const { split, weight, content } of batch) yield { split, weight, content };
}

/** Each batch goes on behind the last ordinal: an erasure leaves gaps. */
export async function* exampleBatches<K extends DataKind>(
  db: Db | Tx,
  { id, kind }: { id: string; kind: K },
): AsyncGenerator<DatasetExample<K>[]> {
  for (const read of kind === "PAIRS" ? [items, pairs] : [items]) {
    for (let last = -1; ; ) {
      const batch = (await read(db, id, kind, last)) as DatasetExample<K>[];
      const end = batch.at(-1);
      if (!end) break;
      yield batch;
      last = end.ordinal;
    }
  }
}

/** A few examples, by their ordinals. */
export async function examplesAt(
  db: Db,
  { id, kind }: { id: string; kind: DataKind },
  ordinals: readonly number[],
): Promise<DatasetExample[]> {
  const found: DatasetExample[] = [];
  for (const read of kind === "PAIRS" ? [items, pairs] : [items])
    for (const ordinal of ordinals)
      found.push(...(await read(db, id, kind, ordinal - 1, 1)).filter((one) => one.ordinal === ordinal));
  return found;
}

async function items(
  db: Db | Tx,
  datasetId: string,
  kind: DataKind,
  last: number,
  take = BATCH,
): Promise<DatasetExample[]> {
  const rows = await db.datasetItem.findMany({
    where: { datasetId, ordinal: { gt: last } },
    orderBy: { ordinal: "asc" },
    take,
  });
  return rows.map(({ content, datasetId: _, ...row }) => ({ ...row, content: parseItem(kind, content) }));
}

interface EntryRow extends PairRow {
  ordinal: number;
  split: Split;
  epsilon: number | null;
  source: PairSource;
  chosenId: string;
}

/** People's pairs stand in their own rows and are read with them. */
async function pairs(
  db: Db | Tx,
  datasetId: string,
  _kind: DataKind,
  last: number,
  take = BATCH,
): Promise<DatasetExample<"PAIRS">[]> {
  const rows = await db.$queryRaw<EntryRow[]>`
    SELECT entry."ordinal", entry."weight", entry."split", entry."epsilon", pair."promptId", pair."source", pair."chosenId",
      ${PAIR_REPLIES}
    FROM "DatasetPair" entry JOIN "PreferencePair" pair ON pair."id" = entry."pairId" ${JOIN_PAIR_REPLIES}
    WHERE entry."datasetId" = ${datasetId}::uuid AND entry."ordinal" > ${last}
    ORDER BY entry."ordinal" LIMIT ${take}`;
  const contents = await pairContents(db, rows);
  return rows.map(({ ordinal, split, weight, epsilon, source, chosenId }, i) => {
    const { prompt, ...pair } = contents[i]!;
    const content = { ...pair, prompt: turnsOf(prompt), ...(epsilon !== null && { epsilon }) };
    return { ordinal, split, weight, source, messageId: chosenId, content };
  });
}
