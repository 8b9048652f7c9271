/** The resume point: what is written comes back exactly, and another run's or a damaged one is refused. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint, writeCheckpoint } from "../../../trainer/checkpoint.ts";
import { trainDpo } from "../../../trainer/methods/dpo.ts";
import { dpoRun } from "../methods/runs.ts";

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-checkpoint-"));
  path = join(folder, "checkpoint.safetensors");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a checkpoint on disk", () => {
  it("carries a run on to the very same adapter", async () => {
    const whole = dpoRun();
    const expected = await trainDpo(whole.run);
    await writeCheckpoint(path, whole.checkpoints[2]!, "print");
    const resume = await readCheckpoint(path, "print");
    expect(resume!.step).toBe(6);
    expect(await trainDpo(dpoRun({ resume }).run)).toEqual(expected);
  });

  it("is null where there is none", async () => {
    expect(await readCheckpoint(join(folder, "none"), "print")).toBeNull();
  });

  it("is refused when it belongs to another run", async () => {
    await expect(readCheckpoint(path, "other")).rejects.toThrow(/another base, data, settings or seed/);
  });

  it("is refused when damaged, wherever the damage cuts it off", async () => {
    const whole = readFileSync(path);
    for (const share of [0, 0.01, 0.3, 0.999]) {
      writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)));
      await expect(readCheckpoint(path, "print")).rejects.toMatchObject({ code: "BAD_CHECKPOINT" });
    }
    writeFileSync(path, whole);
    expect(await readCheckpoint(path, "print")).not.toBeNull();
  });
});
