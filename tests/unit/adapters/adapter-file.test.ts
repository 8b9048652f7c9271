/** `adapter.safetensors`: every kind of adapter is read back bit for bit, and no damaged or foreign file gets through. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GgufError } from "../../../server/gguf/format.ts";
import { hasHead } from "../../../server/gguf/lora.ts";
import { readSafetensors, writeSafetensors } from "../../../server/gguf/safetensors.ts";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { writeAdapterSafetensors } from "../../../trainer/adapters/adapter-file.ts";
import { ADAPTER_SAFETENSORS, exportAdapter } from "../../../trainer/adapters/export.ts";
import { withoutHead } from "../../../trainer/adapters/head.ts";
import { readAdapterFile } from "../../../trainer/adapters/read.ts";
import { ADAPTER_KINDS, type AdapterWeights } from "../../../trainer/engine/contract.ts";
import { TrainerError } from "../../../trainer/errors.ts";
import { CONFIG, randomAdapter } from "./random-adapter.ts";

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-adapter-file-"));
  path = join(folder, "damaged.safetensors");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = { name: "tiny", sha256: "ab".repeat(32) };
const sorted = (adapter: AdapterWeights): AdapterWeights => ({
  ...adapter,
  tensors: adapter.tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
});

describe("every kind of adapter", () => {
  const kinds = ADAPTER_KINDS.flatMap((kind) => [false, true].map((head) => [kind, head] as const));

  it.each(kinds)("%s (head: %s) is read back bit for bit from a folder of its own", async (kind, head) => {
    const adapter = randomAdapter(kind, { head });
    const out = join(folder, `${kind}-${head}`);
    const made = await exportAdapter(out, adapter, CONFIG, base);
    expect(made.file).toBe(kind === "lora" && !head ? "adapter.gguf" : "adapter.safetensors");
    expect(made.sha256).toBe(await sha256OfFile(join(out, made.file)));
    expect(made.sizeBytes).toBe(readFileSync(join(out, made.file)).length);
    const back = await readAdapterFile(join(out, made.file), CONFIG, base);
    expect(sorted(back)).toEqual(sorted(adapter));
  });

  it("gives equal bytes for equal weights in any order, and others for another base", async () => {
    const adapter = randomAdapter("prefix", { head: true });
    const reversed = { ...adapter, tensors: adapter.tensors.toReversed() };
    const one = await exportAdapter(join(folder, "one"), adapter, CONFIG, base);
    expect(await exportAdapter(join(folder, "two"), reversed, CONFIG, base)).toEqual(one);
    const other = await exportAdapter(join(folder, "three"), adapter, CONFIG, { ...base, sha256: "cd".repeat(32) });
    expect(other.sha256).not.toBe(one.sha256);
  });

  it("loses its head and nothing else for serving", () => {
    const adapter = randomAdapter("lora", { head: true });
    const stripped = withoutHead(adapter);
    expect([hasHead(adapter), hasHead(stripped)]).toEqual([true, false]);
    expect(stripped).toEqual(randomAdapter("lora"));
  });
});

describe("a file that is not as it must be", () => {
  type Header = Record<string, string>;
  /** A reward model's file with something changed. */
  async function changed(change: (adapter: AdapterWeights, header: Header) => void): Promise<string> {
    const adapter = randomAdapter("lora", { head: true });
    await writeAdapterSafetensors(path, adapter, CONFIG, base);
    const { metadata } = await readSafetensors(path);
    change(adapter, metadata);
    await writeSafetensors(path, { tensors: adapter.tensors, metadata });
    return path;
  }
  const tensor = (adapter: AdapterWeights, name: string) => adapter.tensors.find((each) => each.name === name)!;

  it.each<[string, (adapter: AdapterWeights, header: Header) => void, RegExp]>([
    ["another version", (_, header) => Object.assign(header, { "hone.version": "2" }), /hone\.version/],
    ["an unknown kind", (_, header) => Object.assign(header, { "hone.kind": "adalora" }), /hone\.kind/],
    ["no rank", (_, header) => delete header["hone.rank"], /hone\.rank/],
    ["a rank of 0", (_, header) => Object.assign(header, { "hone.rank": "0" }), /hone\.rank/],
    ["a rank of 1025", (_, header) => Object.assign(header, { "hone.rank": "1025" }), /hone\.rank/],
    ["a rank in words", (_, header) => Object.assign(header, { "hone.rank": "1e2" }), /hone\.rank/],
    ["an infinite alpha", (_, header) => Object.assign(header, { "hone.alpha": "Infinity" }), /hone\.alpha/],
    ["an alpha of nothing", (_, header) => Object.assign(header, { "hone.alpha": "" }), /hone\.alpha/],
    ["no base", (_, header) => delete header["hone.base.sha256"], /hone\.base\.sha256/],
    [
      "PEFT's metadata",
      (_, header) => Object.assign(header, { "hone.version": undefined, format: "pt" }),
      /no adapter that was/,
    ],
    ["another rank than its tensors", (_, header) => Object.assign(header, { "hone.rank": "4" }), /expected \[4,16\]/],
    [
      "another kind than its tensors",
      (_, header) => Object.assign(header, { "hone.kind": "prompt" }),
      /"prompt\.weight"/,
    ],
    ["a missing tensor", (adapter) => adapter.tensors.splice(3, 1), /it lacks "blk\.0\.attn_k\.weight\.lora_b"/],
    ["a foreign tensor", (adapter) => Object.assign(adapter.tensors[20]!, { name: "x" }), /lacks|called/],
    [
      "a tensor too many",
      (adapter) => adapter.tensors.push({ name: "extra", shape: [1], data: new Float32Array(1) }),
      /nothing in it is called "extra"/,
    ],
    ["nothing but a head", (adapter) => adapter.tensors.splice(0, 28), /none of the seven linear layers/],
    [
      "a head of another width",
      (adapter) => Object.assign(tensor(adapter, "head.weight"), { shape: [1, 8], data: new Float32Array(8) }),
      /"head\.weight" has shape \[1,8\], expected \[1,16\]/,
    ],
  ])("is refused with %s", async (_, change, message) => {
    await expect(readAdapterFile(await changed(change), CONFIG, base)).rejects.toThrow(message);
    await expect(readAdapterFile(path, CONFIG, base)).rejects.toMatchObject({ code: "BAD_FILE" });
  });

  it("is refused with a NaN", async () => {
    const path = await changed((adapter) => tensor(adapter, "head.weight").data.fill(Number.NaN, 3, 4));
    await expect(readAdapterFile(path, CONFIG, base)).rejects.toMatchObject({
      code: "NOT_FINITE",
      message: expect.stringContaining('"head.weight" holds an infinity or NaN at value 3'),
    });
  });

  it("is refused on another base, by hash and by architecture", async () => {
    const whole = await changed(() => {});
    await expect(readAdapterFile(whole, CONFIG, { sha256: "cd".repeat(32) })).rejects.toMatchObject({
      code: "BASE_MISMATCH",
      message: expect.stringMatching(/trained on base abababababab, the base in use is cdcdcdcdcdcd/),
    });
    await expect(readAdapterFile(whole, { ...CONFIG, architecture: "qwen3" })).rejects.toMatchObject({
      code: "BASE_MISMATCH",
    });
    await expect(readAdapterFile(whole, { ...CONFIG, width: 32 })).rejects.toMatchObject({ code: "BAD_FILE" });
    await expect(readAdapterFile(whole, CONFIG)).resolves.toMatchObject({ rank: 3 });
  });

  it("is refused with a sentence when it is missing, empty, or a folder", async () => {
    writeFileSync(path, "");
    await expect(readAdapterFile(path, CONFIG)).rejects.toMatchObject({ code: "BAD_FILE" });
    await expect(readAdapterFile(join(folder, "none"), CONFIG)).rejects.toMatchObject({ code: "FILE_MISSING" });
    await expect(readAdapterFile(folder, CONFIG)).rejects.toThrow(/Cannot read/);
  });

  /** Read, or refused with a sentence of ours: never an exception of the runtime, never a value that is not finite. */
  async function readOrRefused(bytes: Uint8Array): Promise<void> {
    writeFileSync(path, bytes);
    try {
      const { tensors } = await readAdapterFile(path, CONFIG, base);
      for (const { data } of tensors) expect(data.every(Number.isFinite)).toBe(true);
    } catch (error) {
      if (!(error instanceof TrainerError || error instanceof GgufError)) throw error;
      expect(error.message).toMatch(/^.{20,}\.$/s);
    }
  }

  it("never crashes the reader: every kind of adapter with bytes changed, cut off, repeated or put in", async () => {
    const whole = await Promise.all(
      ADAPTER_KINDS.map(async (kind) => {
        const out = join(folder, `fuzz-${kind}`);
        await exportAdapter(out, randomAdapter(kind, { head: true }), CONFIG, base);
        return readFileSync(join(out, ADAPTER_SAFETENSORS));
      }),
    );
    // Nine in ten faults hit the header, where lies are told; the rest the weights.
    const at = (bytes: Buffer) => {
      const header = 8 + Number(bytes.readBigUInt64LE(0));
      return fc.oneof({ weight: 9, arbitrary: fc.nat(header - 1) }, { weight: 1, arbitrary: fc.nat(bytes.length - 1) });
    };
    const damaged = fc.constantFrom(...whole).chain((bytes) =>
      fc.oneof(
        fc.array(fc.tuple(at(bytes), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
          const copy = Buffer.from(bytes);
          for (const [offset, byte] of changes) copy[offset] = byte;
          return copy;
        }),
        at(bytes).map((length) => bytes.subarray(0, length)),
        fc.tuple(at(bytes), at(bytes)).map(([a, b]) => Buffer.concat([bytes.subarray(0, a), bytes.subarray(b)])),
        fc
          .tuple(at(bytes), fc.uint8Array({ minLength: 1, maxLength: 16 }))
          .map(([offset, put]) => Buffer.concat([bytes.subarray(0, offset), put, bytes.subarray(offset)])),
      ),
    );
    await fc.assert(fc.asyncProperty(damaged, readOrRefused), { numRuns: 400, seed: 1 });
  });

  it("never crashes the reader: headers that say anything at all", async () => {
    const entry = fc.record(
      {
        dtype: fc.constantFrom("F32", "F16", "I64", ""),
        shape: fc.oneof(fc.array(fc.integer({ min: -1, max: 2 ** 40 }), { maxLength: 5 }), fc.string()),
        data_offsets: fc.oneof(fc.array(fc.integer({ min: -8, max: 80 }), { maxLength: 3 }), fc.constant(null)),
      },
      { requiredKeys: [] },
    );
    const names = fc.constantFrom("prompt.weight", "head.weight", "__proto__", "constructor", "blk.0.prefix_k.weight");
    const header = fc.record({
      __metadata__: fc.oneof(fc.jsonValue(), fc.constant({ "hone.kind": "prompt" })),
      entries: fc.dictionary(names, entry),
      claim: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    });
    await fc.assert(
      fc.asyncProperty(header, ({ __metadata__, entries, claim }) => {
        const json = Buffer.from(JSON.stringify({ __metadata__, ...entries }));
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(claim === 0n ? BigInt(json.length) : claim);
        return readOrRefused(Buffer.concat([length, json, Buffer.alloc(64)]));
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
