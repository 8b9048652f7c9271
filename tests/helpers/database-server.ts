// Runs once per test run: a throw-away PostgreSQL with a migrated database that each test file clones.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { migrate } from "../../prisma/migrate.ts";
import { startEmbeddedPostgres } from "../../server/embedded-postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Connection string of the migrated database. Nothing may stay connected to it, or it cannot be cloned. */
    templateDatabaseUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-test-postgres-"));
  fs.chmodSync(folder, 0o755); // root runs PostgreSQL under another account
  const server = await startEmbeddedPostgres({
    folder,
    logFile: path.join(folder, "postgres.log"),
    settings: ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"],
  });
  await migrate(server.url);
  project.provide("templateDatabaseUrl", server.url);
  return async () => {
    await server.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  };
}
