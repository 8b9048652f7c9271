/** Whether a web process can do its work, and what stands in its way. */

import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Db } from "../../db.ts";
import type { ServingBackend } from "../../engine-client.ts";
import { isAlive } from "./beat.ts";

const PATIENCE_MS = 2_000;

export interface Readiness {
  /** Database, migrations and inference: what people who chat need. The trainer may be away. */
  ready: boolean;
  database: boolean;
  /** Whether the database has every migration that this version knows. */
  migrations: boolean;
  inference: boolean;
  trainer: boolean;
}

export async function readReadiness(db: Db, engine: Pick<ServingBackend, "health">): Promise<Readiness> {
  const [database, migrations, trainer, inference] = await Promise.all([
    within(
      PATIENCE_MS,
      db.$queryRaw`SELECT 1`.then(() => true),
    ),
    within(
      PATIENCE_MS,
      pendingMigrations(db).then((pending) => pending.length === 0),
    ),
    within(PATIENCE_MS, isAlive(db, "trainer")),
    engine.health({ signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      (health) => health.ready,
      () => false,
    ),
  ]);
  return { ready: database && migrations && inference, database, migrations, inference, trainer };
}

/** Names of the migrations beside this program that the database lacks. */
export async function pendingMigrations(
  db: Db,
  folder = path.join(process.cwd(), "prisma/migrations"),
): Promise<string[]> {
  // Next's build would take the whole project for something this file needs.
  const entries = await readdir(/*turbopackIgnore: true*/ folder, { withFileTypes: true });
  const known = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const rows = await db.$queryRaw<{ name: string }[]>`
    SELECT migration_name AS name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;
  const applied = new Set(rows.map(({ name }) => name));
  return known.filter((name) => !applied.has(name)).sort();
}

/** False when the answer takes longer or is a failure. */
function within(limitMs: number, answer: Promise<boolean>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, limitMs, false).unref());
  return Promise.race([answer.catch(() => false), late]);
}
