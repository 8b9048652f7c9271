// A backup that is damaged, foreign or inconsistent changes nothing; and the two commands as people run them.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { MANIFEST, type Manifest } from "../../../scripts/backup/manifest.ts";
import { verifyBackup } from "../../../scripts/backup/read.ts";
import { restoreBackup } from "../../../scripts/backup/restore.ts";
import { makeBackup } from "../../../scripts/backup/write.ts";
import { readTar, TarWriter } from "../../../server/tar.ts";
import { databaseState, filesState, query } from "../../helpers/backup.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";
import { temporaryHome } from "../../helpers/instance.ts";

let source: TestDatabase;
let victim: TestDatabase;
let folder: string;
let home: string;
let file: string;
let untouched: { rows: Awaited<ReturnType<typeof databaseState>>; files: Record<string, string> };

const backUp = (name: string) =>
  makeBackup({ url: source.url, home, file: path.join(folder, name), hone: "0.1.0", now: new Date() });
const addUser = (url: string, email: string) =>
  query(url, `INSERT INTO "User" (id, email, name) VALUES (gen_random_uuid(), $1, 'Somebody')`, [email]);
const victimHome = () => path.join(folder, "victim");
const state = async () => ({ rows: await databaseState(victim.url), files: filesState(victimHome()) });
const restore = (from: string) => restoreBackup({ file: from, url: victim.url, home: victimHome(), replace: true });

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-refused-"));
  home = path.join(folder, "home");
  fs.mkdirSync(path.join(home, "adapters"), { recursive: true });
  fs.writeFileSync(path.join(home, "adapters/one"), Buffer.alloc(5000, 1));
  [source, victim] = [await createTestDatabase(), await createTestDatabase()];
  await addUser(source.url, "source@example.com");
  await addUser(victim.url, "victim@example.com");
  fs.mkdirSync(path.join(victimHome(), "adapters"), { recursive: true });
  fs.writeFileSync(path.join(victimHome(), "adapters/its"), "own");
  await backUp("good.tar");
  file = path.join(folder, "good.tar");
  untouched = await state();
});
afterAll(async () => {
  await source.drop();
  await victim.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Writes the backup anew with other members, its manifest's hashes left as they are. */
async function rewritten(name: string, change: (entry: string, body: Buffer) => [string, Buffer][]): Promise<string> {
  const to = path.join(folder, name);
  const out = fs.openSync(to, "w");
  const tar = new TarWriter(async (chunk) => void fs.writeSync(out, chunk), new Date());
  for await (const { name: entry, body } of readTar(fs.createReadStream(file))) {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    for (const [as, bytes] of change(entry, Buffer.concat(parts)))
      await tar.add({ name: as, bytes: bytes.length }, [bytes]);
  }
  await tar.end();
  fs.closeSync(out);
  return to;
}
const withManifest = (name: string, change: (manifest: Manifest) => object) =>
  rewritten(name, (entry, body) => [
    [entry, entry === MANIFEST ? Buffer.from(JSON.stringify(change(JSON.parse(body.toString())))) : body],
  ]);

describe("nothing changes", () => {
  const cases: [what: string, make: () => Promise<string> | string, code: string, says: RegExp][] = [
    [
      "when a byte of an adapter is another",
      () =>
        rewritten("a.tar", (entry, body) => [[entry, entry === "home/adapters/one" ? Buffer.alloc(5000, 2) : body]]),
      "BACKUP_DAMAGED",
      /home\/adapters\/one" is not what was backed up/,
    ],
    [
      "when a byte of a table is another",
      () => {
        const at = path.join(folder, "b.tar");
        const bytes = fs.readFileSync(file);
        bytes[bytes.indexOf("database/User/") + 512 + 40]! ^= 1;
        fs.writeFileSync(at, bytes);
        return at;
      },
      "BACKUP_DAMAGED",
      /database\/User\/000000\.gz" is not what was backed up/,
    ],
    [
      "when it was cut short",
      () => {
        const at = path.join(folder, "c.tar");
        fs.writeFileSync(at, fs.readFileSync(file).subarray(0, fs.statSync(file).size / 2));
        return at;
      },
      "BACKUP_DAMAGED",
      /ends too early|cut short/,
    ],
    [
      "when its manifest is gone",
      () => rewritten("d.tar", (entry, body) => (entry === MANIFEST ? [] : [[entry, body]])),
      "BACKUP_DAMAGED",
      /no manifest/,
    ],
    [
      "when a file wants to leave the folder",
      async () => {
        const evil = "home/../../evil";
        return rewritten("e.tar", (entry, body) => {
          if (entry === "home/adapters/one") return [[evil, body]];
          if (entry !== MANIFEST) return [[entry, body]];
          return [[entry, Buffer.from(body.toString().replace("home/adapters/one", evil))]];
        });
      },
      "BACKUP_DAMAGED",
      /is nothing that a backup holds/,
    ],
    [
      "when something was added",
      () =>
        rewritten("f.tar", (entry, body) =>
          entry === MANIFEST
            ? [
                ["home/adapters/two", Buffer.from("x")],
                [entry, body],
              ]
            : [[entry, body]],
        ),
      "BACKUP_DAMAGED",
      /more than its manifest says/,
    ],
    ["when it is no backup", () => path.resolve("package.json"), "BACKUP_DAMAGED", /sum of a header|ends too early/],
    ["when there is no file", () => path.join(folder, "none.tar"), "FILE_MISSING", /no such file/],
    [
      "when a newer Hone wrote it in another format",
      () => withManifest("g.tar", (manifest) => ({ ...manifest, version: 2, hone: "9.0.0" })),
      "BACKUP_NEWER",
      /Hone 9\.0\.0/,
    ],
    [
      "when it has a migration that is not known here",
      () =>
        withManifest("h.tar", ({ migrations, ...manifest }) => ({
          ...manifest,
          migrations: [...migrations, { name: "9999_later", checksum: "0".repeat(64) }],
        })),
      "BACKUP_NEWER",
      /9999_later/,
    ],
    [
      "when a table would come out differently",
      () =>
        withManifest("i.tar", ({ tables, ...manifest }) => ({
          ...manifest,
          tables: tables.map((table) => (table.name === "User" ? { ...table, sha256: "0".repeat(64) } : table)),
        })),
      "RESTORE_DIFFERS",
      /Table User/,
    ],
  ];
  test.each(cases)("%s", async (_what, make, code, says) => {
    await expect(restore(await make())).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(await state()).toEqual(untouched);
  });

  test("when its rows do not belong together", async () => {
    await query(
      source.url,
      `SET session_replication_role = replica;
       INSERT INTO "Conversation" (id, "userId", title) VALUES (gen_random_uuid(), gen_random_uuid(), 'Of nobody');
       SET session_replication_role = origin`,
    );
    await backUp("orphan.tar");
    await query(source.url, `DELETE FROM "Conversation"`);
    await expect(restore(path.join(folder, "orphan.tar"))).rejects.toMatchObject({
      code: "BACKUP_INCONSISTENT",
      message: expect.stringContaining("Conversation_userId_fkey"),
    });
    expect(await state()).toEqual(untouched);
  });
});

test("a backup is never written over, and one that fails leaves no file", async () => {
  await expect(backUp("good.tar")).rejects.toMatchObject({ code: "FILE_EXISTS" });
  expect((await verifyBackup(file)).tables.length).toBeGreaterThan(40);
  const nowhere = new URL(inject("templateDatabaseUrl"));
  nowhere.pathname = "/nowhere";
  const name = path.join(folder, "failed.tar");
  const failing = makeBackup({ url: nowhere.href, home, file: name, hone: "0.1.0", now: new Date() });
  await expect(failing).rejects.toThrow();
  expect(fs.readdirSync(folder).filter((one) => one.startsWith("failed"))).toEqual([]);
});

describe("as commands, on a data folder with its own PostgreSQL", () => {
  const run = promisify(execFile);
  const hone = (script: string, at: string, ...rest: string[]) =>
    run(process.execPath, ["--import", "tsx", `scripts/${script}.ts`, ...rest], {
      env: { ...process.env, DATABASE_URL: "", HONE_HOME: at, NODE_NO_WARNINGS: "1" },
    }).then(
      ({ stdout }) => ({ code: 0, out: stdout, err: "" }),
      (error) => ({ code: error.code as number, out: String(error.stdout), err: String(error.stderr) }),
    );

  test("restored, backed up again and verified: the second backup holds the same tables", async () => {
    const at = temporaryHome();
    try {
      expect(await hone("restore", at, file)).toMatchObject({ code: 0, out: expect.stringContaining("start Hone") });
      expect(await hone("restore", at, file)).toMatchObject({ code: 2, err: expect.stringContaining("[NOT_EMPTY]") });
      const made = await hone("backup", at);
      expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/tables with \d+ rows, and 1 files/) });
      const [name] = fs.readdirSync(path.join(at, "backups"));
      const second = path.join(at, "backups", name!);
      expect(fs.statSync(second).mode & 0o777).toBe(0o600);
      const [before, after] = [await verifyBackup(file), await verifyBackup(second)];
      expect(after.tables).toEqual(before.tables);
      expect(await hone("restore", at, second, "--verify")).toMatchObject({
        code: 0,
        out: expect.stringContaining("is whole"),
      });
      const remembered = JSON.parse(fs.readFileSync(path.join(at, "backups.json"), "utf8"));
      expect(remembered).toMatchObject([{ file: second, bytes: fs.statSync(second).size, files: 1 }]);

      // Somebody's start holds the folder.
      fs.writeFileSync(path.join(at, "hone.lock"), JSON.stringify({ pid: process.pid, identity: "" }));
      expect(await hone("restore", at, second, "--replace")).toMatchObject({
        code: 2,
        err: expect.stringContaining("[HONE_RUNS]"),
      });
    } finally {
      fs.rmSync(at, { recursive: true, force: true });
    }
  });
});
