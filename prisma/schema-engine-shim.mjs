#!/usr/bin/env node
/**
 * Stands in for the native program that Prisma's command line would download: the same JSON-RPC over stdin and stdout,
 * answered by the schema engine's WebAssembly build from npm. Only people who change the schema need it:
 * `PRISMA_SCHEMA_ENGINE_BINARY=prisma/schema-engine-shim.mjs npx prisma migrate …`
 */

import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";

const POSTGRES_CHAR = 18; // the one-byte type "char" of pg_catalog, which adapter-pg refuses to read
const POSTGRES_TEXT = 25;

const args = process.argv.slice(2);
const valuesOf = (flag) => args.flatMap((arg, at) => (arg === flag ? [args[at + 1]] : []));
const databaseUrl = valuesOf("--datasource").map((json) => JSON.parse(json).url)[0];

if (args.includes("--version")) {
  console.log("schema-engine-wasm");
} else if (args.includes("cli")) {
  await databaseCommand(args[args.indexOf("cli") + 1]);
} else {
  await serve();
}

/** `can-connect-to-database`, `create-database`, `drop-database`: exit status 0, or 1 with Prisma's error record. */
async function databaseCommand(command) {
  const url = new URL(databaseUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  if (command !== "can-connect-to-database") url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href });
  try {
    await client.connect();
    const quoted = pg.escapeIdentifier(name);
    if (command === "create-database") await client.query(`CREATE DATABASE ${quoted}`);
    if (command === "drop-database") await client.query(`DROP DATABASE ${quoted}`);
  } catch (error) {
    const known = { "3D000": "P1003", "28P01": "P1000", "42P04": "P1009" };
    const fields = { message: error.message, is_panic: false, error_code: known[error.code] ?? "P1001", meta: {} };
    const record = { level: "ERROR", timestamp: new Date().toISOString(), fields, target: "schema_engine::logger" };
    console.error(JSON.stringify(record));
    process.exitCode = 1;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Answers one request per line, in order, until stdin closes. */
async function serve() {
  const schemas = [...valuesOf("--datamodels"), ...valuesOf("-d")].map((file) => [
    file,
    existsSync(file) ? readFileSync(file, "utf8") : file,
  ]);
  const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  let engine;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = line.trim() ? JSON.parse(line) : {};
    if (!request.method) continue; // Prisma acknowledging our own "print"
    try {
      engine ??= await openEngine(schemas);
      const method = request.method === "getDatabaseVersion" ? "version" : request.method;
      if (typeof engine[method] !== "function") throw new Error(`The schema engine has no method ${method}.`);
      const result = (await engine[method](request.params)) ?? null;
      if (method === "diff" && result?.stdout) write({ id: 0, method: "print", params: { content: result.stdout } });
      write({ id: request.id, result });
    } catch (error) {
      const message = globalThis.PRISMA_WASM_PANIC_REGISTRY.message || String(error?.message ?? error);
      const data = { is_panic: false, message, meta: error?.meta ?? null, error_code: error?.code ?? null };
      write({ id: request.id, error: { code: 4466, message: "The schema engine failed.", data } });
    }
  }
}

async function openEngine(schemas) {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    message: "",
    set_message(text) {
      this.message = text;
    },
  };
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const glue = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const wasm = readFileSync(path.join(path.dirname(entry), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(wasm, { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  readCharAsText();
  return glue.SchemaEngine.new({ datamodels: schemas.length ? schemas : undefined }, () => {}, adapterFactory());
}

function adapterFactory() {
  // Comparing two schema files needs no database, but the engine connects all the same: any address will do then.
  const url = databaseUrl || "postgresql://nobody@127.0.0.1:1/none";
  const factory = new PrismaPg({ connectionString: url, max: 4 });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => adapt(await connect());
  factory.connectToShadowDb = async () => shadowDatabase(url);
  return bindMigrationAwareSqlAdapterFactory(factory);
}

/** A new empty database beside the real one, dropped when the engine lets go of it. */
async function shadowDatabase(url) {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  const main = new pg.Client({ connectionString: url });
  await main.connect();
  await main.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  const shadowUrl = new URL(url);
  shadowUrl.pathname = `/${name}`;
  const adapter = adapt(await new PrismaPg({ connectionString: shadowUrl.href, max: 4 }).connect());
  const dispose = adapter.dispose.bind(adapter);
  adapter.dispose = async () => {
    await dispose();
    await main.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    await main.end();
  };
  return adapter;
}

/** Two repairs to adapter-pg as the engine uses it; without them migrations with functions cannot be applied. */
function adapt(adapter) {
  labelChars(adapter);
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (level) => labelChars(await startTransaction(level));
  // The adapter splits scripts at every ";", also inside function bodies; PostgreSQL takes the script whole.
  adapter.executeScript = async (sql) => {
    try {
      await adapter.client.query(sql);
    } catch (error) {
      adapter.onError(error);
    }
  };
  return adapter;
}

/** Lets "char" columns through as text, marked so that `labelChars` can name their type to the engine. */
function readCharAsText() {
  const query = pg.Client.prototype.query;
  const relabel = (result) => {
    for (const field of result?.fields ?? []) {
      if (field.dataTypeID !== POSTGRES_CHAR) continue;
      field.dataTypeID = POSTGRES_TEXT;
      field.isChar = true;
    }
    return result;
  };
  pg.Client.prototype.query = function (...given) {
    const at = given.findLastIndex((value) => typeof value === "function");
    if (at >= 0) {
      const callback = given[at];
      given[at] = (error, result) => callback(error, relabel(result));
      return query.apply(this, given);
    }
    const answer = query.apply(this, given);
    return typeof answer?.then === "function" ? answer.then(relabel) : answer;
  };
}

function labelChars(queryable) {
  const performIO = queryable.performIO.bind(queryable);
  const queryRaw = queryable.queryRaw.bind(queryable);
  let last;
  queryable.performIO = async (query) => {
    last = await performIO(query);
    return last;
  };
  queryable.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const [column, field] of (last?.fields ?? []).entries()) {
      if (field.isChar) result.columnTypes[column] = ColumnTypeEnum.Character;
    }
    return result;
  };
  return queryable;
}
