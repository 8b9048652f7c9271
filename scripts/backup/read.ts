/** Reads a backup: looks at every byte of it against its manifest, and hands its entries out one after the other. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AppError } from "../../server/errors.ts";
import { readTar, type TarMember } from "../../server/tar.ts";
import { StartError } from "../start/report.mjs";
import {
  homePath,
  LARGEST_MANIFEST,
  MANIFEST,
  type Manifest,
  manifestSchema,
  PIECE_BYTES,
  tableOf,
} from "./manifest.ts";

const unpackGzip = promisify(gunzip);
const CHUNK_BYTES = 2 ** 20;

const damaged = (file: string, reason: string) =>
  new StartError(
    "BACKUP_DAMAGED",
    `${file} cannot be restored: ${reason}. Nothing was changed. Take another backup file.`,
  );

/** The members of the file. */
async function* members(file: string): AsyncGenerator<TarMember> {
  for await (const { body, ...entry } of explained(
    file,
    readTar(createReadStream(file, { highWaterMark: CHUNK_BYTES })),
  ))
    yield { ...entry, body: explained(file, body) };
}

/** What reading the archive complains of becomes a sentence about the backup. */
async function* explained<T>(file: string, source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR")
      throw new StartError("FILE_MISSING", `Expected a backup at ${file}, and there is no such file. Check the path.`);
    if (error instanceof AppError) throw damaged(file, message.replace(/\.$/, ""));
    throw error;
  }
}

/**
 * Reads the whole file once.
 * @throws StartError BACKUP_DAMAGED for a byte that is not as it was written, FILE_MISSING
 */
export async function verifyBackup(file: string, say: (doing: string) => void = () => {}): Promise<Manifest> {
  const found: Manifest["entries"] = [];
  let manifest: Manifest | undefined;
  for await (const { name, bytes, body } of members(file)) {
    if (manifest) throw damaged(file, `"${name}" stands behind its manifest`);
    say(name);
    if (name === MANIFEST) {
      manifest = await readManifest(file, bytes, body);
      continue;
    }
    const hash = createHash("sha256");
    for await (const chunk of body) hash.update(chunk);
    found.push({ name, bytes, sha256: hash.digest("hex") });
  }
  if (!manifest) throw damaged(file, "it has no manifest at its end, so it was cut short");
  compare(file, manifest, found);
  return manifest;
}

async function readManifest(file: string, bytes: number, body: AsyncIterable<Uint8Array>): Promise<Manifest> {
  if (bytes > LARGEST_MANIFEST) throw damaged(file, "its manifest is larger than any backup's");
  const parts: Uint8Array[] = [];
  for await (const chunk of body) parts.push(chunk);
  let read: unknown;
  try {
    read = JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw damaged(file, "its manifest is no JSON");
  }
  const { version, hone } = read as { version?: unknown; hone?: unknown };
  const known = manifestSchema.safeParse(read);
  if (known.success) return known.data;
  if (typeof version === "number" && version > 1)
    throw new StartError(
      "BACKUP_NEWER",
      `${file} was written by Hone ${hone}, which is newer than this one. Update Hone first.`,
    );
  const [issue] = known.error.issues;
  throw damaged(file, `its manifest's "${issue?.path.join(".")}" cannot be used (${issue?.message})`);
}

function compare(file: string, manifest: Manifest, found: Manifest["entries"]): void {
  for (const [at, stated] of manifest.entries.entries()) {
    const real = found[at];
    if (real?.name !== stated.name) throw damaged(file, `"${stated.name}" is not where its manifest says`);
    if (real.bytes !== stated.bytes || real.sha256 !== stated.sha256)
      throw damaged(file, `"${stated.name}" is not what was backed up: its hash is another`);
    if (homePath(stated.name) === null && tableOf(stated.name) === null)
      throw damaged(file, `"${stated.name}" is nothing that a backup holds`);
  }
  if (found.length !== manifest.entries.length) throw damaged(file, "it holds more than its manifest says");
  const names = new Set(found.map(({ name }) => name));
  if (names.size !== found.length) throw damaged(file, "two of its entries have the same name");
  for (const { name, pieces } of manifest.tables) {
    const real = found.filter((entry) => tableOf(entry.name) === name).length;
    if (real !== pieces) throw damaged(file, `of table ${name} it holds ${real} pieces of ${pieces}`);
  }
}

/** An entry of a verified backup, read once more: its bytes are hashed again, since the file may have changed in between. */
export interface Entry {
  name: string;
  body: AsyncIterable<Uint8Array>;
}

export async function* entriesOf(file: string, manifest: Manifest): AsyncGenerator<Entry> {
  let at = 0;
  for await (const { name, body } of members(file)) {
    if (name === MANIFEST) break;
    const stated = manifest.entries[at++];
    if (!stated || stated.name !== name) throw damaged(file, "it changed while it was restored");
    yield { name, body: checked(file, body, stated.sha256) };
  }
  if (at !== manifest.entries.length) throw damaged(file, "it changed while it was restored");
}

async function* checked(file: string, body: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") !== sha256) throw damaged(file, "it changed while it was restored");
}

/** A piece of a table, unpacked. */
export async function unpack(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of body) parts.push(chunk);
  return unpackGzip(Buffer.concat(parts), { maxOutputLength: PIECE_BYTES });
}
