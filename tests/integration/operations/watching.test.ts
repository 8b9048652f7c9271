// Signs of life, readiness and gauges on a real database.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import {
  beat,
  isAlive,
  keepBeating,
  listProcesses,
  ownSign,
  processId,
  signOfInference,
} from "../../../server/domain/system/beat.ts";
import { writeGauges } from "../../../server/domain/system/gauges.ts";
import { pendingMigrations, readReadiness } from "../../../server/domain/system/readiness.ts";
import { getSystem } from "../../../server/domain/system/system.ts";
import type { Health } from "../../../server/engine-client.ts";
import { query } from "../../helpers/backup.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";
import { readSamples } from "../../helpers/prometheus.ts";

let database: TestDatabase;
let db: Db;
let home: string;
const health: Health = {
  ...{ ready: true, loaded: ["a".repeat(64)], running: 2, queued: 1 },
  base: { sha256: "b".repeat(64), name: "tiny", architecture: "qwen3", contextLength: 256, vocabulary: 100 },
  process: { host: "box", pid: 7, startedAt: "2026-11-22T10:00:00.000Z", memoryBytes: 1000 },
};
const engine = { health: async () => health };
const dead = { health: () => Promise.reject(new Error("gone")) };

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { connections: 2 });
  home = fs.mkdtempSync(path.join(os.tmpdir(), "hone-watching-"));
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
  fs.rmSync(home, { recursive: true });
});

test("who beats lives; who is silent is gone; who says goodbye is forgotten; inference is spoken for", async () => {
  const goodbye = keepBeating(db, async () => [ownSign("web"), ...(await signOfInference(engine))]);
  const silent = { id: processId("trainer", "box", 9), kind: "trainer" as const, startedAt: new Date() };
  await beat(db, { ...silent, state: { doing: "run:1", version: null, memoryBytes: null } });
  expect(await isAlive(db, "trainer")).toBe(true);
  await query(database.url, `UPDATE "ProcessBeat" SET "beatAt" = now() - interval '31 seconds' WHERE kind = 'trainer'`);
  expect(await isAlive(db, "trainer")).toBe(false);
  await goodbye();
  const processes = await listProcesses(db);
  expect(processes.map(({ id, alive, doing }) => ({ id, alive, doing }))).toEqual([
    { id: "inference:box:7", alive: true, doing: "replies" },
    { id: "trainer:box:9", alive: false, doing: "run:1" },
  ]);
  expect(await signOfInference(dead)).toEqual([]);
});

test("a web process that is told to end says goodbye", async () => {
  const child = spawn(process.execPath, ["--import", "tsx", "tests/helpers/web-process.ts"], {
    env: {
      ...{ PATH: process.env.PATH, HONE_HOME: home, DATABASE_URL: database.url, LOG_LEVEL: "silent" },
      ...{ INFERENCE_URL: "http://127.0.0.1:9", INFERENCE_SECRET: "no secret at all", NEXT_RUNTIME: "nodejs" },
      ...{ NEXTAUTH_SECRET: "no secret either", NODE_ENV: "production" },
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const id = processId("web", undefined, child.pid);
  const there = async () => (await listProcesses(db)).some((process) => process.id === id);
  try {
    await vi.waitFor(async () => expect(await there()).toBe(true), { timeout: 60_000 });
    child.kill("SIGTERM");
    await vi.waitFor(async () => expect(await there()).toBe(false), { timeout: 20_000 });
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill("SIGKILL");
  }
});

test("a silent process is shown until one that was started after it takes its place", async () => {
  const state = { doing: "idle", version: null, memoryBytes: null };
  const web = (pid: number, startedAt: Date) => ({
    id: processId("web", "box", pid),
    kind: "web" as const,
    startedAt,
    state,
  });
  await beat(db, web(1, new Date(Date.now() - 3_600_000)));
  await beat(db, web(2, new Date(Date.now() - 3_600_000)));
  await query(database.url, `UPDATE "ProcessBeat" SET "beatAt" = now() - interval '5 minutes' WHERE id = 'web:box:1'`);
  const webs = async () => (await listProcesses(db)).filter(({ kind }) => kind === "web").map(({ id }) => id);
  expect(await webs()).toEqual(["web:box:2", "web:box:1"]);
  await beat(db, web(3, new Date(Date.now() - 60_000)));
  expect(await webs()).toEqual(["web:box:2", "web:box:3"]);
});

test("ready: database, inference and every migration; the trainer is told apart", async () => {
  const all = { ready: true, database: true, migrations: true, inference: true, trainer: false };
  expect(await readReadiness(db, engine)).toEqual(all);
  expect(await readReadiness(db, dead)).toEqual({ ...all, ready: false, inference: false });
  const later = path.join(home, "migrations");
  fs.mkdirSync(path.join(later, "9999_later"), { recursive: true });
  fs.mkdirSync(path.join(later, "0001_init"));
  expect(await pendingMigrations(db, later)).toEqual(["9999_later"]);

  const away = createDb("postgresql://nobody@127.0.0.1:1/none", { connections: 1 });
  expect(await readReadiness(away, engine)).toMatchObject({ ready: false, database: false, migrations: false });
  await away.$disconnect();
});

test("gauges say what is live, what waits, and how full the disk is", async () => {
  const base = await db.baseModel.create({
    data: { name: "b", sha256: "b".repeat(64), architecture: "qwen3", parameters: 1n, contextLength: 256 },
  });
  await db.deployment.create({ data: { number: 1, baseModelId: base.id } });
  await db.deployment.create({ data: { number: 2, slot: "arm:2", share: 100, baseModelId: base.id } });
  const at = new Date("2026-11-22T10:00:00Z");
  const backup = { file: "/b.tar", bytes: 1, sha256: "0", rows: 1, files: 1, missing: 0, seconds: 1 };
  fs.writeFileSync(path.join(home, "backups.json"), JSON.stringify([{ ...backup, at: at.toISOString() }]));
  await beat(db, ownSign("trainer"));

  const samples = readSamples(await writeGauges({ db, engine, env: { HONE_HOME: home } }));
  expect(samples.get("hone_gauges_failed")).toBe(0);
  expect(samples.get('hone_processes{kind="trainer"}')).toBe(1);
  expect(samples.get('hone_traffic_share{release="1",adapter="base",slot="default"}')).toBeCloseTo(0.9);
  expect(samples.get('hone_traffic_share{release="2",adapter="base",slot="arm:2"}')).toBeCloseTo(0.1);
  expect(samples.get("hone_inference_running")).toBe(2);
  expect(samples.get("hone_last_backup_timestamp_seconds")).toBe(at.getTime() / 1000);
  expect(samples.get("hone_database_bytes")).toBeGreaterThan(1e6);
  expect(samples.get("hone_disk_free_bytes")).toBeGreaterThan(0);

  const none = { HONE_HOME: path.join(home, randomUUID()) };
  const later = readSamples(await writeGauges({ db, engine: dead, env: none }, Date.now() + 60_000));
  expect(later.get("hone_gauges_failed")).toBe(1);
  expect(later.get("hone_inference_up")).toBe(0);
});

test("the system page knows processes, folders, tables and whether a backup is still where it was written", async () => {
  fs.mkdirSync(path.join(home, "adapters/one"), { recursive: true });
  fs.writeFileSync(path.join(home, "adapters/one/adapter.gguf"), Buffer.alloc(2000));
  const kept = path.join(home, "kept.tar");
  fs.writeFileSync(kept, "x");
  const backup = { at: "2026-11-22T10:00:00.000Z", bytes: 1, sha256: "0", rows: 1, files: 1, missing: 0, seconds: 1 };
  fs.writeFileSync(
    path.join(home, "backups.json"),
    JSON.stringify([kept, "/gone.tar"].map((file) => ({ ...backup, file }))),
  );
  await beat(db, ownSign("web"));

  const system = await getSystem({ db, env: { HONE_HOME: home } });
  expect(system.processes.map(({ kind, alive }) => `${kind} ${alive}`)).toContain("web true");
  expect(system.processes.at(-1)).toMatchObject({ kind: "database", alive: true, version: system.database.version });
  expect(system.folders).toContainEqual({ name: "adapters", bytes: 2000, files: 1 });
  expect(system.database).toMatchObject({ embedded: false, pendingMigrations: [], migrations: expect.any(Number) });
  expect(system.database.lastMigration).toMatch(/^\d{4}_/);
  expect(system.database.largestTables).toHaveLength(8);
  expect(system.backups.map(({ file, present }) => ({ file, present }))).toEqual([
    { file: kept, present: true },
    { file: "/gone.tar", present: false },
  ]);
});
