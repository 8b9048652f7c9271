/** `npm run data -- export`: a Dataset into a file or to standard output, and what the format had no place for. */

import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Split } from "../../prisma/generated/enums.ts";
import type { Db } from "../../server/db.ts";
import { exportDataset, packed } from "../../server/domain/export.ts";
import type { DataFormat, ExportReport } from "../../server/domain/views.ts";
import { AppError } from "../../server/errors.ts";
import { progress } from "./progress.ts";

export async function exportFile(
  db: Db,
  dataset: string,
  { format, split, out }: { format: DataFormat; split?: Split; out?: string },
): Promise<void> {
  const { pieces, report } = await exportDataset(db, { id: await idOf(db, dataset), format, split });
  await writeLines(pieces, out, () => `${report.written} examples written`);
  tell(report, format);
}

/** @throws AppError NOT_FOUND, INVALID_INPUT when several begin like this */
async function idOf(db: Db, dataset: string): Promise<string> {
  if (/^[0-9a-f]{8}-/.test(dataset)) return dataset;
  const found = await db.dataset.findMany({
    where: { sha256: { startsWith: dataset } },
    select: { id: true },
    take: 2,
  });
  if (found.length === 1) return found[0]!.id;
  throw found.length === 0
    ? new AppError("NOT_FOUND", `No Dataset has the id ${dataset}, or a hash that begins with it.`)
    : new AppError("INVALID_INPUT", `Several Datasets' hashes begin with ${dataset}; give more of it.`);
}

/** To standard output without `out`; packed where it ends in .gz. A file is whole or absent. */
export async function writeLines(
  pieces: AsyncIterable<string>,
  out: string | undefined,
  describe: () => string,
): Promise<void> {
  if (out === undefined) return pipeline(Readable.from(pieces, { objectMode: false }), process.stdout, { end: false });
  const line = progress(describe);
  try {
    const bytes = out.endsWith(".gz") ? packed(pieces) : pieces;
    await pipeline(Readable.from(bytes, { objectMode: false }), createWriteStream(`${out}.part`, { flush: true }));
    await rename(`${out}.part`, out);
  } finally {
    line.stop();
  }
}

/** What was left behind, on standard error: standard output may be the file. */
export function tell({ leftOut, lost }: ExportReport, format: DataFormat): void {
  for (const { reason, count } of leftOut)
    process.stderr.write(`${count} examples have no place in ${format}: ${reason}\n`);
  for (const { field, count } of lost)
    process.stderr.write(`${format} has no ${field}: ${count} examples lost theirs\n`);
}
