// Our tar archives: what goes in comes out, every tar program agrees, and damage is seen.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readTar, TarWriter } from "../../../server/tar.ts";

const at = new Date("2026-11-22T12:00:00Z");

async function archive(files: { name: string; body: Uint8Array }[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const tar = new TarWriter(async (chunk) => void chunks.push(Buffer.from(chunk)), at);
  for (const { name, body } of files) await tar.add({ name, bytes: body.length }, [body]);
  await tar.end();
  return Buffer.concat(chunks);
}

async function read(bytes: Uint8Array, chunkBytes = 1000): Promise<{ name: string; body: string }[]> {
  async function* chunks() {
    for (let from = 0; from < bytes.length; from += chunkBytes) yield bytes.subarray(from, from + chunkBytes);
  }
  const found: { name: string; body: string }[] = [];
  for await (const { name, body } of readTar(chunks())) {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    found.push({ name, body: Buffer.concat(parts).toString("hex") });
  }
  return found;
}

const names = fc
  .array(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((part) => !/[\0/=]/.test(part)),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => parts.join("/"));
const files = fc.array(fc.record({ name: names, body: fc.uint8Array({ maxLength: 3000 }) }), { maxLength: 6 });

test("whatever is written is read again, however the stream is cut", () =>
  fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 5000 }), async (given, chunkBytes) => {
      const wanted = given.map(({ name, body }) => ({ name, body: Buffer.from(body).toString("hex") }));
      expect(await read(await archive(given), chunkBytes)).toEqual(wanted);
    }),
    { numRuns: 200 },
  ));

test("the system's tar reads ours, and we read the system's", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-tar-"));
  try {
    const long = `adapters/${"a".repeat(64)}/${"模".repeat(40)}-adapter_model.safetensors`;
    const given = [
      { name: "manifest.json", body: Buffer.from("{}") },
      { name: long, body: Buffer.alloc(70_000, 7) },
      { name: "empty", body: Buffer.alloc(0) },
    ];
    const ours = path.join(folder, "ours.tar");
    fs.writeFileSync(ours, await archive(given));
    const out = path.join(folder, "out");
    fs.mkdirSync(out);
    execFileSync("tar", ["-xf", ours, "-C", out]);
    for (const { name, body } of given) expect(fs.readFileSync(path.join(out, name)).equals(body)).toBe(true);
    expect(fs.statSync(path.join(out, "empty")).mtime).toEqual(at);

    const theirs = path.join(folder, "theirs.tar");
    execFileSync("tar", ["--format=pax", "-cf", theirs, "-C", out, "manifest.json", long, "empty"]);
    const wanted = given.map(({ name, body }) => ({ name, body: body.toString("hex") }));
    expect(await read(fs.readFileSync(theirs))).toEqual(wanted);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test("a body that is skipped does not shift what follows", async () => {
  const bytes = await archive([
    { name: "a", body: Buffer.alloc(5000, 1) },
    { name: "b", body: Buffer.from("b") },
  ]);
  const found: string[] = [];
  for await (const { name } of readTar(fs.ReadStream.from([bytes]))) found.push(name);
  expect(found).toEqual(["a", "b"]);
});

test("links, broken sums and files cut short are refused", async () => {
  const whole = await archive([{ name: "a", body: Buffer.alloc(3000, 1) }]);
  await expect(read(whole.subarray(0, 2000))).rejects.toMatchObject({ code: "BAD_FILE" });
  await expect(read(whole.subarray(0, whole.length - 1024))).rejects.toMatchObject({ code: "BAD_FILE" });
  const wrong = Buffer.from(whole);
  wrong[0] = 0x62;
  await expect(read(wrong)).rejects.toThrow("sum of a header");

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-tar-"));
  fs.symlinkSync("/etc/passwd", path.join(folder, "link"));
  execFileSync("tar", ["-cf", path.join(folder, "link.tar"), "-C", folder, "link"]);
  await expect(read(fs.readFileSync(path.join(folder, "link.tar")))).rejects.toThrow('"link" is no plain file');
  fs.rmSync(folder, { recursive: true });
});

test("a body that is not as long as announced fails while it is written", async () => {
  const tar = new TarWriter(async () => {}, at);
  await expect(tar.add({ name: "a", bytes: 3 }, [Buffer.from("ab")])).rejects.toThrow("announced with 3");
  await expect(tar.add({ name: "a", bytes: 1 }, [Buffer.from("ab")])).rejects.toThrow("announced with 1");
});
