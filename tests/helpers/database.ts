// A real, migrated, empty PostgreSQL database per test file.
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";

export interface TestDatabase {
  url: string;
  /** Drops the database, ending whatever is still connected. */
  drop(): Promise<void>;
}

/** Clones the migrated template. For integration tests only: other projects have no server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(inject("templateDatabaseUrl"));
  const name = `test_${randomBytes(8).toString("hex")}`;
  const maintenance = new URL(template);
  maintenance.pathname = "/postgres";
  await execute(maintenance.href, `create database "${name}" template "${template.pathname.slice(1)}"`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(maintenance.href, `drop database if exists "${name}" with (force)`) };
}

/**
 * Registers a database for the tests of this file: `const database = useTestDatabase();` at the top, then
 * `database.url` inside hooks and tests.
 */
export function useTestDatabase(): { readonly url: string } {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());
  return {
    get url() {
      if (!database)
        throw new Error("the test database exists from beforeAll on; read its url inside a hook or a test");
      return database.url;
    },
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
