// What the load tests run against: a PostgreSQL of their own, filled, and a whole Hone on it that is spoken to over HTTP only.
import fs from "node:fs";
import path from "node:path";
import { migrate } from "../../prisma/migrate.ts";
import { startEmbeddedPostgres } from "../../server/embedded-postgres.ts";
import { removeHome, startInstance, temporaryHome } from "../helpers/instance.ts";
import { FULL_SIZE, type SeedReport, type SeedSize, seedLoad } from "./seed.ts";

export interface LoadWorld {
  /** Of the instance. */
  url: string;
  databaseUrl: string;
  /** Null where the folder was filled before. */
  seeded: SeedReport | null;
  close(): Promise<void>;
}

/**
 * Starts everything. Given a folder, that is used and kept: the next time it need not be filled again.
 * @param say told what is going on, since filling takes a minute and building the pages another
 */
export async function openLoadWorld(
  { home, size = {} }: { home?: string; size?: Partial<SeedSize> },
  say: (sentence: string) => void,
): Promise<LoadWorld> {
  const folder = home ? path.resolve(home) : temporaryHome();
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  // Settings as the product has them: what is acknowledged is on disk.
  const server = await startEmbeddedPostgres({
    folder: path.join(folder, "postgres"),
    logFile: path.join(folder, "postgres.log"),
  });
  try {
    await migrate(server.url);
    say("PostgreSQL is up; starting Hone on it (the first time it builds its pages).");
    const instance = await startInstance({
      home: path.join(folder, "hone"),
      env: { DATABASE_URL: server.url, SIGN_IN_PER_MINUTE: "1000", LOG_LEVEL: "warn" },
    });
    const close = async () => {
      await instance.stop();
      await server.stop();
      if (!home) removeHome(folder);
    };
    try {
      const marker = path.join(folder, "seeded");
      const before = fs.existsSync(marker);
      if (!before) say("Filling it with half a year of conversations.");
      const seeded = before ? null : await seedLoad(server.url, { ...FULL_SIZE, ...size });
      fs.writeFileSync(marker, "");
      return { url: instance.url, databaseUrl: server.url, seeded, close };
    } catch (error) {
      await close();
      throw error;
    }
  } catch (error) {
    await server.stop();
    if (!home) removeHome(folder);
    throw error;
  }
}
