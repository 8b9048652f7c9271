/** Imports: a file arrives in pieces, is read line by line, and becomes a frozen Dataset; each of the three goes on where it broke off. */

import { randomUUID } from "node:crypto";
import type { Import } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { logger } from "../log.ts";
import type { Services } from "../services.ts";
import { type BeginImport, MOST_BYTES, type WholeImport } from "./import-input.ts";
import { type Freezing, freezeImport, runImport } from "./import-run.ts";
import { hashOf, readSpool, removeSpool, renameSpool, spoolIsWhole, writePiece } from "./import-spool.ts";
import { viewImport } from "./import-view.ts";
import type { ImportView } from "./views.ts";

export type ImportServices = Pick<Services, "db" | "env">;

/** The same file, format and kind of the same person is one import: it goes on from `received`, or is done. */
export async function beginImport(
  { db }: Pick<ImportServices, "db">,
  actorId: string,
  { sha256, bytes, format, kind, name, skipBad }: BeginImport,
): Promise<ImportView> {
  const key = { sha256, format, kind, createdById: actorId };
  await db.import.createMany({ data: { ...key, name, skipBad, bytes, problems: [] }, skipDuplicates: true });
  const row = await db.import.findFirstOrThrow({ where: key });
  // A second try may think otherwise of bad lines, and a failed one begins anew.
  if (row.state === "FAILED" && row.bad === 0) await restart(db, row);
  if (row.state === "RECEIVING") await db.import.update({ where: { id: row.id }, data: { name, skipBad } });
  return viewImport(await rowOf(db, row.id));
}

/** What was read of it is forgotten; the bytes come again. */
async function restart(db: Db, { id }: Import): Promise<void> {
  await db.$transaction([
    db.importLine.deleteMany({ where: { importId: id } }),
    db.import.update({
      where: { id },
      data: {
        ...{ state: "RECEIVING", error: null, problems: [], leaseExpiresAt: null, updatedAt: new Date() },
        ...{ received: 0, bytesRead: 0, linesRead: 0, good: 0, bad: 0 },
      },
    }),
  ]);
}

/**
 * Takes the bytes behind `offset`. With the last of them the reading begins, and goes on when this has returned.
 * @throws AppError CONFLICT when `offset` is not where the file ends so far, INVALID_INPUT when there are too many bytes
 */
export async function receivePiece(
  services: ImportServices,
  id: string,
  { offset, piece }: { offset: number; piece: AsyncIterable<Uint8Array> },
): Promise<ImportView> {
  const { db, env } = services;
  const row = await rowOf(db, id);
  const [bytes, received] = [Number(row.bytes), Number(row.received)];
  if (row.state !== "RECEIVING" || (received === bytes && offset === bytes)) return viewImport(row);
  if (offset !== received)
    throw new AppError("CONFLICT", `${received} bytes of the file are here, so go on from there, not from ${offset}.`);
  const { written, tooLong } = await writePiece(env, id, { offset, most: bytes, piece });
  if (tooLong)
    throw new AppError("INVALID_INPUT", `The file was said to have ${bytes} bytes, and more came; begin anew.`);
  const { count } = await db.import.updateMany({
    where: { id, state: "RECEIVING", received: row.received },
    data: { received: offset + written, updatedAt: new Date() },
  });
  if (count === 0) throw new AppError("CONFLICT", "Another sender wrote to the same import; ask it where it is.");
  if (offset + written === bytes) startReading(services, id);
  return viewImport(await rowOf(db, id));
}

/**
 * Takes a whole file in one go; its hash is known when it has come.
 * @throws AppError INVALID_INPUT when it is empty or too large
 */
export async function receiveWhole(
  services: ImportServices,
  actorId: string,
  asked: WholeImport,
  file: AsyncIterable<Uint8Array>,
): Promise<ImportView> {
  const { db, env } = services;
  const arriving = randomUUID();
  try {
    const { written, tooLong } = await writePiece(env, arriving, { offset: 0, most: MOST_BYTES, piece: file });
    if (tooLong || written === 0)
      throw new AppError("INVALID_INPUT", `The file has ${tooLong ? `more than ${MOST_BYTES}` : "no"} bytes.`);
    const sha256 = await hashOf(readSpool(env, arriving));
    const begun = await beginImport(services, actorId, { ...asked, sha256, bytes: written });
    if (begun.state !== "RECEIVING" || begun.received === written) return begun;
    await renameSpool(env, arriving, begun.id);
    await db.import.updateMany({ where: { id: begun.id, state: "RECEIVING" }, data: { received: written } });
    startReading(services, begun.id);
    return viewImport(await rowOf(db, begun.id));
  } finally {
    await removeSpool(env, arriving);
  }
}

/** Imports that this process reads just now. */
const reading = new Map<string, Promise<void>>();

/** Reads and freezes an import whose bytes are all here; failures are noted on its row. */
export function startReading({ db, env }: ImportServices, id: string): Promise<void> {
  const known = reading.get(id);
  if (known) return known;
  const work = (async () => {
    const row = await rowOf(db, id);
    // A file that arrived in pieces may have been put together of two: once, before its first line is believed.
    if (row.linesRead === 0 && (await hashOf(readSpool(env, id))) !== row.sha256) {
      await fail(db, id, "What arrived has another hash than was announced; send the file again.");
      return removeSpool(env, id);
    }
    await runImport(db, id, () => readSpool(env, id));
    await removeSpool(env, id);
  })()
    .catch((error) => {
      // Another process reads it, or it was cancelled: its business.
      if (!(error instanceof AppError)) logger("import").error({ err: error, importId: id }, "an import failed");
    })
    .finally(() => reading.delete(id));
  reading.set(id, work);
  return work;
}

const fail = (db: Db, id: string, error: string) =>
  db.import.updateMany({
    where: { id, state: { not: "DONE" } },
    data: { state: "FAILED", error, leaseExpiresAt: null, updatedAt: new Date() },
  });

/** Takes up what a process that died was reading, and forgets what nobody has gone on with for a week. */
export async function sweepImports({ db, env }: ImportServices): Promise<void> {
  const silent = await db.import.findMany({
    where: {
      state: { in: ["RECEIVING", "FREEZING"] },
      OR: [{ leaseExpiresAt: null }, { leaseExpiresAt: { lt: new Date() } }],
      received: { equals: db.import.fields.bytes },
    },
  });
  for (const { id, bytes } of silent) {
    if (await spoolIsWhole(env, id, Number(bytes))) void startReading({ db, env }, id);
  }
  const week = new Date(Date.now() - 7 * 24 * 3600_000);
  const stale = await db.import.findMany({
    where: { state: { in: ["RECEIVING", "FAILED"] }, updatedAt: { lt: week } },
  });
  for (const { id } of stale) {
    await db.import.deleteMany({ where: { id, state: { in: ["RECEIVING", "FAILED"] }, updatedAt: { lt: week } } });
    await removeSpool(env, id);
  }
}

/**
 * Of an import that failed for its bad lines: freezes the good ones, which are stored already.
 * @throws AppError ILLEGAL_STATE for any other
 */
export async function freezeGoodLines({ db }: ImportServices, actorId: string, id: string): Promise<ImportView> {
  const row = await rowOf(db, id);
  if (row.state === "DONE") return viewImport(row);
  if (row.state !== "FAILED" || row.bad === 0 || row.good === 0)
    throw new AppError("ILLEGAL_STATE", `The import is ${row.state} and has ${row.good} good lines; nothing waits.`);
  const freezing: Freezing = { from: "FAILED", actorId };
  await db.import.update({ where: { id }, data: { skipBad: true } });
  await freezeImport(db, id, freezing);
  return viewImport(await rowOf(db, id));
}

/** Takes the row away with all that was stored of the file; a Dataset it made stays. */
export async function cancelImport({ db, env }: ImportServices, _actorId: string, id: string): Promise<{ id: string }> {
  const { count } = await db.import.deleteMany({ where: { id, state: { not: "FREEZING" } } });
  if (count === 0) {
    await rowOf(db, id);
    throw new AppError("ILLEGAL_STATE", "The import is being frozen and will be done in a moment; wait for it.");
  }
  await removeSpool(env, id);
  return { id };
}

/** @throws AppError NOT_FOUND */
async function rowOf(db: Db, id: string): Promise<Import> {
  const row = await db.import.findUnique({ where: { id } });
  if (!row) throw notFound("import");
  return row;
}
