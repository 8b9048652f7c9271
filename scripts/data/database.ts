/** The database of a command: the one at DATABASE_URL, a running instance's own, or that one started for as long as it takes. */

import fs from "node:fs";
import path from "node:path";
import { migrate } from "../../prisma/migrate.ts";
import { createDb, type Db } from "../../server/db.ts";
import { startEmbeddedPostgres } from "../../server/embedded-postgres.ts";
import { env } from "../../server/env.ts";
import { reachableFolder, unprivilegedAccount } from "../../server/postgres-binaries.ts";
import { reachable } from "../supervisor/database.ts";
import { homeLayout } from "../supervisor/home.ts";

/** Brings it up to date before, and closes it after. */
export async function withDatabase(work: (db: Db) => Promise<void>): Promise<void> {
  const { DATABASE_URL, HONE_HOME } = env();
  const layout = homeLayout(HONE_HOME);
  const running = DATABASE_URL ?? runningUrl(layout.postgres);
  const own = running
    ? null
    : await startEmbeddedPostgres({ folder: layout.postgres, logFile: path.join(layout.logs, "postgres.log") });
  const stop = () => void own?.stop().finally(() => process.exit(130));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const url = running ? await reachable(running) : own!.url;
    await migrate(url);
    const db = createDb(url, { connections: 4 });
    await work(db).finally(() => db.$disconnect());
  } finally {
    await own?.stop();
  }
}

/** Null where no server runs on this folder. */
export function runningUrl(folder: string): string | null {
  try {
    const password = fs.readFileSync(path.join(folder, "password"), "utf8").trim();
    const data = path.join(reachableFolder(folder, unprivilegedAccount()), "data");
    const [pid, , , port] = fs.readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n");
    process.kill(Number(pid), 0);
    return `postgresql://hone:${encodeURIComponent(password)}@127.0.0.1:${Number(port)}/hone`;
  } catch {
    return null;
  }
}
