// Starts a whole Hone with `scripts/start.mjs` on a data folder and port of its own, beside whatever else runs.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort } from "../../server/free-port.ts";

const root = path.resolve(import.meta.dirname, "../..");
const READY_LIMIT_MS = 600_000; // the first start builds the pages

export const ADMIN = { email: "admin@example.com", password: "correct horse battery" };

export interface Instance {
  url: string;
  home: string;
  /** Process number of the supervisor. */
  pid: number;
  /** Everything the start printed. */
  output(): string;
  /** Seconds from the start to the first answer. */
  readySeconds: number;
  /** Orderly stop, as with Ctrl-C. */
  stop(): Promise<void>;
  /** SIGKILL to the supervisor and everything it started, as a power cut would. */
  killEverything(): Promise<void>;
}

export interface InstanceOptions {
  /** An existing data folder to start on again; without it a temporary one is made. */
  home?: string;
  port?: number;
  env?: Record<string, string>;
  /** Passes the start's lines on to this terminal. */
  echo?: boolean;
}

/** A data folder that is not below a private one, so that root can lend it to PostgreSQL's account. */
export function temporaryHome(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-test-home-"));
  fs.chmodSync(folder, 0o755);
  return folder;
}

/** Settings of the surrounding shell or .env must not leak into a test: an empty value means "not set". */
const NEUTRAL = {
  DATABASE_URL: "",
  HONE_MODEL: "",
  NEXTAUTH_SECRET: "",
  NEXTAUTH_URL: "",
  TRAINER_ENGINE: "",
  LOG_LEVEL: "",
};

/** Runs `node scripts/start.mjs` with the given settings and nothing else of Hone's. */
export function spawnStart(env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: root,
    env: { ...process.env, ...NEUTRAL, NODE_OPTIONS: "", HOST: "127.0.0.1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return { child, output: () => output };
}

export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const home = options.home ?? temporaryHome();
  const port = options.port ?? (await freePort());
  const began = Date.now();
  const { child, output } = spawnStart({
    HONE_HOME: home,
    PORT: String(port),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    ...options.env,
  });
  if (options.echo) child.stdout?.on("data", (chunk) => process.stdout.write(String(chunk).replace(/^(?=.)/gm, "  ")));
  const url = await whenReady(home, child, output);
  return {
    url,
    home,
    pid: child.pid!,
    output,
    readySeconds: (Date.now() - began) / 1000,
    stop: () => ended(child, () => child.kill("SIGTERM")),
    killEverything: () => ended(child, () => killTree(home, child)),
  };
}

/** Removes a temporary data folder. */
export function removeHome(home: string): void {
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

async function whenReady(home: string, child: ChildProcess, output: () => string): Promise<string> {
  for (const deadline = Date.now() + READY_LIMIT_MS; ; ) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The start ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
    }
    const lock = readLock(home);
    if (lock?.url && lock.pid === child.pid) return lock.url;
    if (Date.now() > deadline) {
      child.kill("SIGTERM");
      throw new Error(`The start is not ready after ${READY_LIMIT_MS / 1000} s:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function readLock(home: string): { pid?: number; url?: string } | null {
  try {
    return JSON.parse(fs.readFileSync(path.join(home, "hone.lock"), "utf8"));
  } catch {
    return null;
  }
}

/** The supervisor first, so that it restarts nobody; then its children; then PostgreSQL with all its workers. */
function killTree(home: string, supervisor: ChildProcess): void {
  const children = JSON.parse(fs.readFileSync(path.join(home, "children.json"), "utf8")) as { pid: number }[];
  const postmaster = Number(fs.readFileSync(path.join(home, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]);
  const workers = descendants(postmaster);
  supervisor.kill("SIGKILL");
  for (const pid of [...children.map((one) => one.pid), ...workers, postmaster]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // ended by itself
    }
  }
}

function descendants(pid: number): number[] {
  if (process.platform !== "linux") return [];
  const list = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return list ? list.split(" ").map(Number) : [];
}

function ended(child: ChildProcess, act: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    act();
  });
}
