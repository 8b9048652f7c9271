/** What a new database needs before anyone can use it: an admin, the base model's row, and the first Deployment. */

import { randomUUID } from "node:crypto";
import { hash } from "@node-rs/argon2";
import pg from "pg";
import { PASSWORD_HASHING } from "../server/password.ts";

/** Lets one of two starts at once do the work while the other waits. */
const SEED_LOCK = 0x486f6e65;

export interface BaseModelFacts {
  name: string;
  /** Of the GGUF file, hex. */
  sha256: string;
  architecture: string;
  /** Weights, a count. */
  parameters: number;
  /** In tokens. */
  contextLength: number;
  /** Its widths, for estimates; modelShapeSchema in server/domain/json.ts. */
  shape?: Record<string, number | boolean>;
}

export interface SeedOptions {
  email: string;
  password: string;
  /** The model that is served from now on. Left out: the table stays as it is. */
  base?: BaseModelFacts;
}

/**
 * Makes the first admin where there is none, and sees to it that the live Deployment is of the given base model.
 * An adapter fits only the base it was trained on, so another base is served bare until something is activated again.
 * @returns whether an admin was made; an existing one keeps its password
 */
export async function seed(url: string, { email, password, base }: SeedOptions): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [SEED_LOCK]);
    const made = await ensureAdmin(client, email.trim().toLowerCase(), password);
    if (base) await ensureBase(client, base);
    await client.query("COMMIT");
    return made;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    await client.end();
  }
}

async function ensureAdmin(client: pg.Client, email: string, password: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM "User" WHERE "role" = 'ADMIN' AND "disabledAt" IS NULL LIMIT 1`,
  );
  if (rowCount) return false;
  const id = randomUUID();
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO "User" ("id", "email", "name", "role", "passwordHash") VALUES ($1, $2, 'Admin', 'ADMIN', $3)
     ON CONFLICT ("email") DO UPDATE SET "role" = 'ADMIN', "disabledAt" = NULL, "passwordHash" = excluded."passwordHash"
     RETURNING "id"`,
    [id, email, await hash(password, PASSWORD_HASHING)],
  );
  await audit(client, "user.seedAdmin", `User:${rows[0]?.id}`, null, { email, role: "ADMIN" });
  return true;
}

async function ensureBase(client: pg.Client, base: BaseModelFacts): Promise<void> {
  const { rows: bases } = await client.query<{ id: string }>(
    `INSERT INTO "BaseModel" ("id", "name", "sha256", "architecture", "parameters", "contextLength", "shape")
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT ("sha256") DO UPDATE SET "name" = excluded."name", "shape" = coalesce(excluded."shape", "BaseModel"."shape")
     RETURNING "id"`,
    [randomUUID(), base.name, base.sha256, base.architecture, base.parameters, base.contextLength, base.shape ?? null],
  );
  const baseModelId = bases[0]?.id;
  const { rows: active } = await client.query<{ id: string; baseModelId: string; number: number }>(
    `SELECT "id", "baseModelId", "number" FROM "Deployment" WHERE "slot" = 'default' AND "deactivatedAt" IS NULL FOR UPDATE`,
  );
  const live = active[0];
  if (live?.baseModelId === baseModelId) return;
  if (live) await client.query(`UPDATE "Deployment" SET "deactivatedAt" = now() WHERE "id" = $1`, [live.id]);
  const { rows: made } = await client.query<{ id: string; number: number }>(
    `INSERT INTO "Deployment" ("id", "number", "baseModelId")
     SELECT $1, coalesce(max("number"), 0) + 1, $2 FROM "Deployment" RETURNING "id", "number"`,
    [randomUUID(), baseModelId],
  );
  await audit(
    client,
    "deployment.activate",
    `Deployment:${made[0]?.id}`,
    live ? { number: live.number, baseModelId: live.baseModelId } : null,
    { number: made[0]?.number, baseModelId, adapterId: null },
  );
}

async function audit(client: pg.Client, action: string, subject: string, before: object | null, after: object | null) {
  await client.query(`INSERT INTO "AuditEvent" ("action", "subject", "before", "after") VALUES ($1, $2, $3, $4)`, [
    action,
    subject,
    before,
    after,
  ]);
}
