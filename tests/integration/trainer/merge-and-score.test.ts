/** `npm run merge` and `npm run score` as their users run them: files and figures, and a sentence for bad input. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGguf } from "../../../server/gguf/reader.ts";
import { validateBase } from "../../../server/gguf/validate.ts";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { exportAdapter } from "../../../trainer/adapters/export.ts";
import {
  seededNormals,
  seededRandom,
  type TinyModel,
  writeTinyAdapter,
  writeTinyModel,
} from "../../helpers/tiny-model.ts";
import { runProgram } from "./command.ts";

let folder: string;
let base: TinyModel;
let policy: string;
let reward: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hone-merge-command-"));
  base = writeTinyModel(join(folder, "tiny.gguf"));
  policy = join(folder, "adapter.gguf");
  const { rank, alpha, tensors } = writeTinyAdapter(policy, base.config, { baseSha256: base.sha256 });
  const head = { name: "head.weight", shape: [1, 64], data: seededNormals(seededRandom(2), 64, 1) };
  const weights = { kind: "lora" as const, rank, alpha, tensors: [...tensors, head] };
  const { file } = await exportAdapter(join(folder, "rm"), weights, base.config, { name: "tiny", sha256: base.sha256 });
  reward = join(folder, "rm", file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const merge = (...args: string[]) => runProgram("merge", "--base", base.path, ...args);
const score = (...args: string[]) => runProgram("score", "--base", base.path, "--threads", "1", ...args);

describe("npm run merge", () => {
  it("writes a whole model, names it by its hash, and replaces it only when told to", async () => {
    const out = join(folder, "merged.gguf");
    const args = ["--adapter", policy, "--out", out];
    const ended = await merge(...args);
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(ended.out).toContain(`sha256: ${await sha256OfFile(out)}\n`);
    const file = openGguf(out);
    expect(validateBase(file)).toMatchObject({ layers: 2, width: 64 });
    file.close();

    const before = readFileSync(out);
    const again = await merge(...args, "--type", "f16");
    expect(again).toMatchObject({
      code: 2,
      err: `merge: ${out} is there already; choose another file, or add --overwrite to replace it.\n`,
    });
    expect(readFileSync(out).equals(before)).toBe(true);
    const replaced = await merge(...args, "--type", "f16", "--overwrite");
    expect(replaced).toMatchObject({ code: 0, err: "16 matrices are stored in another type than the base's.\n" });
    expect(readFileSync(out).length).toBeLessThan(before.length);
  });

  it.each<[string, () => string[], RegExp]>([
    ["a reward model", () => ["--adapter", reward], /^merge: .* cannot be merged: it is a reward model, .*\n$/],
    [
      "no adapter",
      () => [],
      /^merge: --adapter is missing: give the adapter\.gguf to fold in; --help shows an example\.\n$/,
    ],
    ["an unknown type", () => ["--adapter", policy, "--type", "q4"], /^merge: There is no type "q4"; .*\n$/],
    ["a missing adapter", () => ["--adapter", join(folder, "none")], /^merge: Cannot read .*none: .*\n$/],
  ])("refuses %s with one sentence and exit code 2", async (_, args, sentence) => {
    const out = join(folder, "refused.gguf");
    const { code, err } = await merge(...args(), "--out", out);
    expect(err).toMatch(sentence);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  it("refuses to write over what it reads", async () => {
    const { code, err } = await merge("--adapter", policy, "--out", base.path, "--overwrite");
    expect([code, err]).toEqual([2, `merge: --out ${base.path} is what is to be merged; choose another file.\n`]);
    expect(await sha256OfFile(base.path)).toBe(base.sha256);
  });
});

describe("npm run score", () => {
  it("gives the same reply the same score, from the command line and from a file, and tells how right it is", async () => {
    const replies = ["Hello!", "What is the weather?", "A fox."];
    const spoken = await score(
      "--reward",
      reward,
      "--prompt",
      "Hi",
      ...replies.flatMap((text) => ["--reply", text]),
      "--json",
    );
    expect(spoken.code).toBe(0);
    const scores = spoken.lines.map((line) => line.score as number);
    expect(scores).toHaveLength(3);
    expect(new Set(scores).size).toBe(3);

    // Ranked as the model itself ranks them: it is always right.
    const ranked = replies.map((content, i) => ({
      content,
      rank: 1 + scores.filter((other) => other > scores[i]!).length,
    }));
    const data = join(folder, "rankings.jsonl");
    writeFileSync(data, `${JSON.stringify({ prompt: "Hi", replies: ranked })}\n`);
    const filed = await score("--reward", reward, "--data", data, "--json");
    const metrics = filed.lines.at(-1)!;
    for (const [i, line] of filed.lines.slice(0, 3).entries()) {
      expect(line).toMatchObject({ type: "score", origin: "line 1", reply: replies[i] });
      expect(Math.abs((line.score as number) - scores[i]!)).toBeLessThan(1e-5);
    }
    expect(metrics).toMatchObject({ type: "metrics", "heldout/pairs": 3, "heldout/accuracy": 1 });

    const shown = await score("--reward", reward, "--data", data);
    expect(shown.out).toContain(`${scores[0]!.toFixed(4).padStart(9)}  line 1: Hello!\n`);
    expect(shown.out).toMatch(/\n3 pairs, accuracy 100\.0 %, mean margin \d/);
  });

  it.each<[string, () => string[], RegExp]>([
    [
      "a policy",
      () => ["--reward", policy, "--prompt", "Hi", "--reply", "a"],
      /adapter\.gguf has no scoring head; give the/,
    ],
    ["no reply", () => ["--reward", reward, "--prompt", "Hi"], /^score: --reply is missing/],
    [
      "both a prompt and data",
      () => ["--reward", reward, "--prompt", "Hi", "--data", "x"],
      /^score: Give either --data, or/,
    ],
    ["no reward model", () => ["--prompt", "Hi", "--reply", "a"], /^score: --reward is missing/],
  ])("refuses %s with one sentence and exit code 2", async (_, args, sentence) => {
    const { code, err } = await score(...args());
    expect(err).toMatch(sentence);
    expect(code).toBe(2);
  });
});
