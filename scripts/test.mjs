#!/usr/bin/env node
// `npm test`: installs what is missing, then runs every test there is, beside whatever instance runs already.
// `npm test -- unit e2e` runs only the parts named.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./start/install.mjs";
import { createExit, createReporter } from "./start/report.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const exit = createExit();

try {
  process.chdir(root);
  const { say, step } = createReporter();
  await install({ root, step, say, onLeave: exit.onLeave });
  const { register } = await import("tsx/esm/api");
  register();
  const { types, lint, unused, vitest } = await import("./testing/parts.ts");
  const { endToEnd, proof } = await import("./testing/product.ts");
  const { runParts } = await import("./testing/run.ts");
  const { ensurePrismaClient } = await import("./supervisor/build.ts");
  await ensurePrismaClient({ root, env: process.env, say, step });

  /** @type {Record<string, import("./testing/parts.ts").Part>} */
  const parts = {
    types,
    lint,
    unused,
    unit: vitest("unit", "unit tests"),
    integration: vitest("integration", "integration tests (PostgreSQL, llama.cpp)"),
    e2e: endToEnd,
    faults: vitest("faults", "faults: bad settings, second starts, kill -9"),
    proof,
  };
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(", ")}; the parts are ${Object.keys(parts).join(", ")}`);
  const chosen = Object.entries(parts).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  await exit.leave(
    await runParts(
      chosen.map(([, part]) => part),
      { root, onLeave: exit.onLeave },
    ),
  );
} catch (error) {
  await exit.fail(error);
}
