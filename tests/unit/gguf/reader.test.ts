// Reading GGUF: what was written comes back, and every lie in a header is met with a sentence.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GgufError, type GgufErrorCode } from "../../../server/gguf/format.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { validateAdapter, validateBase } from "../../../server/gguf/validate.ts";
import { array, value, writeGguf } from "../../../server/gguf/writer.ts";
import { seededRandom, writeTinyAdapter, writeTinyModel } from "../../helpers/tiny-model.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-gguf-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = () => {
  const path = join(folder, "small.gguf");
  writeGguf(
    path,
    new Map([
      ["general.alignment", value("u32", 32)],
      ["text", value("string", "čau 🙂")],
      ["truth", value("bool", true)],
      ["wide", value("u64", 2 ** 40)],
      ["minus", value("i64", -5)],
      ["half", value("f64", 0.5)],
      ["byte", value("i8", -3)],
      ["words", array("string", ["a", "", "ccc"])],
    ]),
    [
      { name: "one", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6), type: "F32" },
      { name: "two", shape: [5], data: Float32Array.of(1, 2, 3, 4, 5), type: "F16" },
    ],
  );
  return path;
};

/** Code of the error that reading and validating these bytes gives, or "fine". */
function verdict(bytes: Uint8Array, check: (path: string) => void): GgufErrorCode | "fine" {
  const path = join(folder, "changed.gguf");
  writeFileSync(path, bytes);
  try {
    check(path);
    return "fine";
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    expect(error.message).toMatch(/^\S.{20,}\.$/s);
    return error.code;
  }
}

const open = (path: string) => {
  const file = openGguf(path);
  try {
    for (const name of file.tensors.keys()) file.readTensorF32(name);
  } finally {
    file.close();
  }
};

test("metadata and tensors come back as they were written", () => {
  const file = openGguf(small());
  expect(Object.fromEntries([...file.metadata].map(([key, entry]) => [key, entry.value]))).toEqual({
    "general.alignment": 32,
    text: "čau 🙂",
    truth: true,
    wide: 2 ** 40,
    minus: -5,
    half: 0.5,
    byte: -3,
    words: ["a", "", "ccc"],
  });
  expect(file.tensor("one").shape).toEqual([2, 3]);
  expect([...file.readTensorF32("one")]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...file.readTensorF32("two")]).toEqual([1, 2, 3, 4, 5]);
  expect(() => file.tensor("three")).toThrow(/no tensor "three"/);
  file.close();
  expect(() => file.readTensorF32("one")).toThrow(/was closed/);
});

test("equal content makes equal bytes and the hash is the file's", async () => {
  const a = writeTinyAdapter(join(folder, "a.gguf"), writeTinyModel(join(folder, "m.gguf")).config);
  const b = writeTinyAdapter(join(folder, "b.gguf"), writeTinyModel(join(folder, "m.gguf")).config);
  expect(a.sha256).toBe(b.sha256);
  const { createHash } = await import("node:crypto");
  expect(createHash("sha256").update(readFileSync(a.path)).digest("hex")).toBe(a.sha256);
});

test("a write that fails leaves neither file nor leftovers", async () => {
  const { readdirSync } = await import("node:fs");
  const before = readdirSync(folder);
  const data = Float32Array.of(1, Number.NaN);
  expect(() => writeGguf(join(folder, "bad.gguf"), new Map(), [{ name: "x", shape: [2], data, type: "F32" }])).toThrow(
    expect.objectContaining({ code: "NOT_FINITE" }),
  );
  expect(() => writeGguf(join(folder, "bad.gguf"), new Map([["n", value("u32", "three")]]), [])).toThrow(
    expect.objectContaining({ code: "BAD_METADATA" }),
  );
  expect(readdirSync(folder)).toEqual(before);
});

test("missing files, folders and foreign files are named", () => {
  expect(() => openGguf(join(folder, "none.gguf"))).toThrow(expect.objectContaining({ code: "FILE_UNREADABLE" }));
  expect(() => openGguf(folder)).toThrow(expect.objectContaining({ code: "FILE_UNREADABLE" }));
  expect(verdict(new Uint8Array(), open)).toBe("NOT_GGUF");
  expect(verdict(Buffer.from("GGUF\u0003"), open)).toBe("TRUNCATED");
  expect(verdict(Buffer.from("PK\u0003\u0004 this is a zip file, surely"), open)).toBe("NOT_GGUF");
});

test("every lie in the header is refused", () => {
  const good = readFileSync(small());
  const at = (text: string) => good.indexOf(text);
  const lie = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(good);
    change(bytes);
    return verdict(bytes, open);
  };
  const one = at("one") + 3; // u32 rank, u64 sizes, u32 type, u64 offset follow a tensor's name
  expect(lie(() => {})).toBe("fine");
  expect(lie((b) => b.writeUInt32LE(1, 4))).toBe("BAD_VERSION");
  expect(lie((b) => b.writeUInt32BE(3, 4))).toBe("BAD_VERSION");
  expect(lie((b) => b.writeBigUInt64LE(2n ** 60n, 8))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeBigUInt64LE(2n ** 63n, 16))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeBigUInt64LE(3n, 8))).not.toBe("fine");
  expect(lie((b) => b.writeBigUInt64LE(99n, at("text") - 8))).not.toBe("fine");
  expect(lie((b) => b.write("text", at("half")))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeUInt32LE(13, at("text") + 4))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeUInt8(2, at("truth") + 9))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeBigUInt64LE(2n ** 60n, at("wide") + 8))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeBigUInt64LE(2n ** 31n, at("words") + 13))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeUInt32LE(9, at("words") + 9))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeUInt32LE(3, at("general.alignment") + 21))).toBe("BAD_METADATA");
  expect(lie((b) => b.writeUInt32LE(0, one))).toBe("BAD_TENSOR");
  expect(lie((b) => b.writeUInt32LE(5, one))).toBe("BAD_TENSOR");
  expect(lie((b) => b.writeBigUInt64LE(0n, one + 4))).toBe("BAD_TENSOR");
  expect(lie((b) => b.writeBigUInt64LE(2n ** 52n, one + 4))).toBe("BAD_TENSOR");
  expect(lie((b) => b.writeBigUInt64LE(2n ** 50n, one + 4))).toBe("TRUNCATED");
  expect(lie((b) => b.writeUInt32LE(99, one + 20))).toBe("UNSUPPORTED_TYPE");
  expect(lie((b) => b.writeUInt32LE(12, one + 20))).toBe("BAD_TENSOR");
  expect(lie((b) => b.writeBigUInt64LE(8n, one + 24))).toBe("BAD_TENSOR");
  expect(lie((b) => b.writeBigUInt64LE(32n, one + 24))).toBe("BAD_TENSOR");
  expect(lie((b) => b.writeBigUInt64LE(2n ** 40n, one + 24))).toBe("TRUNCATED");
  expect(lie((b) => b.write("two", at("one")))).toBe("BAD_TENSOR");
});

test("a type that can be served but not trained is named when it is read", () => {
  const path = join(folder, "q4.gguf");
  writeGguf(path, new Map(), [{ name: "w", shape: [32], data: new Float32Array(32), type: "F32" }]);
  const bytes = readFileSync(path);
  bytes.writeUInt32LE(2, bytes.indexOf("w") + 1 + 4 + 8);
  writeFileSync(path, bytes);
  expect(() => open(path)).toThrow(/"w" is Q4_0; training reads F32, F16, BF16, Q8_0/);
});

test("a file cut anywhere is refused or, in its padding, still whole", () => {
  const good = readFileSync(small());
  const padding = 32 - 10; // the last tensor needs 10 bytes of its 32
  for (let length = 0; length < good.length; length += length < 64 ? 1 : 3) {
    const found = verdict(good.subarray(0, length), open);
    if (length < good.length - padding) expect(found, `${length} bytes`).not.toBe("fine");
  }
});

const ROUNDS = 500;

/** Valid files with bytes changed, removed or put in: an error sentence or a valid read, never anything else. */
test.each(["model", "adapter"] as const)("no mutation of a %s crashes the reader", (kind) => {
  const tiny = { width: 32, heads: 2, kvHeads: 1, headWidth: 16, feedForward: 32, layers: 1, vocabulary: 270 };
  const model = writeTinyModel(join(folder, "fuzz-model.gguf"), tiny);
  const adapter = writeTinyAdapter(join(folder, "fuzz-adapter.gguf"), model.config, { rank: 2 });
  const good = readFileSync(kind === "model" ? model.path : adapter.path);
  const check = (path: string) => {
    const file = openGguf(path);
    try {
      if (kind === "model") validateBase(file);
      else validateAdapter(file, model.config);
    } finally {
      file.close();
    }
  };
  expect(verdict(good, check)).toBe("fine");
  const random = seededRandom(20);
  const below = (limit: number) => Math.floor(random() * limit);
  const headerBytes = kind === "model" ? 12_000 : 2_000;
  const seen = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    let bytes = Buffer.from(good);
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const at = below(round % 5 === 0 ? bytes.length : headerBytes);
      switch (below(5)) {
        case 0:
          bytes[at] = below(256);
          break;
        case 1:
          bytes[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)]!;
          break;
        case 2:
          bytes.fill([0, 0xff][below(2)]!, at, at + 1 + below(8));
          break;
        case 3:
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(16))]);
          break;
        default:
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1 + below(16), below(256)), bytes.subarray(at)]);
      }
    }
    const found = verdict(bytes, check);
    seen.set(found, (seen.get(found) ?? 0) + 1);
  }
  expect(seen.size).toBeGreaterThan(4);
  expect(ROUNDS - (seen.get("fine") ?? 0)).toBeGreaterThan(ROUNDS / 5);
});
