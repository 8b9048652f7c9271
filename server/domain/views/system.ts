/** What the system page shows: processes, versions, disk, database and backups. */

import { z } from "zod";
import type { ProcessView } from "./watch.ts";

const backupSchema = z.strictObject({
  /** Everything in it is as of this moment. */
  at: z.iso.datetime(),
  /** Absolute path, where it was written. */
  file: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  rows: z.number(),
  files: z.number(),
  /** Files that the database spoke of and the data folder lacked. */
  missing: z.number(),
  seconds: z.number(),
});
export type BackupRecord = z.output<typeof backupSchema>;

/** HONE_HOME/backups.json, newest first. */
export const backupsSchema = z.array(backupSchema);

export interface SystemView {
  processes: (ProcessView & { version: string | null; memoryBytes: number | null })[];
  hone: string;
  node: string;
  platform: string;
  cores: number;
  memoryBytes: number;
  memoryFreeBytes: number;
  home: string;
  disk: { freeBytes: number; totalBytes: number };
  /** What lies under HONE_HOME, largest first. */
  folders: { name: string; bytes: number; files: number }[];
  database: {
    version: string;
    embedded: boolean;
    bytes: number;
    migrations: number;
    lastMigration: string | null;
    /** Known to this program and not applied to its database. */
    pendingMigrations: string[];
    largestTables: { name: string; bytes: number; rows: number }[];
  };
  backups: (BackupRecord & { present: boolean })[];
}
