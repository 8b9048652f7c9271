// The lock of a data folder: one holder at a time, and a dead holder holds nothing.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive, processIdentity, takeLock, waitForLock } from "../../../scripts/start/lock.mjs";

let folder: string;
let file: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-lock-"));
  file = path.join(folder, "below", "hone.lock");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The number of a process that has just ended. */
const deadPid = () => spawnSync(process.execPath, ["--version"]).pid;

function write(holder: object): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(holder));
}

test("the second taker learns who holds it and where that instance answers", () => {
  const lock = takeLock(file);
  if ("holder" in lock) throw new Error("expected the lock");
  lock.update({ url: "http://localhost:3000" });
  expect(takeLock(file)).toEqual({
    holder: expect.objectContaining({ pid: process.pid, url: "http://localhost:3000" }),
  });
});

test("after release it is free", () => {
  const lock = takeLock(file);
  if ("holder" in lock) throw new Error("expected the lock");
  lock.release();
  expect(takeLock(file)).not.toHaveProperty("holder");
});

test("a dead holder holds nothing", () => {
  write({ pid: deadPid(), identity: "" });
  expect(takeLock(file)).not.toHaveProperty("holder");
});

test("a process that has the number of a dead holder holds nothing", () => {
  write({ pid: process.pid, identity: "another boot:1" });
  expect(takeLock(file)).not.toHaveProperty("holder");
});

test("a lock file cut short by a full disk holds nothing", () => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '{"pid":');
  expect(takeLock(file)).not.toHaveProperty("holder");
});

test("release leaves another's lock alone", () => {
  const lock = takeLock(file);
  if ("holder" in lock) throw new Error("expected the lock");
  write({ pid: process.ppid, identity: processIdentity(process.ppid) });
  lock.release();
  expect(fs.existsSync(file)).toBe(true);
});

test("waiting ends when the holder lets go", async () => {
  const lock = takeLock(file);
  if ("holder" in lock) throw new Error("expected the lock");
  const told: number[] = [];
  const waiting = waitForLock(file, (holder) => {
    told.push(holder.pid);
    lock.release();
  });
  await expect(waiting).resolves.toHaveProperty("release");
  expect(told).toEqual([process.pid]);
});

test("of many processes that find a dead holder's lock, one gets it", async () => {
  write({ pid: deadPid(), identity: "" });
  const program = `
    import { takeLock } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../../scripts/start/lock.mjs"))};
    const lock = takeLock(${JSON.stringify(file)});
    process.stdout.write("holder" in lock ? "no" : "yes");
    process.stdin.resume(); // keeps the winner alive until every other has tried
  `;
  const { spawn } = await import("node:child_process");
  const takers = Array.from({ length: 8 }, () => {
    return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  });
  const answers = await Promise.all(
    takers.map(
      (taker) => new Promise<string>((resolve) => taker.stdout.once("data", (chunk) => resolve(String(chunk)))),
    ),
  );
  for (const taker of takers) taker.stdin.end();
  await Promise.all(takers.map((taker) => new Promise((resolve) => taker.once("exit", resolve))));
  expect(answers.filter((answer) => answer === "yes")).toHaveLength(1);
});

test("this process is alive, an ended one is not", () => {
  expect(isAlive({ pid: process.pid, identity: processIdentity(process.pid) })).toBe(true);
  expect(isAlive({ pid: deadPid(), identity: "" })).toBe(false);
});
