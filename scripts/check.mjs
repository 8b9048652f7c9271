#!/usr/bin/env node
// `npm run check`: types, lint, format, unused code, import arrows and unit tests, in under a minute.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";
import { createExit } from "./start/report.mjs";

register();
const { types, lint, unused, vitest } = await import("./testing/parts.ts");
const { runParts } = await import("./testing/run.ts");

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const exit = createExit();
process.chdir(root);
await exit.leave(await runParts([types, lint, unused, vitest("unit", "unit tests")], { root, onLeave: exit.onLeave }));
