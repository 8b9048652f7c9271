/** Safetensors: what is written is read back bit for bit, and no lie in a header is believed. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../../../server/gguf/safetensors.ts";
import type { NamedTensor } from "../../../server/gguf/write-model.ts";

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-safetensors-"));
  path = join(folder, "weights.safetensors");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const b: NamedTensor = { name: "b", shape: [2, 2], data: Float32Array.of(1, -2, 3.5, Math.fround(1e-40)) };
const a: NamedTensor = { name: "a", shape: [3], data: Float32Array.of(0.1, -0, 3.4e38) };

describe("writeSafetensors", () => {
  it("is read back bit for bit, sorted by name", async () => {
    await writeSafetensors(path, { tensors: [b, a], metadata: { format: "pt" } });
    expect(await readSafetensors(path)).toEqual({ tensors: [a, b], metadata: { format: "pt" } });
  });

  it("writes equal bytes for equal content in any order, data on an 8-byte boundary, and no rest", async () => {
    await writeSafetensors(path, { tensors: [b, a], metadata: {} });
    const first = readFileSync(path);
    await writeSafetensors(path, { tensors: [a, b], metadata: {} });
    expect(readFileSync(path).equals(first)).toBe(true);
    expect((8 + Number(first.readBigUInt64LE(0))) % 8).toBe(0);
    expect(readdirSync(folder)).toEqual(["weights.safetensors"]);
  });

  it("leaves the old file whole and nothing beside it when writing fails", async () => {
    await writeSafetensors(path, { tensors: [a], metadata: {} });
    const before = readFileSync(path);
    const broken = { ...b, data: null as unknown as Float32Array };
    await expect((async () => writeSafetensors(path, { tensors: [broken], metadata: {} }))()).rejects.toThrow();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(["weights.safetensors"]);
  });
});

describe("readSafetensors", () => {
  const entry = (shape: number[], start: number, end: number, dtype = "F32") => ({
    dtype,
    shape,
    data_offsets: [start, end],
  });
  function craft(header: unknown, dataBytes: number, fill = 0): string {
    const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(path, Buffer.concat([length, json, Buffer.alloc(dataBytes, fill)]));
    return path;
  }

  it.each<[string, () => string, RegExp]>([
    [
      "a file shorter than its length field",
      () => {
        writeFileSync(path, "abc");
        return path;
      },
      /has 3 bytes/,
    ],
    [
      "a header longer than the file",
      () => {
        const bytes = Buffer.alloc(16);
        bytes.writeBigUInt64LE(2n ** 60n);
        writeFileSync(path, bytes);
        return path;
      },
      /claims 1152921504606846976 bytes of a file of 16/,
    ],
    ["a header that is no JSON", () => craft("{", 0), /not a JSON object/],
    ["a header that is a list", () => craft([], 0), /not a JSON object/],
    ["a header of control bytes", () => craft("\u0000", 0), /not a JSON object/],
    ["an entry without offsets", () => craft({ x: { dtype: "F32", shape: [1] } }, 4), /entry of "x" lacks/],
    ["another type", () => craft({ x: entry([2], 0, 2, "I8") }, 2), /"x" is I8; F32, F16, BF16/],
    ["a half of the wrong width", () => craft({ x: entry([2], 0, 8, "F16") }, 8), /cannot lie/],
    ["a shape that does not fit its bytes", () => craft({ x: entry([3], 0, 8) }, 8), /shape \[3\] cannot lie at/],
    ["a shape whose product overflows", () => craft({ x: entry([2 ** 40, 2 ** 40], 0, 8) }, 8), /cannot lie/],
    ["bytes beyond the end", () => craft({ x: entry([4], 0, 16) }, 8), /cannot lie at bytes 0…16 of 8/],
    ["negative offsets", () => craft({ x: entry([1], -4, 0) }, 8), /entry of "x" lacks/],
    [
      "two tensors on the same bytes",
      () => craft({ x: entry([2], 0, 8), y: entry([1], 4, 8) }, 8),
      /"y" begins at byte 4 where 8/,
    ],
    ["a hole between tensors", () => craft({ x: entry([1], 4, 8) }, 8), /"x" begins at byte 4 where 0/],
    ["bytes no tensor owns", () => craft({ x: entry([1], 0, 4) }, 12), /8 bytes at its end belong to no tensor/],
    ["metadata that is not text", () => craft({ __metadata__: { a: 1 } }, 0), /__metadata__/],
  ])("refuses %s", async (_, make, message) => {
    await expect(readSafetensors(make())).rejects.toThrow(message);
    await expect(readSafetensors(path)).rejects.toMatchObject({ code: "BAD_FILE" });
  });

  it.each(["F32", "F16", "BF16"])("refuses values that are not finite (%s)", async (dtype) => {
    const width = dtype === "F32" ? 4 : 2;
    await expect(readSafetensors(craft({ x: entry([1], 0, width, dtype) }, width, 0xff))).rejects.toMatchObject({
      code: "NOT_FINITE",
      message: expect.stringContaining('"x" holds an infinity or NaN at value 0'),
    });
  });

  it("reads halves of both kinds without loss", async () => {
    const header = { f: entry([2], 0, 4, "F16"), g: entry([2], 4, 8, "BF16") };
    const file = readFileSync(craft(header, 8));
    // 1.5 and −2⁻²⁴ as F16; 1.5 and −2¹⁰⁰ as BF16.
    for (const [at, bits] of [0x3e00, 0x8001, 0x3fc0, 0xf180].entries())
      file.writeUInt16LE(bits, file.length - 8 + 2 * at);
    writeFileSync(path, file);
    expect((await readSafetensors(path)).tensors).toEqual([
      { name: "f", shape: [2], data: Float32Array.of(1.5, -(2 ** -24)) },
      { name: "g", shape: [2], data: Float32Array.of(1.5, -(2 ** 100)) },
    ]);
  });

  it("refuses a header longer than its caller allows, before parsing it", async () => {
    const bomb = craft(`{"a":${"[".repeat(4096)}`, 0);
    await expect(readSafetensors(bomb, 1024)).rejects.toThrow(/claims 4101 bytes .* at most 1024/);
  });

  it("survives every truncation of a sound file with a sentence", async () => {
    await writeSafetensors(path, { tensors: [a, b], metadata: { k: "v" } });
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(readSafetensors(path)).rejects.toMatchObject({ code: "BAD_FILE" });
    }
  });

  it("says that a file is missing", async () => {
    await expect(readSafetensors(join(folder, "none"))).rejects.toMatchObject({ code: "FILE_MISSING" });
  });
});
