/** Where the bytes of an import lie until they are read: one file under HONE_HOME/imports, written in pieces. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Env } from "../env.ts";

type Home = Pick<Env, "HONE_HOME">;

/** Named by the row's id, so that an erasure and a sweep find it. */
export const spoolPath = ({ HONE_HOME }: Home, importId: string): string =>
  path.join(HONE_HOME, "imports", `${importId}.part`);

/** Whether this machine has all of it: another may have received it. */
export async function spoolIsWhole(home: Home, importId: string, bytes: number): Promise<boolean> {
  const found = await stat(spoolPath(home, importId)).catch(() => null);
  return found?.size === bytes;
}

/**
 * Writes a piece behind `offset` and makes it last. Bytes past `most` are refused before they are written.
 * @returns bytes written; fewer than were sent when the sender went away, whose rest is asked for again
 */
export async function writePiece(
  home: Home,
  importId: string,
  { offset, most, piece }: { offset: number; most: number; piece: AsyncIterable<Uint8Array> },
): Promise<{ written: number; tooLong: boolean }> {
  const file = spoolPath(home, importId);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, offset === 0 ? "w" : "r+", 0o600);
  let written = 0;
  try {
    for await (const chunk of piece) {
      if (offset + written + chunk.byteLength > most) return { written, tooLong: true };
      await handle.write(chunk, 0, chunk.byteLength, offset + written);
      written += chunk.byteLength;
    }
  } catch (error) {
    // Whoever sent it is gone; what arrived is kept.
    if (!isAborted(error)) throw error;
  } finally {
    await handle.sync();
    await handle.close();
  }
  return { written, tooLong: false };
}

const isAborted = (error: unknown) =>
  error instanceof Error && (error.name === "AbortError" || ("code" in error && error.code === "ECONNRESET"));

export const readSpool = (home: Home, importId: string): AsyncIterable<Uint8Array> =>
  createReadStream(spoolPath(home, importId), { highWaterMark: 64 * 1024 });

/** Gives a file that came under another name the import's. */
export const renameSpool = (home: Home, from: string, importId: string): Promise<void> =>
  rename(spoolPath(home, from), spoolPath(home, importId));

/** Hex. */
export async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest("hex");
}

export const removeSpool = (home: Home, importId: string): Promise<void> =>
  rm(spoolPath(home, importId), { force: true });
