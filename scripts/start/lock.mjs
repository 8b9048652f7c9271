// A lock that dies with its holder: a file naming a process, believed only while that very process lives.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/**
 * @typedef {{ pid: number, identity: string, url?: string, [key: string]: unknown }} Holder
 */

/**
 * Something that tells a process from a later one with the same number: when it was started. Empty when unknown.
 * @param {number} pid
 * @returns {string}
 */
export function processIdentity(pid) {
  try {
    if (process.platform === "linux") {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold spaces
      if (fields[0] === "Z") return "";
      return `${fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${fields[19]}`;
    }
    if (process.platform === "darwin")
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    // gone, or not ours to look at
  }
  return "";
}

/** @param {Holder} holder */
export function isAlive(holder) {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EPERM") return false;
  }
  return !holder.identity || process.platform === "win32" || processIdentity(holder.pid) === holder.identity;
}

/**
 * Reads a lock or a list of processes. A file cut short by a full disk reads as absent.
 * @template T
 * @param {string} file
 * @returns {T | null}
 */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/**
 * Takes `file` for this process, or says who has it.
 * @param {string} file
 * @returns {{ holder: Holder } | { update(more: object): void, release(): void }}
 */
export function takeLock(file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  /** @type {Holder} */
  const me = { pid: process.pid, identity: processIdentity(process.pid) };
  const own = `${file}.${process.pid}`;
  for (;;) {
    fs.writeFileSync(own, JSON.stringify(me));
    try {
      fs.linkSync(own, file); // whole or not at all, and only if there is none
      fs.rmSync(own, { force: true });
      break;
    } catch (error) {
      fs.rmSync(own, { force: true });
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    const holder = /** @type {Holder | null} */ (readJson(file));
    if (holder && isAlive(holder)) return { holder };
    // Its holder is dead. Renaming decides which of several newcomers removes it; that one looks again at what it got,
    // because between the look and the rename another may already have taken the lock.
    const aside = `${own}.stale`;
    try {
      fs.renameSync(file, aside);
    } catch {
      continue;
    }
    const removed = /** @type {Holder | null} */ (readJson(aside));
    if (removed && isAlive(removed)) {
      try {
        fs.linkSync(aside, file);
      } catch {
        // a third one has it now; the next round names it
      }
    }
    fs.rmSync(aside, { force: true });
  }
  return {
    update(more) {
      fs.writeFileSync(own, JSON.stringify({ ...me, ...more }));
      fs.renameSync(own, file);
    },
    release() {
      const holder = /** @type {Holder | null} */ (readJson(file));
      if (holder?.pid === process.pid) fs.rmSync(file, { force: true });
    },
  };
}

/**
 * Waits until `file` is free and takes it.
 * @param {string} file
 * @param {(holder: Holder) => void} onWait called once, when there is something to wait for
 */
export async function waitForLock(file, onWait) {
  for (let round = 0; ; round++) {
    const lock = takeLock(file);
    if (!("holder" in lock)) return lock;
    if (round === 0) onWait(lock.holder);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
