// Runs the child processes: each in its own log file, restarted with growing pauses, ended in order.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Holder, isAlive, processIdentity, readJson } from "../start/lock.mjs";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A child that lived this long was well: its next restart is quick again. */
const WELL_AFTER_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
const LOG_LIMIT_BYTES = 20 * 2 ** 20;

export interface ChildSpec {
  name: string;
  /** Arguments of node. */
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Scheduling priority as in os.setPriority: above 0 yields to the others. */
  nice?: number;
}

export interface ChildrenOptions {
  root: string;
  logs: string;
  /** Where the process numbers are noted, so that the next start can end those a killed one left. */
  record: string;
  say: (text: string) => void;
  /** True sends the children's output to the terminal as well as nowhere else. */
  toTerminal: boolean;
}

/** The guard as an argument of node and, for programs that start workers of their own, in NODE_OPTIONS. */
export function guard(root: string): { args: string[]; options: string } {
  const { href } = pathToFileURL(path.join(root, "scripts/die-with-parent.mjs"));
  return { args: ["--import", `${href}?parent=${process.pid}`], options: `--import=${href}` };
}

export function createChildren({ root, logs, record, say, toTerminal }: ChildrenOptions) {
  const running = new Map<string, ChildProcess>();
  const failures = new Map<string, number>();
  let stopping = false;

  function note(): void {
    const list = [...running].flatMap(([name, { pid }]) =>
      pid ? [{ name, pid, identity: processIdentity(pid) }] : [],
    );
    // Beside it first: whoever reads it meets all of it.
    fs.writeFileSync(`${record}.new`, JSON.stringify(list));
    fs.renameSync(`${record}.new`, record);
  }

  function launch({ name, args, env, nice }: ChildSpec): ChildProcess {
    const file = logFile(name);
    const log = toTerminal ? null : openLog(file);
    const child = spawn(process.execPath, [...guard(root).args, ...args], {
      cwd: root,
      env,
      stdio: ["ignore", log ?? "inherit", log ?? "inherit"],
      detached: process.platform !== "win32", // Ctrl-C reaches it through `stop` only, in order
      windowsHide: true,
    });
    if (log !== null) fs.closeSync(log);
    running.set(name, child);
    if (nice && child.pid) setPriority(child.pid, nice);
    note();
    return child;
  }

  const logFile = (name: string) => path.join(logs, `${name}.log`);

  /** Keeps a child running until `stop`. */
  function keep(spec: ChildSpec): void {
    let pause = FIRST_PAUSE_MS;
    const start = () => {
      if (stopping) return;
      const began = Date.now();
      const child = launch(spec);
      child.on("error", (error) => say(`${spec.name} could not be started: ${error.message}`));
      child.on("exit", (code, signal) => {
        if (stopping) return;
        failures.set(spec.name, (failures.get(spec.name) ?? 0) + 1);
        if (Date.now() - began > WELL_AFTER_MS) pause = FIRST_PAUSE_MS;
        say(
          `${spec.name} ended (${signal ?? `exit ${code}`}); starting it again in ${pause / 1000} s. Its log: ${logFile(spec.name)}`,
        );
        setTimeout(start, pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      });
    };
    start();
  }

  /** Runs a program to its end. @returns its exit status, and the last lines it wrote */
  function once(spec: ChildSpec): Promise<{ status: number | null; tail: string }> {
    const from = fs.existsSync(logFile(spec.name)) ? fs.statSync(logFile(spec.name)).size : 0;
    const child = launch(spec);
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (status) => {
        running.delete(spec.name);
        note();
        resolve({ status, tail: logTail(spec.name, from) });
      });
    });
  }

  /** The end of what a child wrote, from byte `from` of its log. */
  function logTail(name: string, from = 0): string {
    if (!fs.existsSync(logFile(name))) return "";
    return fs.readFileSync(logFile(name)).subarray(from).toString("utf8").trim().split("\n").slice(-25).join("\n");
  }

  async function stop(): Promise<void> {
    stopping = true;
    await Promise.all([...running.values()].map(endChild));
    fs.rmSync(record, { force: true });
  }

  return { keep, once, stop, logTail, failures: (name: string) => failures.get(name) ?? 0 };
}

/** Ends the children of a start that was killed and whose guard has not bitten yet. */
export async function endLeftovers(record: string): Promise<void> {
  const alive = () => (readJson<Holder[]>(record) ?? []).filter((child) => child.identity && isAlive(child));
  const signal = (name: NodeJS.Signals) => {
    for (const { pid } of alive()) {
      try {
        process.kill(pid, name);
      } catch {
        // ended in between
      }
    }
  };
  signal("SIGTERM");
  for (const deadline = Date.now() + STOP_LIMIT_MS; alive().length > 0 && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  signal("SIGKILL");
  fs.rmSync(record, { force: true });
}

function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
    child.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

function openLog(file: string): number {
  if (fs.existsSync(file) && fs.statSync(file).size > LOG_LIMIT_BYTES) fs.renameSync(file, `${file}.1`);
  return fs.openSync(file, "a");
}

function setPriority(pid: number, nice: number): void {
  try {
    os.setPriority(pid, nice);
  } catch {
    // it has ended already, or the system does not know priorities
  }
  try {
    // Linux shares out its time among sessions first, and every child is a session of its own: without this a trainer
    // at nice 10 was seen to take exactly as much as inference at nice 0; with it, an eighth.
    fs.writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {
    // no Linux, or autogroups are off and the first call has done it
  }
}
