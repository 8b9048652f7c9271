// Looks for a text in everything that a database and a data folder hold, whatever table, column or file it is in.
import fs from "node:fs";
import path from "node:path";
import pg from "pg";

/** Tables that hold the text anywhere in a row, capitals or not, as "schema.table"; parts of partitioned tables by the whole's name. */
export async function tablesWith(url: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string; ident: string }>(
      `SELECT n.nspname || '.' || c.relname AS name, format('%I.%I', n.nspname, c.relname) AS ident
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    const found: string[] = [];
    for (const { name, ident } of tables) {
      const { rowCount } = await client.query(
        `SELECT 1 FROM ${ident} t WHERE strpos(lower(t::text), lower($1)) > 0 LIMIT 1`,
        [text],
      );
      if (rowCount) found.push(name);
    }
    return found;
  } finally {
    await client.end();
  }
}

/** Every text value, in whatever column or depth of Json, that holds the text; by table. */
export async function valuesWith(url: string, text: string, tables: readonly string[]): Promise<Map<string, string[]>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = new Map<string, string[]>();
    for (const table of tables) {
      const { rows } = await client.query<{ row: unknown }>(
        `SELECT to_jsonb(t) AS row FROM ${table} t WHERE strpos(lower(t::text), lower($1)) > 0`,
        [text],
      );
      const values = rows
        .flatMap(({ row }) => stringsIn(row))
        .filter((value) => value.toLowerCase().includes(text.toLowerCase()));
      found.set(table, [...new Set(values)].sort());
    }
    return found;
  } finally {
    await client.end();
  }
}

/** All texts in a JSON value, at every depth. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** Files below the folder that hold the text. */
export function filesWith(folder: string, text: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => fs.readFileSync(file).toString("utf8").toLowerCase().includes(text.toLowerCase()));
}
