/** `npm run data -- import`: a file into a Dataset, with progress, going on where an earlier run broke off. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "../../server/db.ts";
import { beginImport } from "../../server/domain/import.ts";
import { beginImportInput } from "../../server/domain/import-input.ts";
import { freezeImport, runImport } from "../../server/domain/import-run.ts";
import { hashOf } from "../../server/domain/import-spool.ts";
import { getImport } from "../../server/domain/import-view.ts";
import type { DataKind } from "../../server/domain/run-config.ts";
import type { DataFormat, ImportView } from "../../server/domain/views.ts";
import { AppError } from "../../server/errors.ts";
import { progress } from "./progress.ts";

export interface Asked {
  format: DataFormat;
  kind: DataKind;
  name?: string;
  skipBad: boolean;
}

const CHUNK_BYTES = 64 * 1024;
/** How often it is asked whether a process that reads the same file has ended. */
const ASK_MS = 2_000;
const LOOK_MS = 1_000;

export async function importFile(db: Db, file: string, { name, ...asked }: Asked): Promise<void> {
  const info = await stat(file).catch(() => null);
  if (!info?.isFile())
    throw new AppError("FILE_MISSING", `Cannot read ${file}: ${info ? "it is no file" : "there is none"}.`);
  const open = () => createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const input = beginImportInput.safeParse({
    ...{ ...asked, sha256: await hashOf(open()), bytes: info.size, name: name ?? path.basename(file) },
  });
  if (!input.success) throw new AppError("BAD_ARGUMENT", input.error.issues.map(({ message }) => message).join("; "));
  const begun = await beginImport({ db }, await ownerOf(db), input.data);
  if (begun.lines > 0 && begun.state === "RECEIVING")
    process.stderr.write(`Going on behind line ${begun.lines} of an earlier run.\n`);
  await finish(db, begun, input.data.skipBad, open);
  report(await getImport(db, begun.id), file);
}

/** Imports belong to somebody; on the command line to the first admin. */
async function ownerOf(db: Db): Promise<string> {
  const admin = await db.user.findFirst({
    where: { role: "ADMIN", disabledAt: null },
    orderBy: { createdAt: "asc" },
    select: { id: true },
  });
  if (!admin) throw new AppError("NOT_FOUND", "The database has no admin yet; run `npm start` once.");
  return admin.id;
}

async function finish(
  db: Db,
  begun: ImportView,
  skipBad: boolean,
  open: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const { id, state, bad, bytes } = begun;
  if (state === "DONE") return;
  if (state === "FAILED" && bad > 0) {
    // Its good lines are stored already.
    if (!skipBad) return;
    await db.import.update({ where: { id }, data: { skipBad } });
    return freezeImport(db, id, { from: "FAILED" });
  }
  let view = begun;
  const look = setInterval(
    () =>
      void getImport(db, id).then(
        (now) => {
          view = now;
        },
        () => {},
      ),
    LOOK_MS,
  );
  const line = progress(() => {
    const eta = view.etaSeconds === null ? "" : `, ${view.etaSeconds} s left`;
    const share = ((100 * view.bytesRead) / bytes).toFixed(1);
    return `${view.state.toLowerCase()}: ${share} %, ${view.good} examples, ${view.bad} bad lines${eta}`;
  });
  try {
    await db.import.updateMany({ where: { id, state: "RECEIVING" }, data: { received: bytes } });
    await whenFree(() => runImport(db, id, open));
    view = await getImport(db, id);
  } finally {
    clearInterval(look);
    line.stop();
  }
}

/** A run that was killed holds the import for some seconds more. */
async function whenFree(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "CONFLICT") throw error;
      process.stderr.write("Another process reads this import, or was killed a moment ago; waiting for it.\n");
      await pause(ASK_MS);
    }
  }
}

function report({ state, problems, good, bad, error, datasetId }: ImportView, file: string): void {
  for (const { line, message } of problems) process.stderr.write(`${file}:${line}: ${message}\n`);
  if (bad > problems.length) process.stderr.write(`… and ${bad - problems.length} bad lines more.\n`);
  if (state !== "DONE" || !datasetId) {
    const advice = bad > 0 ? " Add --skip-bad to store the others." : "";
    throw new AppError("BAD_LINES", `${error ?? "Nothing was stored."}${advice}`);
  }
  console.log(`Dataset ${datasetId}: ${good} examples, ${bad} lines left out.`);
}
