/** Files that are whole or absent: written beside their place, flushed, and moved there in one step. */

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
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

/** The bytes of 32-bit floats as little-endian, the order of every file format here, without a copy where the machine's is the same. */
export function littleEndianBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return IS_LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap32();
}

/** 32-bit floats from little-endian bytes; always a copy, so that any offset will do. */
export function floatsFrom(bytes: Uint8Array): Float32Array {
  const copy = Buffer.from(bytes);
  if (!IS_LITTLE_ENDIAN) copy.swap32();
  return new Float32Array(copy.buffer.slice(copy.byteOffset, copy.byteOffset + copy.byteLength));
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
