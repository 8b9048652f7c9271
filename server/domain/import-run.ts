/** Takes an import from its bytes to its Dataset: reads what is not read yet, then freezes, unless bad lines forbid it. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { freezeStaged } from "./import-freeze.ts";
import { LEASE_SECONDS, readLines } from "./import-lines.ts";
import type { LeftOut } from "./views.ts";

/** Ten million lines are ordered and copied in less. */
const FREEZING_MS = 60 * 60_000;
const HEARTBEAT_MS = 10_000;

/**
 * @param open the whole file, from its beginning
 * @throws AppError CONFLICT when another process does the same; what is wrong with the file is noted on the row and not thrown
 */
export async function runImport(db: Db, id: string, open: () => AsyncIterable<Uint8Array>): Promise<void> {
  await lease(db, id);
  // Passing over lines that are stored already, and freezing, write nothing for a while.
  const heartbeat = setInterval(() => {
    const leaseExpiresAt = new Date(Date.now() + LEASE_SECONDS * 1000);
    const held = { id, state: { in: ["RECEIVING" as const, "FREEZING" as const] } };
    db.import.updateMany({ where: held, data: { leaseExpiresAt } }).catch(() => {});
  }, HEARTBEAT_MS);
  try {
    await readLines(db, id, open());
    await freezeImport(db, id, { from: "RECEIVING" });
  } catch (error) {
    if (error instanceof AppError && error.code === "CONFLICT") throw error;
    const known = error instanceof AppError;
    await db.import.updateMany({
      where: { id, state: { in: ["RECEIVING", "FREEZING"] } },
      data: {
        state: "FAILED",
        error: known ? error.message : "Something went wrong here; it was written to the log. Send the file again.",
        leaseExpiresAt: null,
        updatedAt: new Date(),
      },
    });
    if (!known) throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

/** @throws AppError CONFLICT when somebody holds it */
async function lease(db: Db, id: string): Promise<void> {
  const taken = await db.$executeRaw`
    UPDATE "Import" SET "state" = 'RECEIVING', "leaseExpiresAt" = now() + make_interval(secs => ${LEASE_SECONDS}), "updatedAt" = now()
    WHERE "id" = ${id}::uuid AND "state" IN ('RECEIVING', 'FREEZING')
      AND ("leaseExpiresAt" IS NULL OR "leaseExpiresAt" < now())`;
  if (taken === 0) throw new AppError("CONFLICT", "Another process reads this import; look at its page.");
}

export interface Freezing {
  from: "RECEIVING" | "FAILED";
  /** Who asked for it; left out: whoever began the import. */
  actorId?: string;
}

/** Freezes the good lines and takes them off; while bad ones were not to be skipped, the import fails instead and keeps them. */
export async function freezeImport(db: Db, id: string, { from, actorId }: Freezing): Promise<void> {
  const row = await db.import.findUniqueOrThrow({ where: { id } });
  if (row.bad > 0 && !row.skipBad) return refuse(db, id, from, `${row.bad} lines cannot be read; mend or skip them.`);
  if (row.good === 0) return refuse(db, id, from, "The file holds no examples of this kind.");
  await move(db, id, from);
  await db.$transaction(
    async (tx) => {
      const leftOut: LeftOut[] = row.bad > 0 ? [{ reason: "BAD_LINE", count: row.bad }] : [];
      const frozen = await freezeStaged(tx, {
        ...{ importId: id, kind: row.kind, origin: "UPLOAD", name: row.name, leftOut },
      });
      await tx.import.update({
        where: { id },
        data: { state: "DONE", datasetId: frozen?.id, error: null, leaseExpiresAt: null, updatedAt: new Date() },
      });
      await tx.importLine.deleteMany({ where: { importId: id } });
      if (frozen)
        await recordAudit(tx, {
          actorId: actorId ?? row.createdById,
          action: "dataset.upload",
          subject: `Dataset:${frozen.id}`,
          after: { kind: row.kind, name: row.name, format: row.format, rows: row.good, skipped: row.bad },
        });
    },
    { maxWait: 60_000, timeout: FREEZING_MS },
  );
}

async function refuse(db: Db, id: string, from: Freezing["from"], error: string): Promise<void> {
  await db.import.updateMany({
    where: { id, state: from },
    data: { state: "FAILED", error, leaseExpiresAt: null, updatedAt: new Date() },
  });
}

async function move(db: Db, id: string, from: Freezing["from"]): Promise<void> {
  const { count } = await db.import.updateMany({
    where: { id, state: from },
    data: { state: "FREEZING", updatedAt: new Date() },
  });
  if (count === 0) throw new AppError("CONFLICT", "The import was cancelled, or another process reads it.");
}
