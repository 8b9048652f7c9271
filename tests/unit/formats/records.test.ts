// Files as they stream by: lines, lists, gzip, and everything that is sent to break a reader.
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonOf } from "../../../server/domain/dataset-lines.ts";
import { readExamples } from "../../../server/domain/formats/index.ts";
import { type FileRecord, recordsOf } from "../../../server/domain/import-records.ts";

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function read(bytes: Uint8Array | string, options: Parameters<typeof recordsOf>[1] & { size?: number } = {}) {
  const records: FileRecord[] = [];
  let bytesRead = 0;
  const { size = 7, ...rest } = options;
  for await (const batch of recordsOf(inPieces(Buffer.from(bytes as string), size), rest)) {
    records.push(...batch.records);
    bytesRead = batch.bytesRead;
  }
  return { records, bytesRead };
}
const told = ({ records }: { records: FileRecord[] }) =>
  records.map(({ number, text, problem }) => [number, text ?? problem?.message]);

describe("lines", () => {
  test("a byte order mark, CRLF, blank lines and a last line without an end are no trouble", async () => {
    const file = '\uFEFF{"a":1}\r\n\r\n  \n{"b":2}\n\n{"c":3}';
    const { records, bytesRead } = await read(file);
    expect(told({ records })).toEqual([
      [1, '{"a":1}'],
      [4, '{"b":2}'],
      [6, '{"c":3}'],
    ]);
    expect(bytesRead).toBe(Buffer.byteLength(file));
  });

  test("wherever the pieces are cut, the lines are the same", async () => {
    const lines = fc.array(
      fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => JSON.stringify({ text })),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        fc.boolean(),
        async (all, size, packed, listed) => {
          const text = listed ? `[${all.join(" ,\n")}]` : all.join("\n");
          const { records } = await read(packed ? gzipSync(text) : Buffer.from(text), { size });
          expect(records.map(({ text }) => text?.trim())).toEqual(all);
          expect(records.map(({ number }) => number)).toEqual(all.map((_, i) => i + 1));
        },
      ),
    );
  });

  test("a line that is too long is named, never held, and the next one is read", async () => {
    const bytes = `{"a":1}\n${"x".repeat(5000)}\n{"b":2}`;
    expect(told(await read(bytes, { longest: 1000, size: 100 }))).toEqual([
      [1, '{"a":1}'],
      [2, "longer than 16 MB; leave it out."],
      [3, '{"b":2}'],
    ]);
  });

  test("bytes that are no UTF-8 are named", async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xc0]), Buffer.from('"}\n{"b":2}')]);
    expect(told(await read(bytes))).toEqual([
      [1, "not valid UTF-8."],
      [2, '{"b":2}'],
    ]);
  });
});

describe("lists", () => {
  test("elements are counted; brackets and commas in strings are text", async () => {
    const list = ' [ {"a": "],[{\\"}"}, \n {"b": [1, {"c": 2}]} ] \n';
    expect(told(await read(list)).map(([number, text]) => [number, String(text).trim()])).toEqual([
      [1, '{"a": "],[{\\"}"}'],
      [2, '{"b": [1, {"c": 2}]}'],
    ]);
    expect(told(await read("[]"))).toEqual([]);
  });

  test("a list that breaks off, and what follows one, are named", async () => {
    expect(told(await read('[{"a":1}, {"b"'))).toEqual([
      [1, '{"a":1}'],
      [2, "the JSON list ends before its closing bracket."],
    ]);
    expect(told(await read('[{"a":1}] {"b":2}'))).toEqual([
      [1, '{"a":1}'],
      [2, ' {"b":2}'],
    ]);
  });

  test("an element that is too long is passed over", async () => {
    const list = `[{"a":1},{"x":"${"y".repeat(3000)}"},{"b":2}]`;
    expect(told(await read(list, { longest: 500, size: 64 }))).toEqual([
      [1, '{"a":1}'],
      [2, expect.stringContaining("longer than")],
      [3, '{"b":2}'],
    ]);
  });
});

describe("texts", () => {
  test("a plain text is one record, JSON Lines are many", async () => {
    expect(told(await read("One.\r\n\nTwo.\n", { wholeText: true }))).toEqual([[1, "One.\r\n\nTwo.\n"]]);
    expect(told(await read('{"text":"One."}\n{"text":"Two."}', { wholeText: true }))).toHaveLength(2);
    expect(told(await read("[1] is a footnote.", { wholeText: true }))).toHaveLength(1);
    expect(told(await read("", { wholeText: true }))).toEqual([]);
  });
});

describe("packed files", () => {
  test("gzip members one behind the other are one file", async () => {
    const bytes = Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"b":2}\n')]);
    expect((await read(bytes, { size: 5 })).records).toHaveLength(2);
  });

  test("a bomb is refused long before it has gone off", async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20, 0x20), { level: 9 });
    expect(bomb.length).toBeLessThan(120_000);
    await expect(read(bomb, { size: 4096 })).rejects.toMatchObject({ code: "BAD_FILE" });
    await expect(read(bomb, { size: 4096 })).rejects.toThrow(/more than 300 times/);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["cut off", gzipSync('{"a":1}\n'.repeat(1000)).subarray(0, 40), /cannot be unpacked \(unexpected end of file\)/],
    ["broken", Buffer.concat([gzipSync("{}").subarray(0, 12), Buffer.alloc(20, 7)]), /cannot be unpacked/],
    ["Parquet", Buffer.from("PAR1...."), /a Parquet file/],
    ["zip", Buffer.from([0x50, 0x4b, 3, 4, 0]), /a zip archive/],
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), /zstd/],
    ["UTF-16", Buffer.from("\uFEFF{}", "utf16le"), /UTF-16/],
  ])("a file that is %s is refused with a sentence", async (_, bytes, message) => {
    await expect(read(bytes, { size: 1000 })).rejects.toThrow(message);
    await expect(read(bytes, { size: 1000 })).rejects.toMatchObject({ code: "BAD_FILE" });
  });

  test("a long file leaves nothing behind for each of its pieces", async () => {
    const warned: string[] = [];
    const listen = ({ name }: Error) => warned.push(name);
    process.on("warning", listen);
    try {
      const lines = Array.from(
        { length: 12_000 },
        (_, i) => `{"a":"${createHash("sha512").update(`${i}`).digest("hex")}"}`,
      );
      expect((await read(gzipSync(lines.join("\n")), { size: 2 ** 16 })).records.length).toBe(lines.length);
      await setImmediate();
      expect(warned).toEqual([]);
    } finally {
      process.off("warning", listen);
    }
  });

  test("what fails while it is sent fails the reading", async () => {
    async function* broken() {
      yield gzipSync("{}").subarray(0, 5);
      throw new Error("the sender is gone");
    }
    await expect(recordsOf(broken()).next()).rejects.toThrow("the sender is gone");
  });
});

describe("values that should not be stored", () => {
  const pair = (chosen: string) => `{"prompt":"Hi","chosen":"${chosen}","rejected":"No."}`;

  test.each([
    ["NUL", pair("a\\u0000b"), /the character NUL/],
    ["a lone surrogate", pair("\\ud800"), /half of a character/],
  ])("%s is named", (_, line, message) => {
    expect(() => readExamples("hone", "PAIRS", jsonOf(line))).toThrow(message);
  });

  test("nesting a hundred thousand deep breaks nothing", () => {
    const deep = `{"prompt":${"[".repeat(100_000)}${"]".repeat(100_000)},"chosen":"a","rejected":"b"}`;
    expect(() => readExamples("hone", "PAIRS", jsonOf(deep))).toThrow(/expected an object/);
    const ignored = `{"prompt":"Hi","chosen":"a","rejected":"b","extra":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`;
    expect(readExamples("hone", "PAIRS", jsonOf(ignored))).toHaveLength(1);
  });
});
