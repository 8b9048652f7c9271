// What a backup must bring back, read without anything the backup itself is made of: tables, their rules, waiting messages, files.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** A database without anything in it. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await query(database.url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  return database;
}

export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Rows and their digest by table, all rules of the tables, and how far the sequences have counted. */
export async function databaseState(url: string) {
  const names = await query<{ name: string }>(
    url,
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename COLLATE \"C\"",
  );
  const tables: Record<string, { rows: number; digest: string | null }> = {};
  for (const { name } of names) {
    const [found] = await query<{ rows: number; digest: string | null }>(
      url,
      `SELECT count(*)::int AS rows, md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")) AS digest FROM public."${name}" t`,
    );
    tables[name] = found!;
  }
  const rules = await query<{ rule: string }>(
    url,
    `SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated::text AS rule FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     UNION ALL SELECT format('%s.%s %s %s', table_name, column_name, data_type, column_default) FROM information_schema.columns
       WHERE table_schema = 'public'
     ORDER BY 1`,
  );
  const sequences = await query(
    url,
    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename",
  );
  return { tables, rules: rules.map(({ rule }) => rule), sequences };
}

/** What waits in the queue, by queue. */
export const waitingMessages = (url: string) =>
  query<{ name: string; data: unknown; priority: number }>(
    url,
    `SELECT name, data, priority FROM pgboss.job WHERE state IN ('created', 'retry', 'active') AND name NOT LIKE '\\_\\_%' ORDER BY name, data::text`,
  );

/** Hash by path of every file below a folder. */
export function filesState(folder: string, wanted: (file: string) => boolean = () => true): Record<string, string> {
  const found = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter(wanted)
    .sort();
  const hash = (file: string) =>
    createHash("sha256")
      .update(fs.readFileSync(path.join(folder, file)))
      .digest("hex");
  return Object.fromEntries(found.map((file) => [file, hash(file)]));
}
