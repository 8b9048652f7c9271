// The guard of every child, where its parent is gone before it has begun: a real one is killed in the middle by the fault tests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const GUARD = pathToFileURL("scripts/die-with-parent.mjs").href;

/** How a process ends that works for so long and was told who had started it. */
async function endOf(parent: number, worksMs: number): Promise<unknown[]> {
  const program = `setTimeout(() => {}, ${worksMs})`;
  const child = spawn(process.execPath, ["--import", `${GUARD}?parent=${parent}`, "-e", program]);
  return once(child, "exit");
}

test("a child whose parent was killed before it began ends by itself", async () => {
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  expect(await endOf(dead.pid!, 60_000)).toEqual([null, "SIGTERM"]);
});

test("one whose parent lives outlasts several looks of the guard", async () => {
  expect(await endOf(process.pid, 2_000)).toEqual([0, null]);
});

test("a child of the child, which is given the same name, lives as well", async () => {
  expect(await endOf(process.ppid, 2_000)).toEqual([0, null]);
});
