/** Exports: a Dataset as a file in any format, written while it is read. */

import { createGzip } from "node:zlib";
import type { Split } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { type DatasetExample, exampleBatches } from "./dataset-examples.ts";
import { type Example, FIELDS, type Field, NotCarried } from "./formats/format.ts";
import { writeExample } from "./formats/index.ts";
import type { DataKind } from "./run-config.ts";
import { type DataFormat, type ExportReport, FORMAT_KINDS } from "./views.ts";

export interface ExportRequest {
  id: string;
  format: DataFormat;
  /** Left out: both sides. */
  split?: Split;
}

export interface Export {
  /** As a file might be called, without "gz". */
  name: string;
  /** JSON Lines in pieces of some hundred lines. */
  pieces: AsyncGenerator<string>;
  /** Complete once the pieces are taken. */
  report: ExportReport;
}

/** @throws AppError NOT_FOUND, WRONG_DATA_KIND when the format has no layout for the Dataset's kind */
export async function exportDataset(db: Db, { id, format, split }: ExportRequest): Promise<Export> {
  const dataset = await db.dataset.findUnique({ where: { id }, select: { id: true, kind: true, sha256: true } });
  if (!dataset) throw notFound("dataset");
  const { kind, sha256 } = dataset;
  checkCarried(format, kind);
  const writing = exportWriter(format, kind);
  async function* pieces() {
    for await (const batch of exampleBatches(db, dataset!)) {
      const wanted = split ? batch.filter((example) => example.split === split) : batch;
      const piece = wanted.map((example) => writing.line(exampleOf(example))).join("");
      if (piece !== "") yield piece;
    }
    writing.end();
  }
  const side = split ? `-${split.toLowerCase()}` : "";
  const name = `${kind.toLowerCase()}-${sha256.slice(0, 12)}${side}.${format}.jsonl`;
  return { name, pieces: pieces(), report: writing.report };
}

/** @throws AppError WRONG_DATA_KIND */
export function checkCarried(format: DataFormat, kind: DataKind): void {
  if ((FORMAT_KINDS[format] as readonly DataKind[]).includes(kind)) return;
  const carried = FORMAT_KINDS[format].join(", ").toLowerCase();
  throw new AppError(
    "WRONG_DATA_KIND",
    `The format ${format} has no layout for ${kind.toLowerCase()}, only for ${carried}; choose hone, which has one for all.`,
  );
}

const exampleOf = ({ content, split, source, weight }: DatasetExample): Example => ({
  content: "weight" in content ? { ...content, weight } : content,
  split,
  ...(source && { source }),
});

/** Writes lines and counts what was left behind. */
export function exportWriter(format: DataFormat, kind: DataKind) {
  const report: ExportReport = { written: 0, leftOut: [], lost: [] };
  const reasons = new Map<string, number>();
  const lost = new Map<Field, number>();
  return {
    report,
    /** The example's line, its end included; empty where the format has no place for it. */
    line(example: Example): string {
      try {
        const written = writeExample(format, kind, example);
        report.written++;
        for (const field of written.lost) lost.set(field, (lost.get(field) ?? 0) + 1);
        return `${written.line}\n`;
      } catch (error) {
        if (!(error instanceof NotCarried)) throw error;
        reasons.set(error.message, (reasons.get(error.message) ?? 0) + 1);
        return "";
      }
    },
    /** Fills the report. */
    end(): void {
      report.leftOut = [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
      report.lost = FIELDS.flatMap((field) => (lost.has(field) ? [{ field, count: lost.get(field)! }] : []));
    },
  };
}

/** What an export would leave behind: the same work without the file. */
export async function reportExport(db: Db, request: ExportRequest): Promise<ExportReport> {
  const { pieces, report } = await exportDataset(db, request);
  for await (const _ of pieces);
  return report;
}

/** Packs pieces while they come. */
export async function* packed(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip();
  const writing = (async () => {
    for await (const piece of pieces) {
      if (gzip.destroyed) return;
      if (!gzip.write(piece)) await new Promise<void>((resolve) => gzip.once("drain", resolve).once("close", resolve));
    }
    gzip.end();
  })().catch((error) => gzip.destroy(error));
  try {
    for await (const chunk of gzip) yield chunk as Buffer;
  } finally {
    gzip.destroy();
    await writing;
  }
}
