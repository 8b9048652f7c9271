/** Files that are whole or absent: written beside their place, flushed, and moved there in one step. */

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { cp, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes `parts` one after another so that `path` shows either the old content or all of the new, even after a power cut. */
export async function writeWhole(path: string, parts: readonly (Uint8Array | string)[]): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  // The same folder, because a rename is only atomic within one file system.
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/**
 * Moves a file or a folder to its place in one step. Between two disks, as where a folder of HONE_HOME is mounted, a copy beside the place is
 * what moves.
 */
export async function moveWhole(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
  }
  const beside = join(dirname(to), `.making-${randomBytes(6).toString("hex")}`);
  try {
    await cp(from, beside, { recursive: true });
    await rename(beside, to);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  await rm(from, { recursive: true, force: true });
}

/** Flushes a folder's entries, without which a finished rename may be lost with the power. */
async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; there the rename is journalled anyway.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** SHA-256 of a file's content, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
