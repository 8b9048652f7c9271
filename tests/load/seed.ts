// Fills a database with as much as a busy instance gathers in half a year; the same rows every time.
import { hash } from "@node-rs/argon2";
import pg from "pg";
import { PASSWORD_HASHING } from "../../server/password.ts";
import { helperFunctions, MESSAGES_PER_CONVERSATION, PAIRS_PER_CONVERSATION } from "./seed-content.ts";
import { rowStatements, type Size } from "./seed-rows.ts";

export const LOAD_PASSWORD = "load test password";
/** Person `n` of the seeded people; the first of them are annotators. */
export const loadEmail = (n: number) => `person${n}@load.example`;

/** Each conversation has 20 messages, two pairs among them; there must be a multiple of 5. */
export interface SeedSize extends Size {
  /** The last conversation begins just before. */
  until: Date;
  /** Leaves foreign keys and triggers unchecked: the rows fit by construction, which a test with few of them checks. */
  trusted: boolean;
}

export const FULL_SIZE: SeedSize = {
  conversations: 50_000,
  users: 2_000,
  annotators: 40,
  uploaded: 50_000,
  until: new Date("2026-11-20T00:00:00Z"),
  trusted: true,
};

export interface SeedReport {
  messages: number;
  pairs: number;
  seconds: number;
  steps: { name: string; rows: number; seconds: number }[];
}

/**
 * Adds the rows to a migrated database in which a base model is live.
 * @throws Error when no base is live, or when the rows are there already
 */
export async function seedLoad(url: string, size: SeedSize = FULL_SIZE): Promise<SeedReport> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const began = performance.now();
    await refuseTwice(client);
    const ground = { ...(await liveBase(client)), passwordHash: await hash(LOAD_PASSWORD, PASSWORD_HASHING) };
    // A crash leaves half of it; the data is for measuring and made anew then.
    await client.query("SET synchronous_commit = off");
    if (size.trusted) await trustKeys(client);
    for (const sql of helperFunctions(size)) await client.query(sql);
    const steps: SeedReport["steps"] = [];
    for (const [name, sql] of rowStatements(size, ground)) steps.push(await step(client, name, sql));
    // Without this the planner knows nothing of the new rows until autovacuum comes by.
    steps.push(await step(client, "vacuum analyze", "VACUUM ANALYZE"));
    return {
      messages: size.conversations * MESSAGES_PER_CONVERSATION,
      pairs: size.conversations * PAIRS_PER_CONVERSATION,
      seconds: (performance.now() - began) / 1000,
      steps,
    };
  } finally {
    await client.end();
  }
}

async function step(client: pg.Client, name: string, sql: string): Promise<SeedReport["steps"][number]> {
  const began = performance.now();
  const { rowCount } = await client.query(sql);
  return { name, rows: rowCount ?? 0, seconds: (performance.now() - began) / 1000 };
}

/** Half of the time would go into looking every key up again. Where the account may not do this, it takes that time. */
async function trustKeys(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    "SELECT rolsuper AS may FROM pg_roles WHERE rolname = current_user",
  );
  if (rows[0]?.may) await client.query("SET session_replication_role = replica");
}

async function refuseTwice(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(`SELECT 1 FROM "User" WHERE "email" = $1`, [loadEmail(0)]);
  if (rowCount) throw new Error("This database holds the load tests' data already; drop it to make them anew.");
}

async function liveBase(client: pg.Client) {
  const { rows } = await client.query<{ deploymentId: string; baseModelId: string; baseSha256: string }>(
    `SELECT live."id" AS "deploymentId", base."id" AS "baseModelId", base."sha256" AS "baseSha256"
     FROM "Deployment" live JOIN "BaseModel" base ON base."id" = live."baseModelId"
     WHERE live."deactivatedAt" IS NULL LIMIT 1`,
  );
  if (!rows[0]) throw new Error("No base model is live in this database; start Hone on it once, then seed it.");
  return rows[0];
}
