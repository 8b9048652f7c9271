/** Where a command finds the database of this Hone, and the list of backups that were made of it. */

import path from "node:path";
import { startEmbeddedPostgres } from "../../server/embedded-postgres.ts";
import { env } from "../../server/env.ts";
import { runningUrl } from "../data/database.ts";
import { takeLock } from "../start/lock.mjs";
import { StartError } from "../start/report.mjs";
import { reachable } from "../supervisor/database.ts";
import { homeLayout } from "../supervisor/home.ts";

export interface Place {
  url: string;
  home: string;
  close(): Promise<void>;
}

/**
 * The database at DATABASE_URL, a running instance's own, or that one started for as long as it takes.
 * @param alone whether nothing may run on this data folder meanwhile
 * @throws StartError HONE_RUNS
 */
export async function openPlace({ alone }: { alone: boolean }): Promise<Place> {
  const { DATABASE_URL, HONE_HOME: home } = env();
  const layout = homeLayout(home);
  const lock = takeLock(path.join(home, "hone.lock"));
  const held = "holder" in lock;
  if (held && alone) {
    throw new StartError("HONE_RUNS", `Hone runs on ${home} (process ${lock.holder.pid}). Stop it, then restore.`);
  }
  const release = () => {
    if (!held) lock.release();
  };
  process.once("exit", release);
  const running = DATABASE_URL ?? runningUrl(layout.postgres);
  if (running) return { url: await reachable(running), home, close: async () => release() };
  if (held) {
    throw new StartError(
      "HONE_STARTS",
      `Hone is starting on ${home}, its database does not answer yet. Try again soon.`,
    );
  }
  const own = await startEmbeddedPostgres({
    folder: layout.postgres,
    logFile: path.join(layout.logs, "postgres.log"),
  });
  const interrupted = () => void own.stop().finally(() => process.exit(130));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  return {
    url: own.url,
    home,
    async close() {
      await own.stop();
      release();
    },
  };
}
