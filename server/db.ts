/** The way to PostgreSQL: one pooled Prisma client per process. */

import { PrismaPg } from "@prisma/adapter-pg";
import { type Prisma, PrismaClient } from "../prisma/generated/client.ts";
import { requireEnv } from "./env.ts";

export type Db = PrismaClient;
/** What a function inside a transaction is given. */
export type Tx = Prisma.TransactionClient;

/** A client of its own, for a process or a test that ends it with `$disconnect`. */
export function createDb(url: string, { connections = 10 } = {}): Db {
  const adapter = new PrismaPg({ connectionString: url, max: connections });
  // Prisma's own 2 s to begin and 5 s to end fail honest work on a machine that is also training.
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 20_000, timeout: 20_000 } });
}

// The development server evaluates modules again on every change; the pool must survive that.
const shared = globalThis as { honeDb?: Db };

/** The client of this process, made at the first call. */
export function db(): Db {
  shared.honeDb ??= createDb(requireEnv("DATABASE_URL"));
  return shared.honeDb;
}
