/** The way to PostgreSQL: one pooled Prisma client per process. */

import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { type Prisma, PrismaClient } from "../prisma/generated/client.ts";
import { requireEnv } from "./env.ts";
import { logger } from "./log.ts";

export type Db = PrismaClient;
/** What a function inside a transaction is given. */
export type Tx = Prisma.TransactionClient;

/** A client of its own, for a process or a test that ends it with `$disconnect`. */
export function createDb(url: string, { connections = 10 } = {}): Db {
  // A server that went without a word is noticed by the network's own signs of life; nothing else would ever end the wait for it.
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // A connection that nobody uses breaks when the server restarts: the next query makes a new one. Unheard, it would end the process.
  pool.on("error", (err) =>
    logger("db").warn({ code: "code" in err ? err.code : undefined }, "an idle connection was lost"),
  );
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  // Prisma's own 2 s to begin and 5 s to end fail honest work on a machine that is also training.
  const client = new PrismaClient({ adapter, transactionOptions: { maxWait: 20_000, timeout: 20_000 } });
  pools().set(client, pool);
  return client;
}

// The development server evaluates modules again on every change; the pool must survive that.
const shared = globalThis as { honeDb?: Db; honePools?: WeakMap<Db, pg.Pool> };
const pools = () => {
  shared.honePools ??= new WeakMap();
  return shared.honePools;
};

/**
 * A statement of the few that hundreds of requests a second make, prepared once per connection under its name, past Prisma: building
 * and reading a statement takes Prisma several times as long as PostgreSQL needs to answer it.
 * @param values of `$1`, `$2`, …
 */
export async function queryDirectly<Row extends pg.QueryResultRow>(
  db: Db,
  statement: { name: string; text: string },
  values: unknown[],
): Promise<Row[]> {
  const pool = pools().get(db);
  if (!pool) throw new Error("This client was not made by createDb, which keeps the pool beside it.");
  return (await pool.query<Row>({ ...statement, values })).rows;
}

/** The client of this process, made at the first call. */
export function db(): Db {
  shared.honeDb ??= createDb(requireEnv("DATABASE_URL"));
  return shared.honeDb;
}
