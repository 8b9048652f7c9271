/** `npm run data -- convert`: from one format to another, streamed, without a database. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { BadLine } from "../../server/domain/dataset-lines.ts";
import { checkCarried, exportWriter } from "../../server/domain/export.ts";
import { readRecord } from "../../server/domain/formats/index.ts";
import { recordsOf } from "../../server/domain/import-records.ts";
import type { DataKind } from "../../server/domain/run-config.ts";
import type { DataFormat } from "../../server/domain/views.ts";
import { AppError } from "../../server/errors.ts";
import { tell, writeLines } from "./export.ts";

interface Asked {
  from: DataFormat;
  to: DataFormat;
  kind: DataKind;
  out?: string;
  skipBad: boolean;
}

/** @throws AppError BAD_LINES at the first bad line that is not to be skipped */
export async function convertFile(file: string, { from, to, kind, out, skipBad }: Asked): Promise<void> {
  if (!(await stat(file).catch(() => null))?.isFile()) throw new AppError("FILE_MISSING", `There is no file ${file}.`);
  for (const format of [from, to]) checkCarried(format, kind);
  const writing = exportWriter(to, kind);
  let bad = 0;
  const refuse = (number: number, { message }: BadLine) => {
    if (!skipBad)
      throw new AppError("BAD_LINES", `${file}:${number}: ${message} Add --skip-bad to leave such lines out.`);
    bad++;
    process.stderr.write(`${file}:${number}: ${message}\n`);
  };
  async function* pieces() {
    for await (const { records } of recordsOf(createReadStream(file), { wholeText: kind === "TEXTS" })) {
      let piece = "";
      for (const record of records) {
        try {
          for (const example of readRecord(from, kind, record)) piece += writing.line(example);
        } catch (error) {
          if (!(error instanceof BadLine)) throw error;
          refuse(record.number, error);
        }
      }
      if (piece !== "") yield piece;
    }
    writing.end();
  }
  await writeLines(pieces(), out, () => `${writing.report.written} examples written, ${bad} bad lines`);
  tell(writing.report, to);
}
