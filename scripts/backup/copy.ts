/** Tables as text by PostgreSQL's COPY: out of one snapshot, and in again, hashed on the way. */

import { createHash } from "node:crypto";
import { finished } from "node:stream/promises";
import type pg from "pg";
import { from, to } from "pg-copy-streams";
import type { TableFacts } from "./manifest.ts";

/** The same rows are the same bytes on every server and in every session: settings that COPY's text depends on. */
export const STABLE_TEXT = [
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL DateStyle = 'ISO, MDY'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL extra_float_digits = 1",
  "SET LOCAL bytea_output = 'hex'",
  "SET LOCAL client_encoding = 'UTF8'",
  // Rows in the order they lie in, even while others read the same table.
  "SET LOCAL synchronize_seqscans = off",
  "SET LOCAL statement_timeout = 0",
  "SET LOCAL search_path = public",
] as const;

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const list = (columns: readonly string[]) => columns.map(quoted).join(", ");

/** The tables of Hone, by name, with the columns that can be written. */
export async function readTables(client: pg.ClientBase): Promise<{ name: string; columns: string[] }[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(`
    SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = ''
    GROUP BY c.oid, c.relname ORDER BY c.relname COLLATE "C"`);
  return rows;
}

/** All rows of a table, in chunks as they arrive. */
export function copyOut(client: pg.ClientBase, table: Pick<TableFacts, "name" | "columns">) {
  const stream = client.query(to(`COPY public.${quoted(table.name)} (${list(table.columns)}) TO STDOUT`));
  const chunks: AsyncIterable<Buffer> = stream;
  return { chunks, rows: () => stream.rowCount };
}

/** Writes rows into a table until `end`, which tells how many there were. */
export function copyIn(client: pg.ClientBase, table: Pick<TableFacts, "name" | "columns">) {
  const stream = client.query(from(`COPY public.${quoted(table.name)} (${list(table.columns)}) FROM STDIN`));
  const over = finished(stream);
  // A refused row ends the stream while nobody waits for it; `write` or `end` tells of it.
  over.catch(() => {});
  return {
    async write(chunk: Buffer): Promise<void> {
      if (stream.errored) return over;
      if (!stream.write(chunk)) await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), over]);
    },
    async end(): Promise<number> {
      stream.end();
      await over;
      return stream.rowCount;
    },
  };
}

/** What a table holds now, hashed as a backup hashes it. */
export async function hashTable(
  client: pg.ClientBase,
  table: Pick<TableFacts, "name" | "columns">,
): Promise<Pick<TableFacts, "rows" | "bytes" | "sha256">> {
  const { chunks, rows } = copyOut(client, table);
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { rows: rows(), bytes, sha256: hash.digest("hex") };
}
