// The database of a start: one's own by DATABASE_URL, else the embedded one; migrated and with an admin.
import path from "node:path";
import pg from "pg";
import type { BaseModelFacts } from "../../prisma/seed.ts";
import { startEmbeddedPostgres } from "../../server/embedded-postgres.ts";
import type { createExit } from "../start/report.mjs";
import { StartError } from "../start/report.mjs";
import type { HomeLayout } from "./home.ts";
import type { Settings } from "./settings.ts";

interface DatabaseContext {
  settings: Settings;
  layout: HomeLayout;
  /** Ports that others of this start will listen on. */
  promised: readonly number[];
  say: (text: string) => void;
  exit: ReturnType<typeof createExit>;
}

export async function openDatabase(context: DatabaseContext) {
  const { settings, say } = context;
  const url = settings.DATABASE_URL ? await reachable(settings.DATABASE_URL) : await embedded(context);
  return {
    url,
    /**
     * Applies the migrations, makes the first admin, and sees that the live Deployment is of this base model.
     * @returns the login that was made, null when there was an admin already
     */
    async prepare(login: { email: string; password: string }, base: BaseModelFacts) {
      const { migrate } = await import("../../prisma/migrate.ts");
      const applied = await migrate(url);
      if (applied.length > 0)
        say(`Database migrated (${applied.length === 1 ? applied[0] : `${applied.length} migrations`})`);
      const { seed } = await import("../../prisma/seed.ts");
      return (await seed(url, { ...login, base })) ? login : null;
    },
  };
}

async function embedded({ layout, promised, say, exit }: DatabaseContext): Promise<string> {
  const server = await startEmbeddedPostgres({
    folder: layout.postgres,
    logFile: path.join(layout.logs, "postgres.log"),
    promised,
    onExit: (reason) =>
      say(`The embedded PostgreSQL ended (${reason}); starting it again. Its log: ${layout.logs}/postgres.log`),
  });
  exit.onLeave(() => server.stop());
  say("Embedded PostgreSQL is up");
  return server.url;
}

/** @throws StartError DATABASE_UNREACHABLE, without the password that the address may hold */
export async function reachable(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("select 1");
    return url;
  } catch (error) {
    const { host, pathname } = new URL(url);
    const reason = error instanceof AggregateError ? error.errors.map(String).join(", ") : (error as Error).message;
    throw new StartError(
      "DATABASE_UNREACHABLE",
      `The database at ${host}${pathname} does not answer: ${reason}. Check DATABASE_URL, or leave it out to use the embedded one.`,
    );
  } finally {
    await client.end().catch(() => {});
  }
}
