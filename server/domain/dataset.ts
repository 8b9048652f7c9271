/** Freezing: examples become a Dataset under the hash of their content, with who judged each of them. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Tx } from "../db.ts";
import { AppError } from "../errors.ts";
import { isOptOutRefusal } from "./database-errors.ts";
import type { FrozenPair, Selection } from "./dataset-content.ts";

/** Rows written in one go. */
const BATCH = 1000;

/**
 * Freezes the selection; equal content is one Dataset, however often it is frozen, and keeps its first name.
 * @throws AppError CONFLICT where somebody opted out between selecting and freezing
 */
export async function freezeDataset(tx: Tx, selection: Selection, name: string | null = null): Promise<{ id: string }> {
  try {
    return await freeze(tx, selection, name);
  } catch (error) {
    if (!isOptOutRefusal(error)) throw error;
    const message = "Somebody kept a conversation out of training while it was being frozen; try again without it.";
    throw new AppError("CONFLICT", message, { cause: error });
  }
}

async function freeze(tx: Tx, selection: Selection, name: string | null): Promise<{ id: string }> {
  const { kind, origin, sha256, train, heldOut, leftOut, guards, pairs, items } = selection;
  const made = await tx.dataset.createManyAndReturn({
    data: {
      ...{ kind, origin, name, sha256 },
      trainPairs: train,
      heldOutPairs: heldOut,
      leftOut: [...leftOut] as unknown as Prisma.InputJsonArray,
      guards: guards ? { ...guards } : undefined,
    },
    skipDuplicates: true,
    select: { id: true },
  });
  const dataset = made[0];
  if (!dataset) return tx.dataset.findUniqueOrThrow({ where: { sha256 }, select: { id: true } });
  const datasetId = dataset.id;
  await inBatches(pairs, (batch, from) => insertPairs(tx, datasetId, batch, from));
  await inBatches(items, (batch, from) =>
    tx.datasetItem.createMany({
      data: batch.map(({ raterIds: _, content, ...item }, i) => {
        return { ...item, datasetId, ordinal: from + i, content: content as Prisma.InputJsonObject };
      }),
    }),
  );
  await inBatches(items, (batch, from) => insertRaters(tx, datasetId, batch, from));
  return dataset;
}

async function inBatches<Item>(
  items: readonly Item[],
  write: (batch: readonly Item[], from: number) => Promise<unknown>,
) {
  for (let from = 0; from < items.length; from += BATCH) await write(items.slice(from, from + BATCH), from);
}

/** As arrays: a row per parameter takes several times as long. */
async function insertPairs(tx: Tx, datasetId: string, batch: readonly FrozenPair[], from: number): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "DatasetPair" ("datasetId", "ordinal", "pairId", "weight", "epsilon", "split")
    SELECT ${datasetId}::uuid, ${from} + place - 1, id, weight, epsilon, side::"Split"
    FROM unnest(${batch.map(({ id }) => id)}::uuid[], ${batch.map(({ weight }) => weight)}::float8[],
      ${batch.map(({ epsilon }) => epsilon)}::float8[], ${batch.map(({ split }) => split)}::text[])
      WITH ORDINALITY AS entry(id, weight, epsilon, side, place)`;
  await insertRaters(tx, datasetId, batch, from);
}

async function insertRaters(
  tx: Tx,
  datasetId: string,
  batch: readonly { raterIds: readonly string[] }[],
  from: number,
): Promise<void> {
  const rows = batch.flatMap(({ raterIds }, i) => raterIds.map((raterId) => ({ ordinal: from + i, raterId })));
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO "DatasetRater" ("datasetId", "ordinal", "raterId")
    SELECT ${datasetId}::uuid, ordinal, rater FROM unnest(${rows.map(({ ordinal }) => ordinal)}::int[],
      ${rows.map(({ raterId }) => raterId)}::uuid[]) AS entry(ordinal, rater)`;
}
