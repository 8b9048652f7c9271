/** Uploading a small file in one call: the same way as an import, whose row is gone again when nothing came of it. */

import { createHash } from "node:crypto";
import type { Db } from "../db.ts";
import { DATASET_SUMMARY, viewDataset } from "./dataset-read.ts";
import { beginImport } from "./import.ts";
import { runImport } from "./import-run.ts";
import { getImport } from "./import-view.ts";
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
export async function uploadDataset(
  db: Db,
  actorId: string,
  { kind, name, text, skipBad = false }: Upload,
): Promise<UploadResult> {
  const bytes = Buffer.from(text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const begun = await beginImport({ db }, actorId, {
    sha256,
    bytes: bytes.length,
    format: "hone",
    kind,
    name,
    skipBad,
  });
  if (begun.state === "RECEIVING") {
    await db.import.update({ where: { id: begun.id }, data: { received: bytes.length } });
    await runImport(db, begun.id, async function* () {
      yield bytes;
    });
  }
  const { datasetId, good, bad, problems } = await getImport(db, begun.id);
  if (!datasetId) await db.import.deleteMany({ where: { id: begun.id } });
  const dataset = datasetId && (await db.dataset.findUniqueOrThrow({ where: { id: datasetId }, ...DATASET_SUMMARY }));
  return {
    dataset: dataset ? viewDataset(dataset) : null,
    rows: good,
    problems: problems.slice(0, MOST_PROBLEMS),
    problemCount: bad,
  };
}
