// The generated Prisma client and the built web pages: made when their sources changed, whole or not at all.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { usersOf } from "../start/install.mjs";
import { readJson, waitForLock } from "../start/lock.mjs";
import { StartError } from "../start/report.mjs";
import { type createChildren, guard } from "./children.ts";
import { fingerprint } from "./sources.ts";

const CLIENT_SOURCES = ["prisma/schema.prisma", "package-lock.json"];
const PAGE_SOURCES = [
  "app",
  "messages",
  "public",
  "server",
  "prisma/schema.prisma",
  "next.config.ts",
  "postcss.config.mjs",
  "proxy.ts",
  "instrumentation.ts",
  "tsconfig.json",
  "package-lock.json",
];

/** Where `next build` writes and keeps its cache; a finished build is moved out of it. */
const WORKSHOP = ".next";

interface BuildContext {
  root: string;
  env: NodeJS.ProcessEnv;
  children: ReturnType<typeof createChildren>;
  say: (text: string) => void;
  step: <T>(doing: string, work: () => Promise<T>) => Promise<T>;
}

/** Generates prisma/generated when the schema changed since. */
export async function ensurePrismaClient({ root, env, say, step }: Omit<BuildContext, "children">): Promise<void> {
  const stamp = path.join(root, "prisma/generated/.stamp.json");
  const key = fingerprint(root, CLIENT_SOURCES);
  const isCurrent = () => readJson<{ key: string }>(stamp)?.key === key;
  if (isCurrent()) return;
  await exclusively(root, say, async () => {
    if (isCurrent()) return;
    await step("Generating the database client", () => prismaGenerate(root, env));
    fs.writeFileSync(stamp, JSON.stringify({ key }));
  });
}

function prismaGenerate(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["node_modules/prisma/build/index.js", "generate"], {
      cwd: root,
      // Prisma would download an engine that `generate` never runs; any existing file in its place keeps it at home.
      env: { ...env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, NODE_OPTIONS: guard(root).options },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve();
      else
        reject(
          new StartError(
            "PRISMA_GENERATE",
            `The database client could not be generated from prisma/schema.prisma:\n${output.trim()}`,
          ),
        );
    });
  });
}

/**
 * Builds the web pages when their sources changed since.
 *
 * `next build` works in `.next`; what it made is then moved to `.next-<fingerprint>` and never touched again. So an
 * interrupted build leaves nothing that could be taken for a whole one, and an instance that runs keeps its pages while
 * another start of a newer checkout builds.
 * @returns the folder of the build, relative to `root`
 */
export async function ensurePages(context: BuildContext): Promise<string> {
  const { root, say, step } = context;
  const key = fingerprint(root, PAGE_SOURCES).slice(0, 12);
  const folder = `${WORKSHOP}-${key}`;
  const isBuilt = () => fs.existsSync(path.join(root, folder, "BUILD_ID"));
  if (isBuilt()) return folder;
  await exclusively(root, say, async () => {
    if (isBuilt()) return;
    await step("Building the web pages (the first time this takes one to two minutes)", () => nextBuild(context));
    moveBuild(path.join(root, WORKSHOP), path.join(root, folder));
    removeOldBuilds(root, folder);
  });
  return folder;
}

async function nextBuild({ root, env, children }: BuildContext): Promise<void> {
  const { status, tail } = await children.once({
    name: "build",
    args: ["node_modules/next/dist/bin/next", "build"],
    env: { ...env, NODE_ENV: "production", NODE_OPTIONS: guard(root).options },
  });
  if (status === 0) return;
  if (/ENOSPC|no space left/i.test(tail))
    throw Object.assign(new Error("next build: no space left on device"), { code: "ENOSPC" });
  throw new StartError(
    "BUILD_FAILED",
    `The web pages could not be built (next build ended with ${status}). Its last lines:\n${tail}`,
  );
}

function moveBuild(workshop: string, folder: string): void {
  const part = `${folder}.part`;
  for (const old of [part, folder]) fs.rmSync(old, { recursive: true, force: true });
  fs.mkdirSync(part);
  const stays = new Set(["cache", "dev", "lock"]);
  for (const entry of fs.readdirSync(workshop)) {
    if (!stays.has(entry)) fs.renameSync(path.join(workshop, entry), path.join(part, entry));
  }
  fs.renameSync(part, folder);
}

function removeOldBuilds(root: string, current: string): void {
  const used = new Set([
    current,
    ...usersOf(root)
      .list()
      .map((user) => String(user.build)),
  ]);
  for (const entry of fs.readdirSync(root)) {
    if (/^\.next-[0-9a-f]{12}(\.part)?$/.test(entry) && !used.has(entry)) {
      fs.rmSync(path.join(root, entry), { recursive: true, force: true });
    }
  }
}

/** Two starts from one checkout must not build into the same folder at once: the second waits, then finds it done. */
async function exclusively(root: string, say: (text: string) => void, work: () => Promise<void>): Promise<void> {
  const lock = await waitForLock(path.join(root, "tmp/hone/build.lock"), (holder) => {
    say(`Process ${holder.pid} is building from this folder; waiting for it`);
  });
  try {
    await work();
  } finally {
    lock.release();
  }
}
