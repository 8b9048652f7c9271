/** Freezing what people have judged by now, and what a Dataset frozen at this moment would hold. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { countedExamples } from "./counted-examples.ts";
import { freezeDataset } from "./dataset.ts";
import { DATASET_SUMMARY, viewDataset } from "./dataset-read.ts";
import { currentSelection } from "./dataset-source.ts";
import type { DataKind } from "./run-config.ts";
import type { DatasetPreview, DatasetSummary } from "./views.ts";

export async function previewCurrent(db: Db, kind: DataKind): Promise<DatasetPreview> {
  const { train, heldOut, leftOut } = await countedExamples(db, kind);
  return { kind, train, heldOut, leftOut };
}

/** @throws AppError NOTHING_TO_TRAIN_ON */
export async function freezeCurrent(
  db: Db,
  actorId: string,
  { kind, name }: { kind: DataKind; name?: string },
): Promise<DatasetSummary> {
  return db.$transaction(
    async (tx) => {
      const selection = await currentSelection(tx, kind);
      if (selection.train === 0)
        throw new AppError("NOTHING_TO_TRAIN_ON", `There are no ${kind.toLowerCase()} to freeze; collect some first.`);
      const { id } = await freezeDataset(tx, selection, name);
      const row = await tx.dataset.findUniqueOrThrow({ where: { id }, ...DATASET_SUMMARY });
      await recordAudit(tx, {
        actorId,
        action: "dataset.freeze",
        subject: `Dataset:${id}`,
        after: { kind, name: name ?? null, examples: selection.train + selection.heldOut, sha256: row.sha256 },
      });
      return viewDataset(row);
    },
    { maxWait: 20_000, timeout: 600_000 },
  );
}
