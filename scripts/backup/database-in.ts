/** Puts a backup's tables into a database in one transaction: all of them, proven equal and brought up to date, or nothing. */

import pg from "pg";
import { applyMigrations, MigrationError, readMigrations } from "../../prisma/migrate.ts";
import { StartError } from "../start/report.mjs";
import { copyIn, hashTable, quoted, readTables, STABLE_TEXT } from "./copy.ts";
import type { Manifest, TableFacts } from "./manifest.ts";

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "hone-restore" });
  client.on("error", () => {}); // what was under way fails and says so
  await client.connect();
  return client;
}

/** A connection that was ended a moment ago is still in the list. */
const LOOKS = 100;
const LOOK_MS = 50;
const OTHERS = `SELECT DISTINCT coalesce(nullif(application_name, ''), 'unnamed') AS name FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;

export interface TablesIn {
  /** The next piece of a table; those of one table come one after the other. */
  write(table: string, rows: Buffer): Promise<void>;
  /** Checks what was written, applies the migrations that are newer than the backup, and makes it all last. */
  commit(): Promise<void>;
  /** Leaves the database as it was. Harmless after `commit`. */
  end(): Promise<void>;
}

export interface TablesOptions {
  url: string;
  manifest: Manifest;
  /** Whether tables that are there may be thrown away; otherwise they are refused. */
  replace: boolean;
  say: (doing: string) => void;
}

/**
 * Begins: removes what there is and makes the tables as they were when the backup was made.
 * @throws StartError NOT_EMPTY, HONE_RUNS when somebody else uses the database, BACKUP_NEWER when a migration of the backup is not
 *   known here
 */
export async function openTables({ url, manifest, replace, say }: TablesOptions): Promise<TablesIn> {
  const client = await connect(url);
  try {
    await client.query("BEGIN");
    for (const setting of STABLE_TEXT) await client.query(setting);
    const there = await readTables(client);
    if (there.length > 0 && !replace) throw notEmpty(`${there.length} tables in the database`);
    await refuseOthers(client);
    await removeEverything(client);
    const done = new Set(manifest.migrations.map(({ name }) => name));
    await applyMigrations(client, migrationsOf(manifest), { record: false });
    const columns = new Map((await readTables(client)).map((table) => [table.name, table.columns]));
    refuseUnknownColumns(manifest, columns);
    const constraints = await setForeignKeysAside(client);
    const triggers = await setTriggersAside(client);
    for (const table of columns.keys()) await client.query(`TRUNCATE public.${quoted(table)}`);

    const facts = new Map(manifest.tables.map((table) => [table.name, table]));
    let current: { table: TableFacts; copy: ReturnType<typeof copyIn> } | null = null;
    const finish = async () => {
      await current?.copy.end();
      current = null;
    };
    return {
      async write(name, rows) {
        if (current?.table.name !== name) {
          await finish();
          const table = facts.get(name)!;
          current = { table, copy: copyIn(client, table) };
        }
        await current!.copy.write(rows);
      },
      async commit() {
        await finish();
        for (const table of manifest.tables) {
          say(`checking table ${table.name}`);
          await refuseDifference(client, table);
        }
        await client.query("SET LOCAL search_path = public");
        for (const { name, value, called } of manifest.sequences)
          await client.query("SELECT setval(($1)::regclass, $2::bigint, $3)", [
            `public.${quoted(name)}`,
            value,
            called,
          ]);
        say("checking what belongs together");
        for (const restore of constraints) await putBack(client, restore);
        for (const restore of triggers) await client.query(restore);
        const newer = readMigrations().filter(({ name }) => !done.has(name));
        for (const { name } of newer) say(`migrating to ${name}`);
        await applyMigrations(client, newer, { record: true });
        await client.query("COMMIT");
      },
      end: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error instanceof MigrationError ? new StartError(error.code, error.message) : error;
  }
}

export const notEmpty = (what: string) =>
  new StartError(
    "NOT_EMPTY",
    `There is something already: ${what}. Restore into an empty HONE_HOME and database, or say --replace to throw it away; back it up before.`,
  );

/** A process of Hone that goes on writing would write into tables that are going away. */
async function refuseOthers(client: pg.ClientBase): Promise<void> {
  let names = "";
  for (let looks = 0; looks < LOOKS; looks++) {
    const { rows } = await client.query<{ name: string }>(OTHERS);
    if (rows.length === 0) return;
    names = rows.map(({ name }) => name).join(", ");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new StartError(
    "HONE_RUNS",
    `The database is in use (${names}). Stop Hone and everything else that is connected to it, then restore.`,
  );
}

/** Everything of Hone's, and the queue; what an administrator added to the database by extensions stays. */
async function removeEverything(client: pg.ClientBase): Promise<void> {
  await client.query("DROP SCHEMA IF EXISTS pgboss CASCADE");
  const { rows } = await client.query<{ drop: string }>(`
    SELECT format('DROP TABLE IF EXISTS public.%I CASCADE', c.relname) AS drop FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    UNION ALL SELECT format('DROP TYPE IF EXISTS public.%I CASCADE', t.typname) FROM pg_type t
      WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'e'
    UNION ALL SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p
      WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`);
  for (const { drop } of rows) await client.query(drop);
}

/** The files of the migrations that the backup had, unchanged. */
function migrationsOf(manifest: Manifest) {
  const files = new Map(readMigrations().map((file) => [file.name, file]));
  return manifest.migrations.map(({ name, checksum }) => {
    const file = files.get(name);
    if (!file)
      throw new StartError(
        "BACKUP_NEWER",
        `The backup has migration ${name}, which this Hone does not know: a newer one wrote it. Update Hone first.`,
      );
    if (file.checksum !== checksum)
      throw new StartError(
        "MIGRATION",
        `Migration ${name} is not the one the backup was made with; undo the edit of its file.`,
      );
    return file;
  });
}

function refuseUnknownColumns(manifest: Manifest, known: ReadonlyMap<string, readonly string[]>): void {
  for (const { name, columns } of manifest.tables) {
    const there = known.get(name);
    const unknown = there ? columns.filter((column) => !there.includes(column)) : [];
    if (there && unknown.length === 0) continue;
    const what = there ? `column ${unknown.join(", ")} of table ${name}` : `table ${name}`;
    throw new StartError("BACKUP_FOREIGN", `The backup holds ${what}, which none of its migrations makes.`);
  }
}

/** Without foreign keys the order of tables does not matter. @returns the statements that put them back, each checking every row */
async function setForeignKeysAside(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ drop: string; restore: string }>(`
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS restore
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY conname`);
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ restore }) => restore);
}

async function putBack(client: pg.ClientBase, restore: string): Promise<void> {
  try {
    await client.query(restore);
  } catch (error) {
    const { message, detail } = error as pg.DatabaseError;
    throw new StartError(
      "BACKUP_INCONSISTENT",
      `The backup's rows do not belong together, so nothing was changed: ${message}. ${detail ?? ""}`,
    );
  }
}

/** Rows come back as they were: nothing that reacts to new ones may do so a second time. */
async function setTriggersAside(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ disable: string; restore: string }>(`
    SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) AS disable,
      format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname) AS restore
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relnamespace = 'public'::regnamespace`);
  for (const { disable } of rows) await client.query(disable);
  return rows.map(({ restore }) => restore);
}

async function refuseDifference(client: pg.ClientBase, table: TableFacts): Promise<void> {
  const now = await hashTable(client, table);
  if (now.rows === table.rows && now.sha256 === table.sha256) return;
  throw new StartError(
    "RESTORE_DIFFERS",
    `Table ${table.name} came out with ${now.rows} rows and another hash than the ${table.rows} that were backed up; nothing was changed.`,
  );
}
