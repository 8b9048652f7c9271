/** Uploading training data: a file's lines become a frozen Dataset, or are refused by number and reason. */

import type { Db } from "../db.ts";
import { storable } from "../plain-text.ts";
import { recordAudit } from "./audit.ts";
import { freezeDataset } from "./dataset.ts";
import { selectItems } from "./dataset-content.ts";
import { parseLines } from "./dataset-lines.ts";
import { DATASET_SUMMARY, viewDataset } from "./dataset-read.ts";
import type { DataKind } from "./run-config.ts";
import type { UploadResult } from "./views.ts";

export interface Upload {
  kind: DataKind;
  name: string;
  /** Of the file: JSON Lines, or of TEXTS plain text. */
  text: string;
  /** Stores the good lines though others are bad; they are counted as left out. */
  skipBad?: boolean;
}

/** Reasons told at a time; a file of the wrong kind has one for every line. */
const MOST_PROBLEMS = 100;

/** Nothing is stored while there are bad lines that were not to be skipped, or no good ones. */
export async function uploadDataset(db: Db, actorId: string, upload: Upload): Promise<UploadResult> {
  const { kind, name, skipBad = false } = upload;
  const { lines, problems } = parseLines(kind, storable(upload.text));
  const result = { rows: lines.length, problems: problems.slice(0, MOST_PROBLEMS), problemCount: problems.length };
  if (lines.length === 0 || (problems.length > 0 && !skipBad)) return { ...result, dataset: null };

  const selection = selectItems(
    kind,
    "UPLOAD",
    lines.map(({ content }) => ({ content })),
  );
  if (problems.length > 0) selection.leftOut.push({ reason: "BAD_LINE", count: problems.length });
  return db.$transaction(
    async (tx) => {
      const { id } = await freezeDataset(tx, selection, name);
      const row = await tx.dataset.findUniqueOrThrow({ where: { id }, ...DATASET_SUMMARY });
      await recordAudit(tx, {
        actorId,
        action: "dataset.upload",
        subject: `Dataset:${id}`,
        after: { kind, name, rows: lines.length, skipped: problems.length, sha256: row.sha256 },
      });
      return { ...result, dataset: viewDataset(row) };
    },
    { maxWait: 20_000, timeout: 120_000 },
  );
}
