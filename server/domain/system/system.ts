/** The system page: who lives, what it runs on, what takes the disk, how large the database is, and when it was last backed up. */

import { readdir, stat, statfs } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Db } from "../../db.ts";
import type { Env } from "../../env.ts";
import { ownVersion } from "../../version.ts";
import type { SystemView } from "../views/system.ts";
import { readBackups } from "./backups.ts";
import { listProcesses } from "./beat.ts";
import { pendingMigrations } from "./readiness.ts";

export interface Machine {
  db: Db;
  env: Pick<Env, "HONE_HOME">;
}

const LARGEST_TABLES = 8;
const LARGEST_FOLDERS = 8;

export async function getSystem({ db, env }: Machine): Promise<SystemView> {
  const { HONE_HOME: home } = env;
  const [processes, database, disk, folders, backups] = await Promise.all([
    listProcesses(db),
    readDatabase(db),
    statfs(home),
    foldersOf(home),
    readBackups(home),
  ]);
  const { startedAt, ...facts } = database;
  return {
    processes: [
      ...processes.map(({ state: { version, memoryBytes }, ...process }) => ({ ...process, version, memoryBytes })),
      {
        ...{ id: "database", kind: "database", alive: true, startedAt, beatAt: null, doing: "idle" },
        ...{ version: facts.version, memoryBytes: null },
      },
    ],
    hone: ownVersion,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    memoryFreeBytes: os.freemem(),
    home,
    disk: { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize },
    folders,
    database: { ...facts, embedded: await isFolder(path.join(home, "postgres")) },
    backups: await Promise.all(
      backups.map(async (backup) => ({ ...backup, present: (await stat(backup.file).catch(() => null)) !== null })),
    ),
  };
}

const isFolder = async (folder: string) => (await stat(folder).catch(() => null))?.isDirectory() ?? false;

async function readDatabase(db: Db): Promise<Omit<SystemView["database"], "embedded"> & { startedAt: Date }> {
  const [facts] = await db.$queryRaw<{ version: string; bytes: number; startedAt: Date }[]>`
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
      pg_database_size(current_database())::float8 AS bytes, pg_postmaster_start_time() AS "startedAt"`;
  const largestTables = await db.$queryRaw<{ name: string; bytes: number; rows: number }[]>`
    SELECT relname AS name, pg_total_relation_size(oid)::float8 AS bytes, greatest(reltuples, 0)::float8 AS rows
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    ORDER BY 2 DESC LIMIT ${LARGEST_TABLES}`;
  const applied = await db.$queryRaw<{ name: string }[]>`
    SELECT migration_name AS name FROM "_prisma_migrations"
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`;
  return {
    ...facts!,
    migrations: applied.length,
    lastMigration: applied.at(-1)?.name ?? null,
    pendingMigrations: await pendingMigrations(db),
    largestTables,
  };
}

/** Pages ask every few seconds; what lies there does not change so soon. */
const FRESH_MS = 60_000;
const measured = new Map<string, { at: number; folders: Promise<SystemView["folders"]> }>();

function foldersOf(home: string, now = Date.now()): Promise<SystemView["folders"]> {
  const known = measured.get(home);
  if (known && now - known.at < FRESH_MS) return known.folders;
  const folders = measureFolders(home);
  measured.set(home, { at: now, folders });
  return folders;
}

/** What lies at the top of the data folder, with everything below it. A file that goes away meanwhile counts as nothing. */
async function measureFolders(home: string): Promise<SystemView["folders"]> {
  const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const sizes = await Promise.all(
    folders.map(async (name) => {
      const below = await readdir(path.join(home, name), { recursive: true, withFileTypes: true }).catch(() => []);
      let [bytes, files] = [0, 0];
      for (const entry of below) {
        if (!entry.isFile()) continue;
        files++;
        bytes += (await stat(path.join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
      }
      return { name, bytes, files };
    }),
  );
  return sizes.sort((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name)).slice(0, LARGEST_FOLDERS);
}
