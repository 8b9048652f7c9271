/** The list that `npm run backup` keeps of the backups it made, in the data folder. */

import { readFile } from "node:fs/promises";
import path from "node:path";
import { type BackupRecord, backupsSchema } from "../views/system.ts";

/** Newest first; empty where there is none, or the list cannot be read. */
export async function readBackups(home: string): Promise<BackupRecord[]> {
  const text = await readFile(path.join(home, "backups.json"), "utf8").catch(() => "[]");
  try {
    return backupsSchema.parse(JSON.parse(text));
  } catch {
    return [];
  }
}
