#!/usr/bin/env node
// Runs a TypeScript program of ours once what it is generated from is there: `node scripts/prepared.mjs scripts/data.ts …`. On a fresh
// checkout nothing was started yet that would have made the database client.
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { register } from "tsx/esm/api";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [, , program, ...rest] = process.argv;
if (program === undefined) {
  console.error("Expected a program to run, found none: node scripts/prepared.mjs scripts/data.ts …");
  process.exit(2);
}
register();
const { ensurePrismaClient } = await import("./supervisor/build.ts");
// Standard output belongs to the program.
await ensurePrismaClient({ root, env: process.env, say: console.error, step: (_doing, work) => work() });
process.argv = [process.argv[0], path.join(root, program), ...rest];
await import(pathToFileURL(path.join(root, program)).href);
