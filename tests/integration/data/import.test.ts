// Files on their way into Datasets on a real database: in pieces, in every format, broken off and gone on with, cancelled and swept.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { writeExample } from "../../../server/domain/formats/index.ts";
import { freezeGoodLines, receivePiece, startReading, sweepImports } from "../../../server/domain/import.ts";
import { readLines } from "../../../server/domain/import-lines.ts";
import { runImport } from "../../../server/domain/import-run.ts";
import { spoolPath } from "../../../server/domain/import-spool.ts";
import { getImport } from "../../../server/domain/import-view.ts";
import type { DataFormat } from "../../../server/domain/views.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
beforeAll(() => {
  admin = world.as(world.admin);
});

const pairLine = (i: number) => JSON.stringify({ prompt: `Question ${i}?`, chosen: `Yes, ${i}.`, rejected: "No." });
const linesOf = (count: number, first = 0) => Array.from({ length: count }, (_, i) => pairLine(first + i)).join("\n");

async function* chunksOf(bytes: Uint8Array, size = 1000) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const begin = (bytes: Uint8Array, more: { format?: DataFormat; skipBad?: boolean; name?: string } = {}) =>
  admin.import.begin({
    sha256: createHash("sha256").update(bytes).digest("hex"),
    ...{ bytes: bytes.length, format: "hone", kind: "PAIRS", name: "a file", ...more },
  });

/** The whole file in pieces, as a page sends it, to the end. */
async function send(bytes: Uint8Array, more: Parameters<typeof begin>[1] = {}, pieceBytes = 50_000) {
  let { id, received, state } = await begin(bytes, more);
  while (state === "RECEIVING" && received < bytes.length) {
    const piece = chunksOf(bytes.subarray(received, received + pieceBytes));
    ({ received, state } = await receivePiece(world.services, id, { offset: received, piece }));
  }
  await startReading(world.services, id);
  return getImport(world.db, id);
}
const shaOf = async (datasetId: string | null) =>
  (await world.db.dataset.findUniqueOrThrow({ where: { id: datasetId ?? "" } })).sha256;

describe("a file that arrives in pieces", () => {
  test("becomes a Dataset, and its lines and bytes are gone", async () => {
    const done = await send(Buffer.from(linesOf(3000)));
    expect(done).toMatchObject({
      state: "DONE",
      good: 3000,
      bad: 0,
      lines: 3000,
      received: done.bytes,
      bytesRead: done.bytes,
    });
    const { train, heldOut, name, origin } = (await admin.dataset.list({ kind: "PAIRS" }))[0]!;
    expect({ name, origin }).toEqual({ name: "a file", origin: "UPLOAD" });
    expect(train + heldOut).toBe(3000);
    expect(heldOut).toBeGreaterThan(200);
    expect(heldOut).toBeLessThan(400);
    expect(await world.db.importLine.count()).toBe(0);
    expect(fs.existsSync(spoolPath(world.services.env, done.id))).toBe(false);
  });

  test("sent again it is known at once, and its bytes are not asked for", async () => {
    const bytes = Buffer.from(linesOf(3000));
    const known = await begin(bytes);
    expect(known).toMatchObject({ state: "DONE", datasetId: expect.any(String) });
    expect(await receivePiece(world.services, known.id, { offset: 0, piece: chunksOf(bytes) })).toMatchObject({
      state: "DONE",
    });
  });

  test("in another order, as a list, and packed, it is the same Dataset", async () => {
    const lines = linesOf(500, 10_000).split("\n");
    const first = await send(Buffer.from(lines.join("\n")));
    const sha256 = await shaOf(first.datasetId);
    const others = [
      Buffer.from([...lines].reverse().join("\r\n")),
      Buffer.from(`[${lines.join(",\n")}]`),
      gzipSync(lines.join("\n")),
      Buffer.from(`\uFEFF${lines.join("\n\n")}`),
    ];
    for (const bytes of others) {
      const again = await send(bytes);
      expect(again).toMatchObject({ state: "DONE", good: 500 });
      expect(await shaOf(again.datasetId)).toBe(sha256);
    }
  });

  test("a piece from the wrong place, and bytes that are too many, are refused", async () => {
    const bytes = Buffer.from(linesOf(20, 20_000));
    const { id } = await begin(bytes);
    await receivePiece(world.services, id, { offset: 0, piece: chunksOf(bytes.subarray(0, 100)) });
    const wrong = receivePiece(world.services, id, { offset: 50, piece: chunksOf(bytes.subarray(50)) });
    await expect(wrong).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("100 bytes") });
    const more = receivePiece(world.services, id, { offset: 100, piece: chunksOf(Buffer.alloc(bytes.length)) });
    await expect(more).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(await getImport(world.db, id)).toMatchObject({ received: 100, state: "RECEIVING" });
    await admin.import.cancel({ id });
    expect(fs.existsSync(spoolPath(world.services.env, id))).toBe(false);
  });

  test("bytes that are not those announced never become examples", async () => {
    const bytes = Buffer.from(linesOf(20, 30_000));
    const { id } = await begin(bytes);
    await receivePiece(world.services, id, { offset: 0, piece: chunksOf(Buffer.from(linesOf(20, 30_100))) });
    await startReading(world.services, id);
    expect(await getImport(world.db, id)).toMatchObject({
      state: "FAILED",
      good: 0,
      error: expect.stringContaining("another hash"),
    });
    // The same file may be sent again.
    expect(await begin(bytes)).toMatchObject({ id, state: "RECEIVING", received: 0, error: null });
    expect(await send(bytes)).toMatchObject({ state: "DONE", good: 20 });
  });
});

describe("bad lines", () => {
  const bytes = Buffer.from(
    [linesOf(5, 40_000), "{", "[]", pairLine(40_005), '{"prompt":"Hi","chosen":"\\u0000","rejected":"b"}'].join("\n"),
  );

  test("are listed by number and reason, and nothing is frozen until an admin agrees", async () => {
    const failed = await send(bytes);
    expect(failed).toMatchObject({
      state: "FAILED",
      good: 6,
      bad: 3,
      datasetId: null,
      error: expect.stringContaining("3 lines"),
    });
    expect(failed.problems).toEqual([
      { line: 6, message: expect.stringContaining("not valid JSON") },
      { line: 7, message: expect.stringContaining("expected an object") },
      { line: 9, message: expect.stringContaining("NUL") },
    ]);
    const done = await admin.import.acceptBad({ id: failed.id });
    expect(done).toMatchObject({ state: "DONE", error: null, skipBad: true });
    const dataset = await admin.dataset.get({ id: done.datasetId! });
    expect(dataset).toMatchObject({ train: 6, leftOut: [{ reason: "BAD_LINE", count: 3 }] });
    await expect(
      freezeGoodLines(world.services, world.admin.id, (await begin(Buffer.from("x"))).id),
    ).rejects.toMatchObject({
      code: "ILLEGAL_STATE",
    });
  });

  test("are skipped where that was asked for; the thousandth and no more is told", async () => {
    const many = Buffer.from([pairLine(50_000), ...Array.from({ length: 1200 }, () => "no JSON")].join("\n"));
    const done = await send(many, { skipBad: true });
    expect(done).toMatchObject({ state: "DONE", good: 1, bad: 1200 });
    expect(done.problems).toHaveLength(1000);
    const none = await send(Buffer.from("nothing\nat all"), { skipBad: true });
    expect(none).toMatchObject({ state: "FAILED", error: expect.stringContaining("no examples") });
  });

  test("a file that cannot be read at all says why", async () => {
    const cut = gzipSync(linesOf(200, 60_000)).subarray(0, 500);
    expect(await send(cut)).toMatchObject({ state: "FAILED", error: expect.stringContaining("cannot be unpacked") });
  });
});

describe("an import that breaks off", () => {
  const bytes = Buffer.from(linesOf(4000, 70_000).split("\n").reverse().join("\n"));

  /** The file, until the reader's process dies in it. */
  async function* dying(after: number) {
    let sent = 0;
    for await (const chunk of chunksOf(bytes)) {
      sent += chunk.length;
      if (sent > after) throw new Error("the process was killed");
      yield chunk;
    }
  }

  test("goes on behind the lines that are stored, however often, and makes the same Dataset as in one go", async () => {
    const whole = await send(Buffer.from(linesOf(4000, 70_000)));
    const { id } = await begin(bytes);
    await world.db.import.update({ where: { id }, data: { received: bytes.length } });
    const stored: number[] = [];
    for (const share of [0.3, 0.3, 0.6, 0.9]) {
      await expect(readLines(world.db, id, dying(bytes.length * share))).rejects.toThrow("killed");
      stored.push((await getImport(world.db, id)).lines);
    }
    expect(stored[0]).toBeGreaterThan(0);
    expect(stored[1]).toBe(stored[0]);
    expect(stored[3]).toBeLessThan(4000);
    await world.db.import.update({ where: { id }, data: { leaseExpiresAt: new Date(0) } });
    await runImport(world.db, id, () => chunksOf(bytes));
    const done = await getImport(world.db, id);
    expect(done).toMatchObject({ state: "DONE", good: 4000, bad: 0 });
    expect(await shaOf(done.datasetId)).toBe(await shaOf(whole.datasetId));
  });

  test("is taken up by whoever sweeps, once the one who read it is silent", async () => {
    const file = Buffer.from(linesOf(50, 80_000));
    const { id } = await begin(file);
    fs.mkdirSync(`${world.home}/imports`, { recursive: true });
    fs.writeFileSync(spoolPath(world.services.env, id), file);
    const lease = (ms: number) => ({ received: file.length, leaseExpiresAt: new Date(Date.now() + ms) });
    await world.db.import.update({ where: { id }, data: { ...lease(60_000), state: "FREEZING" } });
    await sweepImports(world.services);
    await expect(runImport(world.db, id, () => chunksOf(file))).rejects.toMatchObject({ code: "CONFLICT" });
    await world.db.import.update({ where: { id }, data: lease(-1) });
    await sweepImports(world.services);
    await startReading(world.services, id);
    expect(await getImport(world.db, id)).toMatchObject({ state: "DONE", good: 50 });
  });

  test("two readers never store a line twice", async () => {
    const file = Buffer.from(linesOf(2500, 90_000));
    const { id } = await begin(file);
    await world.db.import.update({ where: { id }, data: { received: file.length } });
    // Neither begins before the other has seen that nothing is read yet.
    let come = () => {};
    const together = new Promise<void>((resolve) => {
      come = resolve;
    });
    let readers = 0;
    async function* chunks() {
      if (++readers === 2) come();
      await together;
      yield* chunksOf(file);
    }
    const both = await Promise.allSettled([1, 2].map(() => readLines(world.db, id, chunks())));
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await world.db.importLine.count({ where: { importId: id } })).toBe(2500);
    expect(await getImport(world.db, id)).toMatchObject({ good: 2500, lines: 2500 });
  });

  test("is forgotten when nobody goes on with it for a week", async () => {
    const file = Buffer.from(linesOf(10, 95_000));
    const { id } = await begin(file);
    await receivePiece(world.services, id, { offset: 0, piece: chunksOf(file.subarray(0, 10)) });
    const old = new Date(Date.now() - 8 * 24 * 3600_000);
    await world.db.import.update({ where: { id }, data: { updatedAt: old } });
    await sweepImports(world.services);
    expect(await world.db.import.findUnique({ where: { id } })).toBeNull();
    expect(fs.existsSync(spoolPath(world.services.env, id))).toBe(false);
  });
});

describe("what a file says of its examples", () => {
  const example = (i: number, split?: "TRAIN" | "HELDOUT") => ({
    content: {
      prompt: [{ role: "user" as const, content: `Split ${i}?`, tokenIds: null }],
      chosen: { content: "Yes.", tokenIds: [1, 2] },
      rejected: { content: "No.", tokenIds: null },
      ...{ weight: 0.5, epsilon: 0.25, margin: 1 },
    },
    source: "EDIT" as const,
    ...(split && { split }),
  });
  const written = (examples: ReturnType<typeof example>[]) =>
    Buffer.from(examples.map((each) => writeExample("hone", "PAIRS", each).line).join("\n"));

  test("its split is kept, and a prompt said to be on both sides is held out", async () => {
    const marked = [...Array.from({ length: 30 }, (_, i) => example(i, i < 10 ? "HELDOUT" : "TRAIN"))];
    const both = { ...example(29, "HELDOUT"), content: { ...example(29).content, weight: 2 } };
    const done = await send(written([...marked, both]));
    const items = await world.db.datasetItem.findMany({ where: { datasetId: done.datasetId! } });
    expect(items.filter(({ split }) => split === "HELDOUT")).toHaveLength(12);
    expect(items[0]).toMatchObject({
      source: "EDIT",
      content: { epsilon: 0.25, margin: 1, chosen: { tokenIds: [1, 2] } },
    });
  });

  test("without one, the same prompt typed otherwise falls on the same side", async () => {
    const texts = Array.from({ length: 60 }, (_, i) => [`Is ${i} prime?`, `is  ${i} PRIME`, `Is ${i} prime…`]).flat();
    const lines = texts.map((prompt, i) => JSON.stringify({ prompt, chosen: `Yes ${i}`, rejected: "No" }));
    const done = await send(Buffer.from(lines.join("\n")));
    const items = await world.db.datasetItem.findMany({ where: { datasetId: done.datasetId! } });
    const sides = new Map<string, Set<string>>();
    for (const { split, content } of items) {
      const { prompt } = content as { prompt: { content: string }[] };
      const number = /\d+/.exec(prompt[0]!.content)![0];
      sides.set(number, (sides.get(number) ?? new Set()).add(split));
    }
    expect(sides.size).toBe(60);
    expect([...sides.values()].every(({ size }) => size === 1)).toBe(true);
    expect([...sides.values()].filter((side) => side.has("HELDOUT")).length).toBeGreaterThan(0);
  });

  test("a kind without a layout in the format is refused before a byte is sent", async () => {
    const input = { sha256: "0".repeat(64), bytes: 1, format: "hh" as const, kind: "TEXTS" as const, name: "x" };
    await expect(admin.import.begin(input)).rejects.toThrow(/hh has no layout for it, only for PAIRS, DIALOGUES/);
  });
});
