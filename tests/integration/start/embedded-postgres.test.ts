// The embedded PostgreSQL survives what machines do to it: SIGKILL, stale pid files, a start that was itself killed.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../server/embedded-postgres.ts";

let folder: string;
let server: EmbeddedPostgres | null;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-postgres-"));
  fs.chmodSync(folder, 0o755);
  server = null;
});
afterEach(async () => {
  await server?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function start(onExit?: (reason: string) => void): Promise<EmbeddedPostgres> {
  server = await startEmbeddedPostgres({ folder, logFile: path.join(folder, "postgres.log"), onExit });
  return server;
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const pidFile = () => path.join(folder, "data/postmaster.pid");

test("what was committed is there after a stop and another start", async () => {
  const first = await start();
  await query(first.url, "create table t as select 7 as n");
  await first.stop();
  const second = await start();
  expect(await query(second.url, "select n from t")).toEqual([{ n: 7 }]);
});

test("SIGKILL: committed rows stay, open transactions vanish, it comes back by itself on the same address", async () => {
  const restarted = { reason: "" };
  const { url, pid } = await start((reason) => {
    restarted.reason = reason;
  });
  await query(url, "create table t (n int)");
  await query(url, "insert into t values (1)");
  const open = new pg.Client({ connectionString: url });
  open.on("error", () => {});
  await open.connect();
  await open.query("begin");
  await open.query("insert into t values (2)");
  process.kill(pid, "SIGKILL");
  await open.end().catch(() => {});

  await expect.poll(() => query(url, "select n from t").catch(() => null), { timeout: 60_000 }).toEqual([{ n: 1 }]);
  expect(restarted.reason).toBe("SIGKILL");
  await query(url, "insert into t values (3)");
  await expect.poll(() => server?.pid, { timeout: 60_000 }).not.toBe(pid);
});

test("a pid file that names a process of another kind is no obstacle", async () => {
  await (await start()).stop();
  fs.writeFileSync(pidFile(), `${process.pid}\n${path.join(folder, "data")}\n`);
  const { url } = await start();
  expect(await query(url, "select 1 as n")).toEqual([{ n: 1 }]);
});

test("a start that was killed leaves a server that the next start takes over, with its data", async () => {
  const program = path.join(folder, "start.mts");
  const module = path.resolve(import.meta.dirname, "../../../server/embedded-postgres.ts");
  fs.writeFileSync(
    program,
    `import { startEmbeddedPostgres } from ${JSON.stringify(module)};
     const { url } = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, logFile: ${JSON.stringify(path.join(folder, "postgres.log"))} });
     console.log(url);`,
  );
  const starter = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve) =>
    starter.stdout.once("data", (chunk) => resolve(String(chunk).trim())),
  );
  await query(url, "create table t as select 5 as n");
  starter.kill("SIGKILL");
  const next = await start();
  expect(await query(next.url, "select n from t")).toEqual([{ n: 5 }]);
});

test("an interrupted first start leaves no half-made cluster", async () => {
  fs.mkdirSync(path.join(folder, "data.new/base"), { recursive: true });
  fs.writeFileSync(path.join(folder, "data.new/PG_VERSION"), "18");
  const { url } = await start();
  expect(await query(url, "select 1 as n")).toEqual([{ n: 1 }]);
});

test("libraries are linked where install scripts did not run", async () => {
  const { url } = await start();
  // The JIT and the encodings are loaded from linked libraries when first used.
  expect(await query(url, "select convert_from(convert_to('中文', 'EUC_CN'), 'EUC_CN') as text")).toEqual([
    { text: "中文" },
  ]);
});
