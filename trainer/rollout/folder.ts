/** The folder of a sampler: named after its owner, so that the next one can clear away what a killed owner left. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** Process numbers mean something on their own machine only. */
const ownPrefix = () => `rollouts-${hostname().replace(/[^A-Za-z0-9]/g, "")}-`;

/** Makes a folder of this process in `parent`, and removes those of processes of this machine that are gone. */
export async function ownFolder(parent: string): Promise<string> {
  const prefix = ownPrefix();
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
  return mkdtemp(join(parent, `${prefix}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else is alive as well.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
