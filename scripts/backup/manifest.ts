/** What a backup holds: its manifest, the names of its entries, and which files of a data folder are worth keeping. */

import { z } from "zod";

/** Raised when an older Hone could no longer read what a newer one writes. */
const VERSION = 1;

/** The last entry of every backup; a file without it was cut short. */
export const MANIFEST = "manifest.json";
/** The manifest's own size is bounded by what a reader keeps in memory. */
export const LARGEST_MANIFEST = 256 * 2 ** 20;
/** A table is cut into pieces of so many bytes before they are packed: what a backup keeps in memory. */
export const PIECE_BYTES = 8 * 2 ** 20;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const tableSchema = z.strictObject({
  name: z.string(),
  columns: z.array(z.string()).min(1),
  rows: count,
  /** Of its rows as COPY writes them in text form, and the hash of these bytes. */
  bytes: count,
  sha256,
  pieces: count,
});
export type TableFacts = z.output<typeof tableSchema>;

/** A message that waits in the queue, without pg-boss's own bookkeeping: it is sent anew after a restore. */
const messageSchema = z.strictObject({
  queue: z.string(),
  data: z.record(z.string(), z.unknown()).nullable(),
  priority: z.int(),
});

export const manifestSchema = z.strictObject({
  format: z.literal("hone-backup"),
  version: z.literal(VERSION),
  /** Version of the Hone that wrote it. */
  hone: z.string(),
  /** When the database was looked at: everything in it is as of this moment. */
  at: z.iso.datetime(),
  migrations: z.array(z.strictObject({ name: z.string(), checksum: sha256 })),
  tables: z.array(tableSchema),
  sequences: z.array(z.strictObject({ name: z.string(), value: z.string().regex(/^-?\d+$/), called: z.boolean() })),
  queues: z.array(z.strictObject({ name: z.string(), options: z.record(z.string(), z.unknown()) })),
  messages: z.array(messageSchema),
  /** Every entry before this one, in order. */
  entries: z.array(z.strictObject({ name: z.string(), bytes: count, sha256 })),
  /** Base models that its adapters were trained on. Their files are not in it, unless it was asked for. */
  baseModels: z.array(z.strictObject({ name: z.string(), sha256 })),
  /** Files that the database speaks of and the data folder lacked, or holds with other bytes. */
  missing: z.array(z.string()),
});
export type Manifest = z.output<typeof manifestSchema>;
export type EntryFacts = Manifest["entries"][number];

export const emptyManifest = (hone: string, at: Date): Manifest => ({
  ...{ format: "hone-backup", version: VERSION, hone, at: at.toISOString(), migrations: [], tables: [], sequences: [] },
  ...{ queues: [], messages: [], entries: [], baseModels: [], missing: [] },
});

export const pieceName = (table: string, piece: number) =>
  `database/${encodeURIComponent(table)}/${String(piece).padStart(6, "0")}.gz`;

/** The table of a piece; null for any other entry. */
export function tableOf(entry: string): string | null {
  const found = /^database\/([^/]+)\/\d{6,}\.gz$/.exec(entry);
  return found ? decodeURIComponent(found[1]!) : null;
}

const HOME = "home/";
export const homeEntry = (relative: string) => `${HOME}${relative}`;

/** Path in the data folder of an entry; null for any other entry, and for a path that would leave the folder. */
export function homePath(entry: string): string | null {
  if (!entry.startsWith(HOME)) return null;
  const relative = entry.slice(HOME.length);
  const safe = relative
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part));
  return safe ? relative : null;
}

/**
 * What belongs to one machine or can be made again: the database's own files (its rows are in the backup), logs, locks, backups,
 * half-written files, and models fetched by name. Everything else under HONE_HOME is kept, so that a folder nobody thought of
 * here is in the backup rather than lost.
 */
const NOT_KEPT = [
  /^(postgres|logs|tmp|backups|restoring|restored|incoming|merged)(\/|$)/,
  /^(hone\.lock.*|children\.json|backups\.json)$/,
  /(^|\/)\.making-[^/]*(\/|$)/,
  /^(?!imports\/).*\.part$/,
];
/** A model fetched by its `hf:` name, and what is known of it; whole models that runs made lie in folders named by their hash. */
const FETCHED_MODEL = /^models\/[^/]+$/;

export function isKept(relative: string, { models }: { models: boolean }): boolean {
  if (FETCHED_MODEL.test(relative) && !models) return /^models\/[0-9a-f]{64}$/.test(relative);
  return !NOT_KEPT.some((pattern) => pattern.test(relative));
}

/** Resume points are read before the database is looked at: a run may then only find itself behind its rows, as after a crash. */
export const isResumePoint = (relative: string) => relative.startsWith("checkpoints/");
