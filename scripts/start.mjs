#!/usr/bin/env node
// `npm start`: needs nothing but Node. Checks it, takes the data folder, installs packages, then hands over to supervisor.ts.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./start/install.mjs";
import { takeLock } from "./start/lock.mjs";
import { createExit, createReporter, StartError } from "./start/report.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const exit = createExit();
const { say, step } = createReporter();

try {
  process.chdir(root);
  const { version } = JSON.parse(fs.readFileSync("package.json", "utf8"));
  say(`Hone ${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}`);
  checkNode(process.versions.node);
  if (fs.existsSync(".env")) process.loadEnvFile(".env");

  const home = path.resolve(process.env.HONE_HOME || ".hone");
  const lock = takeLock(path.join(home, "hone.lock"));
  if ("holder" in lock) {
    const { pid, url } = lock.holder;
    throw new StartError(
      "ALREADY_RUNNING",
      url
        ? `Hone already runs on ${home}: open ${url} (process ${pid}). For a second instance set another HONE_HOME and PORT.`
        : `Hone is already starting on ${home} (process ${pid}). Wait for it, or set another HONE_HOME and PORT for a second instance.`,
    );
  }
  exit.onLeave(() => lock.release());

  await install({ root, step, say, onLeave: exit.onLeave });

  // From here on TypeScript runs: tsx is one of the packages just installed.
  const { register } = await import("tsx/esm/api");
  register();
  const { supervise } = await import("./supervisor.ts");
  await supervise({ root, home, dev: process.argv.includes("--dev"), say, step, lock, exit });
} catch (error) {
  await exit.fail(error);
}

/** @param {string} found such as 20.20.2 */
function checkNode(found) {
  const [major = 0, minor = 0] = found.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new StartError(
    "NODE_TOO_OLD",
    `Hone needs Node 20.19 or newer; this is ${found}. Install a current Node (nodejs.org), then start again.`,
  );
}
