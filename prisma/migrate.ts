/** Brings a database up to date from the SQL files in prisma/migrations, the way `prisma migrate deploy` does. */

import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";

/** Prisma's own number for its advisory lock: two starts at once, or a start beside the prisma command, wait for each other. */
const PRISMA_LOCK = 72707369;

/** Prisma's own table, so that `prisma migrate` sees what was applied here and the other way round. */
const HISTORY = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

const OWN_FOLDER = fileURLToPath(new URL("./migrations", import.meta.url));

/** The database and the migration files do not fit together. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
  readonly code = "MIGRATION";
}

interface Applied {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

/**
 * Applies every migration that the database lacks, each in a transaction of its own.
 * @returns names of those applied now, in order; empty when the database was up to date
 * @throws MigrationError when an applied file was edited or is gone, an earlier one failed half-way, or the SQL fails
 */
export async function migrate(url: string, folder = OWN_FOLDER): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [PRISMA_LOCK]);
    await client.query(HISTORY);
    const { rows } = await client.query<Applied>(
      `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
    );
    const files = readMigrations(folder);
    for (const { migration_name: name } of rows) {
      if (!files.some((file) => file.name === name)) {
        throw new MigrationError(`Migration ${name} is in the database but not in ${folder}: a newer Hone wrote it.`);
      }
    }
    const pending = files.filter((file) => isPending(file, rows));
    for (const file of pending) {
      await client.query("BEGIN");
      try {
        await applyMigrations(client, [file], { record: true });
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      }
    }
    return pending.map((file) => file.name);
  } finally {
    await client.end();
  }
}

export interface MigrationFile {
  name: string;
  sql: string;
  checksum: string;
}

/** All migrations there are, in order. */
export function readMigrations(folder = OWN_FOLDER): MigrationFile[] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, file: path.join(folder, name, "migration.sql") }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => {
      const sql = readFileSync(file, "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

function isPending(file: MigrationFile, applied: Applied[]): boolean {
  const row = applied.find((candidate) => candidate.migration_name === file.name);
  if (row && !row.finished_at) {
    throw new MigrationError(`Migration ${file.name} failed half-way earlier; restore a backup or repair it by hand.`);
  }
  if (row && row.checksum !== file.checksum) {
    throw new MigrationError(
      `Migration ${file.name} was edited after it was applied here; undo the edit and add a new migration instead.`,
    );
  }
  return !row;
}

/**
 * Applies migrations within the caller's transaction.
 * @param record false leaves them out of the history, for a database whose history comes with its rows
 * @throws MigrationError naming the one that fails
 */
export async function applyMigrations(
  client: pg.ClientBase,
  files: readonly MigrationFile[],
  { record }: { record: boolean },
): Promise<void> {
  await client.query(HISTORY);
  for (const file of files) {
    try {
      await client.query(file.sql);
    } catch (error) {
      throw new MigrationError(`Migration ${file.name} failed and changed nothing: ${(error as Error).message}`, {
        cause: error,
      });
    }
    if (!record) continue;
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), file.checksum, file.name],
    );
  }
}
