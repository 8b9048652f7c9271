/** Makes a backup: the database as of one moment and the files of the data folder, as one tar file with a manifest of hashes at its end. */

import { createHash } from "node:crypto";
import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import pg from "pg";
import { TarWriter } from "../../server/tar.ts";
import { StartError } from "../start/report.mjs";
import { copyOut, readTables, STABLE_TEXT } from "./copy.ts";
import {
  type EntryFacts,
  emptyManifest,
  homeEntry,
  isKept,
  isResumePoint,
  MANIFEST,
  type Manifest,
  PIECE_BYTES,
  pieceName,
  type TableFacts,
} from "./manifest.ts";
import { readQueuedWork } from "./queue.ts";

const pack = promisify(gzip);

export interface BackupOptions {
  url: string;
  /** HONE_HOME, absolute. */
  home: string;
  /** The file to be made; there must be none of that name. */
  file: string;
  /** Version of Hone. */
  hone: string;
  now: Date;
  /** Whether models that were fetched by name go with it. */
  models?: boolean;
  /** Told what is being done, often. */
  say?: (doing: string) => void;
}

/**
 * Hone may run meanwhile. The file is complete or absent, and only its owner may read it: it holds everything people wrote and the
 * secrets that sign their sessions.
 * @returns the manifest, and the size and hash of the whole file
 */
export async function makeBackup(
  options: BackupOptions,
): Promise<{ manifest: Manifest; bytes: number; sha256: string }> {
  const { file } = options;
  if (await lstat(file).catch(() => null)) {
    throw new StartError(
      "FILE_EXISTS",
      `${file} is there already, and a backup is never written over. Give another name.`,
    );
  }
  await mkdir(path.dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  const handle = await open(part, "wx", 0o600);
  try {
    const hash = createHash("sha256");
    const tar = new TarWriter(async (chunk) => {
      hash.update(chunk);
      await handle.writeFile(chunk);
    }, options.now);
    const manifest = await writeInto(new Archive(tar), options);
    await handle.sync();
    const { size } = await handle.stat();
    await rename(part, file);
    return { manifest, bytes: size, sha256: hash.digest("hex") };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** A tar file that remembers what went into it. */
class Archive {
  readonly entries: EntryFacts[] = [];
  readonly #tar: TarWriter;

  constructor(tar: TarWriter) {
    this.#tar = tar;
  }

  async add(name: string, bytes: number, body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<EntryFacts> {
    const hash = createHash("sha256");
    await this.#tar.add({ name, bytes }, hashed(body, hash));
    const facts = { name, bytes, sha256: hash.digest("hex") };
    this.entries.push(facts);
    return facts;
  }

  async end(manifest: Manifest): Promise<void> {
    const text = Buffer.from(JSON.stringify(manifest));
    await this.#tar.add({ name: MANIFEST, bytes: text.length }, [text]);
    await this.#tar.end();
  }
}

async function* hashed(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}

async function writeInto(archive: Archive, options: BackupOptions): Promise<Manifest> {
  const { url, home, models = false, say = () => {} } = options;
  const kept = async () => (await filesBelow(home)).filter((file) => isKept(file, { models }));
  for (const file of (await kept()).filter(isResumePoint)) await addFile(archive, home, file, say);

  const client = new pg.Client({ connectionString: url, application_name: "hone-backup" });
  client.on("error", () => {}); // what was under way fails and says so
  await client.connect();
  let manifest: Manifest;
  let named: NamedFile[];
  try {
    await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    for (const setting of STABLE_TEXT) await client.query(setting);
    const { rows } = await client.query<{ at: Date }>("SELECT now() AS at");
    manifest = emptyManifest(options.hone, rows[0]!.at);
    for (const table of await readTables(client)) manifest.tables.push(await addTable(archive, client, table, say));
    Object.assign(manifest, await readRest(client), await readQueuedWork(client));
    named = await readNamedFiles(client);
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
  // After the snapshot: a file that the database speaks of was whole before its row was written.
  const found = new Map<string, string>();
  for (const file of (await kept()).filter((one) => !isResumePoint(one))) {
    const facts = await addFile(archive, home, file, say);
    if (facts) found.set(file, facts.sha256);
  }
  manifest.missing = named.filter(({ path, sha256 }) => found.get(path) !== sha256).map(({ path }) => path);
  manifest.entries = archive.entries;
  await archive.end(manifest);
  return manifest;
}

async function addTable(
  archive: Archive,
  client: pg.ClientBase,
  table: Pick<TableFacts, "name" | "columns">,
  say: (doing: string) => void,
): Promise<TableFacts> {
  const hash = createHash("sha256");
  let bytes = 0;
  let pieces = 0;
  const { chunks, rows } = copyOut(client, table);
  for await (const piece of inPieces(chunks)) {
    say(`table ${table.name}, ${megabytes(bytes)} MB`);
    hash.update(piece);
    bytes += piece.length;
    const packed = await pack(piece, { level: 3 });
    await archive.add(pieceName(table.name, pieces++), packed.length, [packed]);
  }
  return { ...table, rows: rows(), bytes, sha256: hash.digest("hex"), pieces };
}

async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (let chunk of chunks) {
    while (bytes + chunk.length >= PIECE_BYTES) {
      held.push(chunk.subarray(0, PIECE_BYTES - bytes));
      chunk = chunk.subarray(PIECE_BYTES - bytes);
      yield Buffer.concat(held);
      [held, bytes] = [[], 0];
    }
    held.push(chunk);
    bytes += chunk.length;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

/** What a table's rows do not tell: how far sequences have counted, which migrations made the tables, which models are meant. */
async function readRest(client: pg.ClientBase): Promise<Pick<Manifest, "sequences" | "migrations" | "baseModels">> {
  const rows = async <Row extends pg.QueryResultRow>(text: string) => (await client.query<Row>(text)).rows;
  const names = await rows<{ name: string }>(
    `SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1`,
  );
  const sequences: Manifest["sequences"] = [];
  for (const { name } of names) {
    const [at] = await rows<{ value: string; called: boolean }>(
      `SELECT last_value::text AS value, is_called AS called FROM public.${client.escapeIdentifier(name)}`,
    );
    sequences.push({ name, ...at! });
  }
  return {
    sequences,
    migrations: await rows(
      `SELECT migration_name AS name, checksum FROM "_prisma_migrations"
       WHERE rolled_back_at IS NULL AND finished_at IS NOT NULL ORDER BY 1`,
    ),
    baseModels: await rows(`SELECT name, sha256 FROM "BaseModel" ORDER BY 1, 2`),
  };
}

interface NamedFile {
  path: string;
  sha256: string;
}

/** Files that the database names with their hash. */
async function readNamedFiles(client: pg.ClientBase): Promise<NamedFile[]> {
  // Backups of a database from before adapters' files could be deleted are made too.
  const { rowCount } = await client.query(
    `SELECT 1 FROM pg_attribute WHERE attrelid = 'public."Adapter"'::regclass AND attname = 'filesDeletedAt'`,
  );
  const { rows } = await client.query<NamedFile>(
    `SELECT path, sha256 FROM "Adapter" ${rowCount ? 'WHERE "filesDeletedAt" IS NULL' : ""} ORDER BY 1`,
  );
  return rows;
}

/** Null when the file is gone by now. One that grows meanwhile is kept as long as it was when it was opened. */
async function addFile(
  archive: Archive,
  home: string,
  file: string,
  say: (doing: string) => void,
): Promise<EntryFacts | null> {
  const handle = await open(path.join(home, file), "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!handle) return null;
  try {
    const { size } = await handle.stat();
    say(`${file}, ${megabytes(size)} MB`);
    // The open file keeps its bytes when another is moved to its name.
    const body = size === 0 ? [] : handle.createReadStream({ autoClose: false, start: 0, end: size - 1 });
    return await archive.add(homeEntry(file), size, body);
  } finally {
    await handle.close();
  }
}

/** Plain files below a folder, by path, with forward slashes. Links are not followed. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
    .sort();
}

export const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
