#!/usr/bin/env node
// Health of one process of Hone, for containers: `node docker/health.mjs web|inference|trainer` ends with 0 when it can do its work.
import { hostname } from "node:os";
import pg from "pg";

const PATIENCE_MS = 6_000;
/** As long as the pages take a silent process for gone. */
const SILENT_SECONDS = 30;

/** @type {Record<string, () => Promise<string | null>>} what is wrong, or null */
const checks = {
  web: () => ready(`http://127.0.0.1:${process.env.PORT || 3000}/api/health/ready`, {}),
  inference: () =>
    ready(new URL("/health", process.env.INFERENCE_URL).href, {
      authorization: `Bearer ${process.env.INFERENCE_SECRET}`,
    }),
  trainer: beats,
};

/** @param {string} url @param {Record<string, string>} headers */
async function ready(url, headers) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  const text = await response.text();
  return response.ok && JSON.parse(text).ready ? null : `HTTP ${response.status}: ${text.slice(0, 500)}`;
}

/** The trainer listens nowhere; its sign of life is a row. */
async function beats() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: PATIENCE_MS });
  await client.connect();
  const { rowCount } = await client.query(
    `SELECT 1 FROM "ProcessBeat" WHERE starts_with(id, $1) AND "beatAt" > now() - make_interval(secs => $2)`,
    [`trainer:${hostname()}:`, SILENT_SECONDS],
  );
  await client.end();
  return rowCount ? null : `no sign of life from trainer:${hostname()} within ${SILENT_SECONDS} s`;
}

const check = checks[process.argv[2] ?? ""];
if (!check) {
  console.error(`Expected one of ${Object.keys(checks).join(", ")}; found ${process.argv[2] ?? "none"}.`);
  process.exit(2);
}
const wrong = await check().catch((error) => String(error.cause ?? error));
if (wrong !== null) console.error(wrong);
process.exit(wrong === null ? 0 : 1);
