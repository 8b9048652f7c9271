// Migrations: twice, at once, edited, failing half-way; the same schema as schema.prisma; and what the seed makes of it.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../../prisma/migrate.ts";
import { seed } from "../../../prisma/seed.ts";
import { createDb } from "../../../server/db.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const MIGRATIONS = path.join(ROOT, "prisma/migrations");

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-migrations-"));
  fs.cpSync(MIGRATIONS, folder, { recursive: true });
});
afterAll(async () => {
  await database.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

const add = (name: string, sql: string) => {
  fs.mkdirSync(path.join(folder, name), { recursive: true });
  fs.writeFileSync(path.join(folder, name, "migration.sql"), sql);
};
const query = async (sql: string) => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

describe("migrate", () => {
  test("a second time does nothing; two starts at once do it once", async () => {
    expect(await migrate(database.url)).toEqual([]);
    add("9001_note", 'CREATE TABLE "Note" (id int)');
    const both = await Promise.all([migrate(database.url, folder), migrate(database.url, folder)]);
    expect(both.flat()).toEqual(["9001_note"]);
  });

  test("rows from before the methods keep their meaning", async () => {
    const old = await createTestDatabase();
    const client = new pg.Client({ connectionString: old.url });
    await client.connect();
    try {
      await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
      const first = fs.mkdtempSync(path.join(os.tmpdir(), "hone-first-migration-"));
      fs.cpSync(path.join(MIGRATIONS, "0001_init"), path.join(first, "0001_init"), { recursive: true });
      expect(await migrate(old.url, first)).toEqual(["0001_init"]);
      fs.rmSync(first, { recursive: true });
      const [base, dataset, adapter, run] = [1, 2, 3, 4].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
      await client.query(`
        INSERT INTO "BaseModel" VALUES ('${base}', 'base', repeat('a', 64), 'qwen3', 5000000, 512);
        INSERT INTO "Dataset" VALUES ('${dataset}', repeat('b', 64), 9, 1, '[]');
        INSERT INTO "Adapter" ("id", "sha256", "baseModelId", "rank", "alpha", "path", "bytes", "metrics")
          VALUES ('${adapter}', repeat('c', 64), '${base}', 16, 32, 'adapters/c/adapter.gguf', 1, '{}');
        INSERT INTO "Run" ("id", "method", "baseModelId", "datasetId", "config", "seed", "totalSteps")
          VALUES ('${run}', 'DPO', '${base}', '${dataset}', '{}', 1, 10)`);
      expect((await migrate(old.url))[0]).toBe("0002_methods");
      const only = async (table: string) => (await client.query(`SELECT * FROM "${table}"`)).rows[0];
      expect(await only("Dataset")).toMatchObject({ kind: "PAIRS", origin: "FEEDBACK", name: null, trainPairs: 9 });
      expect(await only("Adapter")).toMatchObject({
        kind: "POLICY",
        tuning: "LORA",
        servable: true,
        rank: 16,
        alpha: 32,
      });
      expect(await only("Run")).toMatchObject({ method: "DPO", status: "QUEUED", rewardAdapterId: null });
      // What makes no sense is refused.
      const refused = (sql: string) => expect(client.query(sql)).rejects.toThrow(/violates check constraint/);
      await refused(`UPDATE "Adapter" SET "rank" = NULL`);
      await refused(`UPDATE "Adapter" SET "tuning" = 'PREFIX'`);
      await client.query(`UPDATE "Run" SET "method" = 'GRPO'`);
    } finally {
      await client.end();
      await old.drop();
    }
  });

  test("one that fails leaves nothing behind and says which it was", async () => {
    add("9002_bad", 'CREATE TABLE "Half" (id int); SELECT no_such_function();');
    await expect(migrate(database.url, folder)).rejects.toThrow(
      /9002_bad failed and changed nothing: .*no_such_function/,
    );
    expect(await query(`SELECT to_regclass('"Half"') AS half`)).toEqual([{ half: null }]);
    fs.rmSync(path.join(folder, "9002_bad"), { recursive: true });
    expect(await migrate(database.url, folder)).toEqual([]);
  });

  test("one that was edited after it was applied is refused, and so is one that is gone", async () => {
    add("9001_note", 'CREATE TABLE "Note" (id bigint)');
    await expect(migrate(database.url, folder)).rejects.toThrow(/9001_note was edited/);
    fs.rmSync(path.join(folder, "9001_note"), { recursive: true });
    await expect(migrate(database.url, folder)).rejects.toThrow(/9001_note is in the database but not in/);
  });

  test("schema.prisma and the migrations say the same, and prisma migrate agrees that they are applied", async () => {
    const fresh = await createTestDatabase();
    const prisma = (...args: string[]) =>
      promisify(execFile)(process.execPath, ["node_modules/prisma/build/index.js", "migrate", ...args], {
        cwd: ROOT,
        env: {
          ...process.env,
          DATABASE_URL: fresh.url,
          PRISMA_SCHEMA_ENGINE_BINARY: path.join(ROOT, "prisma/schema-engine-shim.mjs"),
          CHECKPOINT_DISABLE: "1",
        },
      });
    try {
      const empty = ["diff", "--to-schema", "prisma/schema.prisma", "--exit-code"];
      expect((await prisma(...empty, "--from-migrations", "prisma/migrations")).stdout).toMatch(/No difference/);
      expect((await prisma(...empty, "--from-config-datasource")).stdout).toMatch(/No difference/);
      expect((await prisma("deploy")).stdout).toMatch(/No pending migrations/);
    } finally {
      await fresh.drop();
    }
  }, 600_000);
});

describe("seed", () => {
  const base = (letter: string) => ({
    name: `base ${letter}`,
    sha256: letter.repeat(64),
    architecture: "qwen3",
    parameters: 5_000_000,
    contextLength: 512,
  });

  test("makes one admin and one release, however often and however many at once", async () => {
    const login = { email: "Admin@Example.com", password: "first password" };
    const made = await Promise.all([1, 2, 3].map(() => seed(database.url, { ...login, base: base("a") })));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await seed(database.url, { ...login, password: "second password", base: base("a") })).toBe(false);
    const db = createDb(database.url);
    try {
      expect(await db.user.findMany()).toMatchObject([{ email: "admin@example.com", role: "ADMIN" }]);
      expect(await db.deployment.findMany()).toMatchObject([{ number: 1, adapterId: null, deactivatedAt: null }]);

      // Another base model is served bare from now on; going back to the first is a release of its own.
      await seed(database.url, { ...login, base: base("b") });
      await seed(database.url, { ...login, base: base("a") });
      const rows = await db.deployment.findMany({ orderBy: { number: "asc" }, include: { baseModel: true } });
      expect(rows.map(({ number, baseModel }) => `${number} ${baseModel.name}`)).toEqual([
        "1 base a",
        "2 base b",
        "3 base a",
      ]);
      expect(rows.map(({ deactivatedAt }) => deactivatedAt === null)).toEqual([false, false, true]);
      expect(await db.auditEvent.count({ where: { action: "deployment.activate", actorId: null } })).toBe(3);
      await expect(db.auditEvent.deleteMany()).rejects.toThrow(/stays as it was/);
    } finally {
      await db.$disconnect();
    }
  });
});
