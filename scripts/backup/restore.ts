/** Restores a backup: verified first, then the database in one transaction, then the files, moved into place from beside it. */

import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { moveWhole } from "../../server/whole-file.ts";
import { notEmpty, openTables, type TablesIn } from "./database-in.ts";
import { homePath, isKept, type Manifest, tableOf } from "./manifest.ts";
import { sendQueuedWork } from "./queue.ts";
import { type Entry, entriesOf, unpack, verifyBackup } from "./read.ts";
import { besideOf, restoredOf } from "./unfinished.ts";
import { filesBelow } from "./write.ts";

export interface RestoreOptions {
  file: string;
  url: string;
  /** HONE_HOME, absolute; locked by the caller. */
  home: string;
  /** Whether what is there now may be thrown away. */
  replace: boolean;
  say?: (doing: string) => void;
}

/**
 * Until the database's transaction ends, nothing of what was there has changed; a failure or a power cut leaves it as it was. After
 * that the files are moved, which takes moments; cut off there, nothing starts on the folder until the same command with `--replace` has
 * finished it.
 * @throws StartError NOT_EMPTY, BACKUP_DAMAGED, BACKUP_NEWER, HONE_RUNS and others, each with what to do
 */
export async function restoreBackup({ file, url, home, replace, say = () => {} }: RestoreOptions): Promise<Manifest> {
  const manifest = await verifyBackup(file, (name) => say(`verifying ${name}`));
  if (!replace) await refuseFiles(home);
  const beside = besideOf(home);
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true, mode: 0o700 });
  const tables = await openTables({ url, manifest, replace, say });
  try {
    for await (const entry of entriesOf(file, manifest)) {
      say(`restoring ${entry.name}`);
      await place(entry, tables, beside);
    }
    await tables.commit();
    // One step after the other: of two restores that were cut off, the files of the later one count.
    await rm(restoredOf(home), { recursive: true, force: true });
    await rename(beside, restoredOf(home));
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  } finally {
    await tables.end();
  }
  say("moving the files into their places");
  await moveInto(home, restoredOf(home));
  await sendQueuedWork(url, manifest);
  await rm(restoredOf(home), { recursive: true });
  return manifest;
}

async function refuseFiles(home: string): Promise<void> {
  const files = (await filesBelow(home)).filter((file) => isKept(file, { models: false }));
  if (files.length > 0) throw notEmpty(`${files.length} files in ${home}, ${files[0]} among them`);
}

async function place({ name, body }: Entry, tables: TablesIn, beside: string): Promise<void> {
  const table = tableOf(name);
  if (table !== null) return tables.write(table, await unpack(body));
  const relative = homePath(name)!;
  // What belongs to one machine is never a backup's to bring, whoever made it.
  if (!isKept(relative, { models: true })) return;
  const target = path.join(beside, relative);
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const handle = await open(target, "wx", 0o600);
  try {
    for await (const chunk of body) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts the backup's files into their places. Of what was there before, only what a backup leaves out stays. */
async function moveInto(home: string, restored: string): Promise<void> {
  for (const file of await filesBelow(home)) {
    if (isKept(file, { models: false })) await rm(path.join(home, file), { force: true });
  }
  await move(restored, home);
}

async function move(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await move(source, target);
    else await moveWhole(source, target);
  }
}
