/** Reads the lines of an import into rows, so that a process that dies loses a batch at most and the next one goes on behind it. */

import { setImmediate as turn } from "node:timers/promises";
import { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import { itemHash, promptKey } from "./content-hash.ts";
import { BadLine } from "./dataset-lines.ts";
import type { Example } from "./formats/format.ts";
import { readRecord } from "./formats/index.ts";
import { type FileRecord, recordsOf } from "./import-records.ts";
import { formatSchema, importProblemsSchema } from "./import-view.ts";
import type { DataKind } from "./run-config.ts";
import type { DataFormat } from "./views.ts";

/** Bad lines that are told by number and reason; a file of the wrong format has one for every line. */
const MOST_PROBLEMS = 1000;
/** A reason may quote what was found; nobody reads more of it. */
const LONGEST_REASON = 500;
/** Rows, or bytes of their content, written in one go: what lives no longer than a moment is cheap to forget. */
const BATCH_ROWS = 500;
const BATCH_BYTES = 2 ** 20;
/** How long a process may be silent before another takes its place. */
export const LEASE_SECONDS = 30;

interface Row extends Example {
  number: number;
  part: number;
  json: string;
}

interface Batch {
  rows: Row[];
  bytes: number;
  problems: { line: number; message: string }[];
  bad: number;
  /** The last record that is in it. */
  lines: number;
  bytesRead: number;
}

const emptyBatch = (lines: number, bytesRead: number): Batch => ({
  ...{ rows: [], bytes: 0, problems: [], bad: 0 },
  ...{ lines, bytesRead },
});

/**
 * Goes on behind the lines that are stored already; the bytes before them are passed over unread.
 * @throws AppError CONFLICT when another process reads the same import, BAD_FILE as `recordsOf`
 */
export async function readLines(db: Db, importId: string, file: AsyncIterable<Uint8Array>): Promise<void> {
  const row = await db.import.findUniqueOrThrow({ where: { id: importId } });
  const format = formatSchema.parse(row.format);
  let told = importProblemsSchema.parse(row.problems).length;
  let stored = row.linesRead;
  let batch = emptyBatch(stored, Number(row.bytesRead));
  const flush = async () => {
    const problems = batch.problems.slice(0, Math.max(0, MOST_PROBLEMS - told));
    await store(db, importId, stored, { ...batch, problems });
    told += problems.length;
    stored = batch.lines;
    batch = emptyBatch(stored, batch.bytesRead);
  };
  for await (const { records, bytesRead } of recordsOf(file, { wholeText: row.kind === "TEXTS" })) {
    for (const record of records) {
      if (record.number <= stored) continue;
      take(batch, format, row.kind, record);
      if (batch.rows.length >= BATCH_ROWS || batch.bytes >= BATCH_BYTES) await flush();
    }
    batch.bytesRead = bytesRead;
    // Replies are being spoken in this process as well: they get their turn between two chunks.
    await turn();
  }
  batch.bytesRead = Number(row.bytes);
  await flush();
}

function take(batch: Batch, format: DataFormat, kind: DataKind, record: FileRecord): void {
  const { number } = record;
  batch.lines = number;
  try {
    for (const [part, example] of readRecord(format, kind, record).entries()) {
      const json = JSON.stringify(example.content);
      batch.rows.push({ ...example, number, part, json });
      batch.bytes += json.length;
    }
  } catch (error) {
    if (!(error instanceof BadLine)) throw error;
    batch.bad++;
    if (batch.problems.length < MOST_PROBLEMS)
      batch.problems.push({
        line: number,
        message: error.message.slice(0, LONGEST_REASON).toWellFormed().replaceAll("\0", "\uFFFD"),
      });
  }
}

/** Rows and progress in one transaction. @param stored how far the import was read before, which fences out a second reader */
async function store(db: Db, importId: string, stored: number, batch: Batch): Promise<void> {
  const { rows, problems, bad, lines, bytesRead } = batch;
  await db.$transaction(async (tx) => {
    const changed = await tx.$executeRaw`
      UPDATE "Import" SET "linesRead" = ${lines}, "bytesRead" = ${bytesRead}, "good" = "good" + ${rows.length},
        "bad" = "bad" + ${bad}, "updatedAt" = now(), "leaseExpiresAt" = now() + make_interval(secs => ${LEASE_SECONDS})
        ${problems.length > 0 ? Prisma.sql`, "problems" = "problems" || ${JSON.stringify(problems)}::jsonb` : Prisma.empty}
      WHERE "id" = ${importId}::uuid AND "state" = 'RECEIVING' AND "linesRead" = ${stored}`;
    if (changed === 0)
      throw new AppError("CONFLICT", "The import was cancelled, or another process reads it; look at its page.");
    await insertLines(tx, importId, rows);
  });
}

/** One statement and one parameter per column: ten times as fast as a row's values each on their own. */
export async function insertLines(
  tx: Prisma.TransactionClient,
  importId: string,
  rows: readonly (Row & { messageId?: string | null })[],
): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(value: (row: (typeof rows)[number]) => T) => rows.map(value);
  await tx.$executeRaw`
    INSERT INTO "ImportLine" ("importId", "number", "part", "hash", "promptKey", "weight", "split", "source", "messageId", "content")
    SELECT ${importId}::uuid, number, part, hash, key, weight, split::"Split", source::"PairSource", message, content::jsonb
    FROM unnest(
      ${column(({ number }) => number)}::int[], ${column(({ part }) => part)}::int[],
      ${column(({ content, source }) => itemHash(content, source))}::text[], ${column(({ content }) => promptKey(content))}::text[],
      ${column(({ content }) => ("weight" in content ? content.weight : 1))}::float8[],
      ${column(({ split }) => split ?? null)}::text[], ${column(({ source }) => source ?? null)}::text[],
      ${column(({ messageId }) => messageId ?? null)}::uuid[], ${column(({ json }) => json)}::text[]
    ) AS line(number, part, hash, key, weight, split, source, message, content)`;
}
