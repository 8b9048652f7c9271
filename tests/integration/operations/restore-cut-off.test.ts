// A restore that is killed with SIGKILL: before its database everything is as it was, behind it nothing starts until it is finished.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MANIFEST } from "../../../scripts/backup/manifest.ts";
import { restoreBackup } from "../../../scripts/backup/restore.ts";
import { makeBackup } from "../../../scripts/backup/write.ts";
import { homeLayout, prepareHome } from "../../../scripts/supervisor/home.ts";
import { readTar, TarWriter } from "../../../server/tar.ts";
import { databaseState, filesState, query } from "../../helpers/backup.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";

let folder: string;
let source: TestDatabase;
let victim: TestDatabase;
let file: string;
const homeOf = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-cut-off-"));
  [source, victim] = [await createTestDatabase(), await createTestDatabase()];
  for (const [name, { url }] of [
    ["source", source],
    ["victim", victim],
  ] as const) {
    await query(url, `INSERT INTO "User" (id, email, name) VALUES (gen_random_uuid(), $1, 'Somebody')`, [
      `${name}@example.com`,
    ]);
    for (const adapter of ["one", "two"]) {
      fs.mkdirSync(path.join(homeOf(name), "adapters", `${name}-${adapter}`), { recursive: true });
      fs.writeFileSync(path.join(homeOf(name), "adapters", `${name}-${adapter}`, "adapter.gguf"), `${name} ${adapter}`);
    }
  }
  file = path.join(folder, "good.tar");
  await makeBackup({ url: source.url, home: homeOf("source"), file, hone: "0.1.0", now: new Date() });
});
afterAll(async () => {
  await source.drop();
  await victim.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

const ours = (name: string) => !/^restor(ing|ed)\//.test(name);
const state = async ({ url }: TestDatabase, home: string) => ({
  rows: (await databaseState(url)).tables,
  files: filesState(homeOf(home), ours),
});
const restore = (from: string) => restoreBackup({ file: from, url: victim.url, home: homeOf("victim"), replace: true });
const start = () => prepareHome(homeLayout(homeOf("victim")));

/** Restores in a process of its own, which kills itself the first time it says something like this. */
async function killedWhile(doing: string): Promise<void> {
  const options = { file, url: victim.url, home: homeOf("victim"), replace: true };
  const program = `
    import { restoreBackup } from "./scripts/backup/restore.ts";
    const say = (doing) => { if (doing.startsWith(${JSON.stringify(doing)})) process.kill(process.pid, "SIGKILL"); };
    await restoreBackup({ ...${JSON.stringify(options)}, say });`;
  const ended = promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program]);
  await expect(ended).rejects.toMatchObject({ signal: "SIGKILL" });
}

test.each(["restoring database/", "restoring home/", "checking what belongs together"])(
  "killed while %s: nothing has changed, and Hone starts",
  async (doing) => {
    const before = await state(victim, "victim");
    await killedWhile(doing);
    expect(await state(victim, "victim")).toEqual(before);
    expect(start).not.toThrow();
  },
);

test("killed behind its database: nothing starts on its rows with the old files until the same command has finished it", async () => {
  await killedWhile("moving the files");
  const { rows, files } = await state(victim, "victim");
  const wanted = await state(source, "source");
  expect([rows, files]).not.toEqual([wanted.rows, wanted.files]);
  expect(start).toThrow(expect.objectContaining({ code: "RESTORE_UNFINISHED" }));
  // A damaged file is refused before anything is touched, and the way on stays what it was.
  const damaged = path.join(folder, "damaged.tar");
  fs.writeFileSync(damaged, fs.readFileSync(file).subarray(0, 5000));
  await expect(restore(damaged)).rejects.toMatchObject({ code: "BACKUP_DAMAGED" });
  expect(start).toThrow(expect.objectContaining({ code: "RESTORE_UNFINISHED" }));

  await restore(file);
  expect(start).not.toThrow();
  const restored = await state(victim, "victim");
  expect(restored.rows).toEqual(wanted.rows);
  expect(Object.keys(restored.files).filter((name) => name.startsWith("adapters"))).toEqual(Object.keys(wanted.files));
  expect(fs.readdirSync(homeOf("victim")).filter((name) => name.startsWith("restor"))).toEqual([]);
});

const shm = "/dev/shm";
const hasAnotherDisk = fs.existsSync(shm) && fs.statSync(shm).dev !== fs.statSync(os.tmpdir()).dev;

test.skipIf(!hasAnotherDisk)("a folder that lies on another disk gets its files as any other", async () => {
  const disk = fs.mkdtempSync(path.join(shm, "hone-disk-"));
  try {
    const adapters = path.join(homeOf("victim"), "adapters");
    fs.rmSync(adapters, { recursive: true });
    fs.symlinkSync(disk, adapters);
    await restore(file);
    expect(fs.readFileSync(path.join(disk, "source-one", "adapter.gguf"), "utf8")).toBe("source one");
    expect(fs.readdirSync(disk).sort()).toEqual(["source-one", "source-two"]);
    expect(start).not.toThrow();
  } finally {
    fs.rmSync(disk, { recursive: true });
  }
});

test("a backup that was made to bring what belongs to the machine brings it nowhere", async () => {
  const evil = path.join(folder, "evil.tar");
  const out = fs.openSync(evil, "w");
  const tar = new TarWriter(async (chunk) => void fs.writeSync(out, chunk), new Date());
  const names = { "source-one": "children.json", "source-two": "postgres/data/postgresql.auto.conf" };
  const renamed = (text: string) =>
    Object.entries(names).reduce((now, [from, to]) => now.replace(`adapters/${from}/adapter.gguf`, to), text);
  for await (const { name, body } of readTar(fs.createReadStream(file))) {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    const bytes = Buffer.concat(parts);
    const said = name === MANIFEST ? Buffer.from(renamed(bytes.toString())) : bytes;
    await tar.add({ name: renamed(name), bytes: said.length }, [said]);
  }
  await tar.end();
  fs.closeSync(out);
  await restore(evil);
  for (const name of Object.values(names)) expect(fs.existsSync(path.join(homeOf("victim"), name)), name).toBe(false);
});
