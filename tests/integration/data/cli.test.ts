// `npm run data` as people run it: a file in, out and converted, bad lines by number, and an import that was killed in the middle.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
const run = promisify(execFile);

const command = (...rest: string[]) => ["--import", "tsx", "scripts/data.ts", ...rest];
const environment = () => ({ ...process.env, DATABASE_URL: world.url, HONE_HOME: world.home, NODE_NO_WARNINGS: "1" });

/** Exit code and what was said. */
async function data(...rest: string[]): Promise<{ code: number; out: string; err: string }> {
  return run(process.execPath, command(...rest), { env: environment(), maxBuffer: 2 ** 26 }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error) => ({ code: error.code, out: error.stdout, err: error.stderr }),
  );
}
function file(name: string, text: string): string {
  const to = path.join(world.home, name);
  fs.writeFileSync(to, text);
  return to;
}
const hhLine = (i: number) =>
  JSON.stringify({
    chosen: `\n\nHuman: Question ${i}?\n\nAssistant: Yes.`,
    rejected: `\n\nHuman: Question ${i}?\n\nAssistant: No.`,
  });

test("in, out again, and from one format to another without a database", async () => {
  const lines = Array.from({ length: 30 }, (_, i) => hhLine(i));
  const imported = await data("import", file("hh.jsonl", lines.join("\n")), "--format", "hh", "--kind", "pairs");
  expect(imported).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Dataset [0-9a-f-]{36}: 30 examples, 0 lines left out/),
  });
  const [dataset] = await world.db.dataset.findMany();
  expect(dataset).toMatchObject({ name: "hh.jsonl", kind: "PAIRS", trainPairs: expect.any(Number) });

  const out = path.join(world.home, "out.jsonl.gz");
  const exported = await data("export", dataset!.sha256.slice(0, 10), "--format", "hh", "--out", out);
  expect(exported).toMatchObject({ code: 0, err: expect.stringContaining("hh has no split: 30 examples lost theirs") });
  const written = gunzipSync(fs.readFileSync(out)).toString().trimEnd().split("\n");
  expect(written.sort()).toEqual(lines.sort());

  const converted = await data("convert", out, "--from", "hh", "--to", "trl", "--kind", "pairs");
  expect(converted.code).toBe(0);
  expect(
    converted.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).chosen[0].content),
  ).toEqual(lines.map(() => "Yes."));
});

test("bad lines are named, and nothing is stored until it is said that they may be skipped", async () => {
  const bad = file("bad.jsonl", [hhLine(100), "{", hhLine(101)].join("\n"));
  const before = await world.db.dataset.count();
  const refused = await data("import", bad, "--format", "hh", "--kind", "pairs");
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringMatching(/bad\.jsonl:2: not valid JSON[\s\S]*--skip-bad/),
  });
  expect(await world.db.dataset.count()).toBe(before);
  expect(await data("import", bad, "--format", "hh", "--kind", "pairs", "--skip-bad")).toMatchObject({ code: 0 });
  expect(await world.db.dataset.count()).toBe(before + 1);
});

test.each([
  [["import", "nowhere.jsonl", "--kind", "pairs"], /there is none/],
  [["import", "package.json", "--kind", "nothing"], /Expected a kind among PAIRS/],
  [["import", "package.json", "--kind", "texts", "--format", "hh"], /no layout/],
  [["export", "0000"], /No Dataset/],
  [["convert", "package.json", "--from", "hh", "--to", "csv", "--kind", "pairs"], /Expected a format among hone/],
  [["explode"], /Expected import, export, convert or rebuild; found "explode"/],
])("%j is refused with a sentence", async (asked, message) => {
  const { code, err } = await data(...asked);
  expect(err).toMatch(message);
  expect(err).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
});

test("an import that is killed goes on behind what it had stored, and makes the Dataset it would have made", async () => {
  // So many that the first are stored long before the last are read.
  const lines = Array.from({ length: 24_000 }, (_, i) => hhLine(1000 + i));
  const killed = file("killed.jsonl", lines.join("\n"));
  const whole = file("whole.jsonl", [...lines].reverse().join("\n"));
  const importing = (which: string) => ["import", which, "--format", "hh", "--kind", "pairs"];

  const child = spawn(process.execPath, command(...importing(killed)), { env: environment(), stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const stored = () => world.db.import.findFirst({ where: { name: "killed.jsonl", linesRead: { gt: 0 } } });
  while (!(await stored())) expect(child.exitCode).toBeNull();
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
  const { id } = (await stored())!;
  // What holds it is dead; the next one need not wait until that shows. A batch that it had sent may still arrive before this.
  const { linesRead } = await world.db.import.update({ where: { id }, data: { leaseExpiresAt: new Date(0) } });
  expect(linesRead).toBeLessThan(lines.length);

  const again = await data(...importing(killed));
  expect(again).toMatchObject({ code: 0, err: expect.stringContaining(`Going on behind line ${linesRead}`) });
  expect(again.out).toContain(`${lines.length} examples`);
  const first = await world.db.import.findUniqueOrThrow({ where: { id } });
  await data(...importing(whole));
  const second = await world.db.import.findFirstOrThrow({ where: { name: "whole.jsonl" } });
  expect(second).toMatchObject({ state: "DONE", datasetId: first.datasetId });
});

test("the log of judgements and the pairs agree", async () => {
  expect(await data("rebuild")).toMatchObject({ code: 0, out: "0 prompts, 0 pairs, 0 differences\n" });
});
