/** A sampler's folder: its own, and the end of what killed owners left. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { ownFolder } from "../../../trainer/rollout/folder.ts";

it("is its process's own, and clears away those of processes that are gone", async () => {
  const parent = mkdtempSync(join(tmpdir(), "hone-folder-"));
  const own = await ownFolder(parent);
  expect(basename(own)).toContain(`-${process.pid}-`);
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  const left = own.replace(`-${process.pid}-`, `-${gone}-`);
  const elsewhere = join(parent, `rollouts-another-${gone}-abcdef`);
  const other = join(parent, "something else");
  for (const folder of [left, elsewhere, other]) mkdirSync(folder);
  writeFileSync(join(left, "a.gguf"), "weights");
  const second = await ownFolder(parent);
  expect([left, own, second, elsewhere, other].map(existsSync)).toEqual([false, true, true, true, true]);
  rmSync(parent, { recursive: true });
});
