/** The files of an import on their way in: streamed into a folder of their own under HONE_HOME/incoming, under names of ours. */

import { createHash, type Hash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Env } from "../../env.ts";
import { AppError } from "../../errors.ts";
import { readTar } from "../../tar.ts";
import { ImportRefused } from "./refusal.ts";

type Home = Pick<Env, "HONE_HOME">;

export const PEFT_NAMES = ["adapter_config.json", "adapter_model.safetensors"] as const;
export const GGUF_NAME = "adapter.gguf";

/** What Node reads in one go; far more than any adapter of a model that fits one machine. */
export const MOST_BYTES = 2 * 2 ** 30 - 1;
/** Enough to see what a file is. */
const HEAD_BYTES = 512;

export interface Arrived {
  folder: string;
  format: "GGUF" | "PEFT";
  /** Of what was sent. */
  bytes: number;
  sha256: string;
}

const shelf = ({ HONE_HOME }: Home) => path.join(HONE_HOME, "incoming");

/**
 * Takes what is sent: a GGUF file, or a tar archive with PEFT's two files somewhere in it; nothing else of an archive is written.
 * Whoever calls removes the folder.
 * @throws ImportRefused; nothing is left on disk then
 */
export async function receive(
  home: Home,
  file: AsyncIterable<Uint8Array>,
  mostBytes: number = MOST_BYTES,
): Promise<Arrived> {
  const folder = path.join(shelf(home), randomUUID());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const hash = createHash("sha256");
  const counted = { bytes: 0 };
  try {
    const { head, all } = await peek(counting(file, { mostBytes, hash, counted }));
    const format = formatOf(head);
    if (format === "GGUF") await write(path.join(folder, GGUF_NAME), all);
    else {
      await unpack(folder, all);
      // An archive goes on behind its end; the hash is of all that was sent, as its sender can work it out.
      for await (const _ of all);
    }
    return { folder, format, bytes: counted.bytes, sha256: hash.digest("hex") };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw brokenOff(error) ? new ImportRefused("BROKEN_OFF", "The connection ended before the file did.") : error;
  }
}

async function* counting(
  file: AsyncIterable<Uint8Array>,
  { mostBytes, hash, counted }: { mostBytes: number; hash: Hash; counted: { bytes: number } },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of file) {
    counted.bytes += chunk.byteLength;
    if (counted.bytes > mostBytes)
      throw new ImportRefused("TOO_LARGE", `The file has more than ${mostBytes} bytes.`, { most: mostBytes });
    hash.update(chunk);
    yield chunk;
  }
}

/** The first bytes, and an iteration that begins with them again. */
async function peek(file: AsyncGenerator<Uint8Array>): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const first: Uint8Array[] = [];
  for (let bytes = 0; bytes < HEAD_BYTES; ) {
    const { value, done } = await file.next();
    if (done) break;
    first.push(value);
    bytes += value.byteLength;
  }
  async function* all() {
    yield* first;
    yield* file;
  }
  return { head: Buffer.concat(first).subarray(0, HEAD_BYTES), all: all() };
}

/** @throws ImportRefused naming what it looks like instead */
function formatOf(head: Uint8Array): "GGUF" | "PEFT" {
  const begins = (text: string, at = 0) => Buffer.from(head.subarray(at, at + text.length)).toString("latin1") === text;
  if (head.length === 0) throw new ImportRefused("EMPTY", "The file is empty.");
  if (begins("GGUF")) return "GGUF";
  if (begins("ustar", 257)) return "PEFT";
  if (begins("PK\x03\x04") || begins("\x1f\x8b") || begins("BZh") || begins("\xfd7zXZ") || begins("7z\xbc\xaf"))
    throw new ImportRefused("COMPRESSED", "The file is a compressed archive; unpack it, or pack it as plain .tar.");
  // One of PEFT's two files alone: JSON, or safetensors, whose header is JSON behind eight bytes.
  if (begins("{") || begins("{", 8))
    throw new ImportRefused("HALF_OF_PEFT", `A PEFT adapter is two files, ${PEFT_NAMES.join(" and ")}; send both.`);
  throw new ImportRefused("NOT_AN_ADAPTER", "The file is neither GGUF nor a .tar with PEFT's two files.");
}

async function unpack(folder: string, archive: AsyncIterable<Uint8Array>): Promise<void> {
  const found = new Set<string>();
  try {
    for await (const { name, body } of readTar(archive)) {
      // The name is compared with ours and never used as a path.
      const known = PEFT_NAMES.find((wanted) => name === wanted || name.endsWith(`/${wanted}`));
      if (!known) continue;
      if (found.has(known)) throw new ImportRefused("BAD_ARCHIVE", `${known} stands in the archive twice.`);
      found.add(known);
      await write(path.join(folder, known), body);
    }
  } catch (error) {
    if (error instanceof AppError) throw new ImportRefused("BAD_ARCHIVE", error.message);
    throw error;
  }
  const missing = PEFT_NAMES.filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new ImportRefused("HALF_OF_PEFT", `The archive lacks ${missing.join(" and ")}; pack both files.`);
}

async function write(file: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    for await (const chunk of body) await handle.write(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const brokenOff = (error: unknown) =>
  error instanceof Error && (error.name === "AbortError" || ("code" in error && error.code === "ECONNRESET"));

const FORGOTTEN_MS = 24 * 60 * 60_000;

/** Takes away what a process that died in the middle of an import has left. */
export async function sweepIncoming(home: Home, now: Date): Promise<void> {
  const names = await readdir(shelf(home)).catch(() => []);
  for (const name of names) {
    const folder = path.join(shelf(home), name);
    const found = await stat(folder).catch(() => null);
    if (found && now.getTime() - found.mtimeMs > FORGOTTEN_MS) await rm(folder, { recursive: true, force: true });
  }
}
