// A lived-in instance is backed up while people go on, and restored: every table, rule, waiting message and file is as it was.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../../prisma/migrate.ts";
import type { Manifest } from "../../../scripts/backup/manifest.ts";
import { restoreBackup } from "../../../scripts/backup/restore.ts";
import { makeBackup } from "../../../scripts/backup/write.ts";
import { openBoss, RUN_QUEUE } from "../../../server/domain/queue.ts";
import { databaseState, emptyDatabase, filesState, query, waitingMessages } from "../../helpers/backup.ts";
import type { TestDatabase } from "../../helpers/database.ts";
import { ratedPrompt, train } from "../../helpers/loop.ts";
import { newKey, testWorld } from "../../helpers/world.ts";
import { seedLoad } from "../../load/seed.ts";

const NASTY = '\\. \\N \\\\ \t\r\n \'quoted\' "twice" {"a": 1} 你好 🦜 \u0001 \u2028 %s $1 \\x00';

const world = testWorld();
const databases: TestDatabase[] = [];
let folder: string;
let file: string;
let manifest: Manifest;
let before: Awaited<ReturnType<typeof databaseState>>;
let waiting: Awaited<ReturnType<typeof waitingMessages>>;
let written = 0;

const target = async () => {
  const database = await emptyDatabase();
  databases.push(database);
  return database.url;
};
const newHome = (name: string) => fs.mkdtempSync(path.join(folder, `${name}-`));
const write = (home: string, relative: string, content: string | Buffer) => {
  fs.mkdirSync(path.dirname(path.join(home, relative)), { recursive: true });
  fs.writeFileSync(path.join(home, relative), content);
};
const backUp = (url: string, home: string, name: string) =>
  makeBackup({ url, home, file: path.join(folder, name), hone: "0.1.0", now: new Date() });

/** Ann's conversation with a pair, an edit, a trained adapter that went live, a run that waits, and half a year of a busy place. */
async function live(): Promise<string> {
  const { db, home } = world;
  await seedLoad(world.url, {
    ...{ conversations: 40, users: 20, annotators: 4, uploaded: 30, trusted: true },
    until: new Date("2026-11-20T00:00:00Z"),
  });
  const ann = await world.person("Ann");
  const as = world.as(ann);
  const pair = await ratedPrompt(as, NASTY);
  await as.feedback.edit({ messageId: pair.rejectedId, content: `Better: ${NASTY}`, requestKey: newKey() });
  await as.apiKey.create({ name: NASTY });
  const admin = world.as(world.admin);
  await train(world, (await admin.run.create({ method: "DPO" })).id);
  const { id: runId } = await admin.run.create({ method: "DPO", seed: 2 });
  const boss = await openBoss(world.url, { work: false });
  await boss.send(RUN_QUEUE, { runId }, { priority: 7 });
  await boss.stop({ graceful: false });
  await world.services.scores.ask({ adapterId: ann.id, items: [{ prompt: NASTY, reply: "Yes." }] });
  await db.processBeat.create({
    data: { id: "web:host:1", kind: "web", startedAt: new Date(), beatAt: new Date(), state: { doing: "idle" } },
  });
  write(home, "secrets.json", JSON.stringify({ nextAuth: "s".repeat(20) }));
  write(home, `checkpoints/${runId}/checkpoint.safetensors`, Buffer.alloc(300_000, 3));
  write(home, `models/${"a".repeat(64)}/model.gguf`, Buffer.alloc(100_000, 4));
  write(home, "a folder nobody thought of/ünïcode 名.txt", "kept");
  write(home, "empty", "");
  // What belongs to this machine.
  for (const left of [
    "logs/web.log",
    "models/fetched--model.gguf",
    "postgres/password",
    "adapters/.making-x/a",
    "tmp/x",
  ])
    write(home, left, "left out");
  return ann.id;
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-backup-"));
  const raterId = await live();
  before = await databaseState(world.url);
  waiting = await waitingMessages(world.url);
  ({ manifest } = await backUp(world.url, world.home, "still.tar"));
  file = path.join(folder, "still.tar");

  // While people go on, so that the second backup is taken in the middle of transactions.
  let stop = false;
  const busy = (async () => {
    for (; !stop; written++) {
      const { id: conversationId } = await world.db.conversation.create({ data: { userId: raterId, title: "Busy" } });
      const prompt = { conversationId, content: "?", role: "USER", status: "COMPLETE", requestKey: newKey() } as const;
      await world.db.message.create({ data: prompt });
    }
  })();
  await backUp(world.url, world.home, "busy.tar");
  stop = true;
  await busy;
});
afterAll(async () => {
  for (const database of databases) await database.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("into an empty place", () => {
  let url: string;
  let home: string;
  beforeAll(async () => {
    [url, home] = [await target(), newHome("empty")];
    await restoreBackup({ file, url, home, replace: false });
  });

  test("every table, rule and sequence is as it was", async () => {
    expect(Object.keys(before.tables).length).toBeGreaterThan(40);
    expect(before.tables.Message!.rows).toBeGreaterThan(800);
    expect(await databaseState(url)).toEqual(before);
  });

  test("every file that is no other machine's is there, byte for byte, and nobody else may read it", () => {
    const state = filesState(home);
    expect(state).toEqual(
      filesState(world.home, (name) => !/^(logs|postgres|tmp|adapters\/\.making-x)\/|^models\/fetched/.test(name)),
    );
    expect(Object.keys(state)).toHaveLength(6);
    for (const name of Object.keys(state)) expect(fs.statSync(path.join(home, name)).mode & 0o077).toBe(0);
    // The rows of the busy place speak of adapters that were never there; the trained one's file is.
    expect(manifest.missing).toEqual([1, 2, 3, 4, 5].map((n) => `adapters/load-${n}/adapter.gguf`));
  });

  test("what waited in the queue waits again", async () => {
    expect(waiting.map(({ name }) => name)).toEqual(["run", "score"]);
    expect(await waitingMessages(url)).toEqual(waiting);
  });

  test("numbers go on where they were, and triggers bite again", async () => {
    const [{ last }] = (await query<{ last: string }>(url, `SELECT max(id)::text AS last FROM "AuditEvent"`)) as [
      { last: string },
    ];
    const [{ next }] = (await query<{ next: string }>(
      url,
      `INSERT INTO "AuditEvent" (action, subject) VALUES ('setting.set', 'Setting:x') RETURNING id::text AS next`,
    )) as [{ next: string }];
    expect(BigInt(next)).toBeGreaterThan(BigInt(last));
    await expect(query(url, `DELETE FROM "AuditEvent"`)).rejects.toThrow();
  });

  test("a second restore is refused, and nothing is touched", async () => {
    const state = await databaseState(url);
    await expect(restoreBackup({ file, url, home: newHome("other"), replace: false })).rejects.toMatchObject({
      code: "NOT_EMPTY",
      message: expect.stringMatching(/tables in the database/),
    });
    await expect(restoreBackup({ file, url: await target(), home, replace: false })).rejects.toMatchObject({
      code: "NOT_EMPTY",
      message: expect.stringMatching(/6 files in/),
    });
    expect(await databaseState(url)).toEqual(state);
  });
});

test("a backup taken while people write is of one moment: every foreign key holds", async () => {
  expect(written).toBeGreaterThan(0);
  const url = await target();
  await restoreBackup({ file: path.join(folder, "busy.tar"), url, home: newHome("busy"), replace: false });
  const { tables } = await databaseState(url);
  expect(tables.Conversation!.rows).toBeGreaterThanOrEqual(before.tables.Conversation!.rows);
});

test("--replace throws away what was there: other rows, the queue, other files", async () => {
  const [url, home] = [await target(), newHome("full")];
  await migrate(url);
  await query(url, `INSERT INTO "User" (id, email, name) VALUES (gen_random_uuid(), 'old@example.com', 'Old')`);
  const boss = await openBoss(url, { work: false });
  await boss.send(RUN_QUEUE, { runId: "old" });
  await boss.stop({ graceful: false });
  write(home, "adapters/old/adapter.gguf", "old");
  write(home, "secrets.json", "old");
  write(home, "logs/web.log", "this machine's");
  await restoreBackup({ file, url, home, replace: true });
  expect(await databaseState(url)).toEqual(before);
  expect(await waitingMessages(url)).toEqual(waiting);
  const state = filesState(home);
  expect(state["adapters/old/adapter.gguf"]).toBeUndefined();
  expect(state["secrets.json"]).toBe(filesState(world.home)["secrets.json"]);
  expect(fs.readFileSync(path.join(home, "logs/web.log"), "utf8")).toBe("this machine's");
});

test("a database that somebody else uses is not touched", async () => {
  const url = await target();
  const pg = await import("pg");
  const other = new pg.default.Client({ connectionString: url, application_name: "somebody" });
  await other.connect();
  try {
    await expect(restoreBackup({ file, url, home: newHome("used"), replace: false })).rejects.toMatchObject({
      code: "HONE_RUNS",
      message: expect.stringContaining("somebody"),
    });
  } finally {
    await other.end();
  }
});

test("a backup from before later migrations is brought up to date", async () => {
  const migrations = path.join(folder, "migrations");
  fs.cpSync(path.resolve("prisma/migrations"), migrations, { recursive: true });
  const later = fs.readdirSync(migrations).filter((name) => Number.parseInt(name, 10) > 5);
  for (const name of later) fs.rmSync(path.join(migrations, name), { recursive: true });
  const [old, url] = [await target(), await target()];
  await migrate(old, migrations);
  await query(old, `INSERT INTO "User" (id, email, name) VALUES (gen_random_uuid(), 'old@example.com', $1)`, [NASTY]);
  const made = await backUp(old, newHome("old"), "old.tar");
  expect(made.manifest.migrations).toHaveLength(5);
  await restoreBackup({ file: path.join(folder, "old.tar"), url, home: newHome("new"), replace: false });
  const users = await query(url, `SELECT email, name FROM "User"`);
  expect(users).toEqual([{ email: "old@example.com", name: NASTY }]);
  expect((await databaseState(url)).rules).toEqual(before.rules);
  expect(await migrate(url)).toEqual([]);
});
