/** Freezing: examples become a Dataset under the hash of their content. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Tx } from "../db.ts";
import type { Selection } from "./dataset-content.ts";

/** Rows written in one go. */
const BATCH = 1000;

/** Freezes the selection; equal content is one Dataset, however often it is frozen, and keeps its first name. */
export async function freezeDataset(tx: Tx, selection: Selection, name: string | null = null): Promise<{ id: string }> {
  const { kind, origin, sha256, train, heldOut, leftOut, pairs, items } = selection;
  const made = await tx.dataset.createManyAndReturn({
    data: {
      ...{ kind, origin, name, sha256 },
      trainPairs: train,
      heldOutPairs: heldOut,
      leftOut: [...leftOut] as unknown as Prisma.InputJsonArray,
    },
    skipDuplicates: true,
    select: { id: true },
  });
  const dataset = made[0];
  if (!dataset) return tx.dataset.findUniqueOrThrow({ where: { sha256 }, select: { id: true } });
  const datasetId = dataset.id;
  for (let from = 0; from < pairs.length; from += BATCH) {
    await tx.datasetPair.createMany({
      data: pairs
        .slice(from, from + BATCH)
        .map(({ id, weight, split }, i) => ({ datasetId, ordinal: from + i, pairId: id, weight, split })),
    });
  }
  for (let from = 0; from < items.length; from += BATCH) {
    await tx.datasetItem.createMany({
      data: items
        .slice(from, from + BATCH)
        .map((item, i) => ({ ...item, datasetId, ordinal: from + i, content: item.content as Prisma.InputJsonObject })),
    });
  }
  return dataset;
}
