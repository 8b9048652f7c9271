// Importing adapters: what fits is taken and measured, whatever does not is refused with its reason, and nothing of it stays.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { value, writeGguf } from "../../../server/gguf/writer.ts";
import { exportAdapter } from "../../../trainer/adapters/export.ts";
import { readAdapterFile } from "../../../trainer/adapters/read.ts";
import { filesAtHome, importBytes, tarOf, useTinyBase } from "../../helpers/registry.ts";
import { seededRandom, type TinyModel, writeTinyAdapter } from "../../helpers/tiny-model.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let model: TinyModel;
let scratch: string;
beforeAll(async () => {
  model = await useTinyBase(world);
  scratch = fs.mkdtempSync(path.join(path.dirname(world.home), "hone-registry-"));
  return () => fs.rmSync(scratch, { recursive: true, force: true });
});

const PEFT = ["adapter_config.json", "adapter_model.safetensors"] as const;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** What the trainer would write: adapter.gguf and PEFT's files. */
async function made(seed: number) {
  const folder = path.join(scratch, String(seed));
  const { tensors, rank, alpha } = writeTinyAdapter(path.join(scratch, "raw.gguf"), model.config, { seed });
  const exported = await exportAdapter(folder, { kind: "lora", rank, alpha, tensors }, model.config, {
    ...{ name: "scripted", sha256: model.sha256 },
  });
  const file = (name: string) => fs.readFileSync(path.join(folder, name));
  return { exported, gguf: file("adapter.gguf"), config: file(PEFT[0]), weights: file(PEFT[1]) };
}

describe("an adapter that fits", () => {
  test("as GGUF keeps its bytes and its hash, gets PEFT's files, a Gate and an audit line", async () => {
    const { gguf, exported, config, weights } = await made(11);
    const result = await importBytes(world, gguf, { name: "From afar" });
    expect(result).toEqual({ adapterId: expect.any(String), sha256: exported.sha256, known: false });
    const { adapterId } = result as { adapterId: string };
    const view = await world.as(world.admin).adapter.get({ id: adapterId });
    expect(view).toMatchObject({
      ...{ name: "From afar", status: "CANDIDATE", servable: true, rank: 4, alpha: 8, runId: null },
      source: { format: "GGUF", fileName: "theirs.gguf", bytes: gguf.length, sha256: sha256(gguf), baseNamed: true },
      importedBy: { id: world.admin.id },
    });
    const folder = path.join(world.home, "adapters", exported.sha256);
    expect(fs.readdirSync(folder).sort()).toEqual(["adapter.gguf", ...PEFT].sort());
    expect(fs.readFileSync(path.join(folder, "adapter.gguf")).equals(gguf)).toBe(true);
    // Bit for bit what the trainer's own export says of these weights.
    expect(fs.readFileSync(path.join(folder, PEFT[0])).equals(config)).toBe(true);
    expect(fs.readFileSync(path.join(folder, PEFT[1])).equals(weights)).toBe(true);
    expect(await world.db.gate.findMany({ where: { adapterId }, select: { status: true } })).toEqual([
      { status: "QUEUED" },
    ]);
    expect(await world.db.auditEvent.findMany({ where: { subject: `Adapter:${adapterId}` } })).toMatchObject([
      { actorId: world.admin.id, action: "adapter.import", after: { sha256: sha256(gguf), fileName: "theirs.gguf" } },
    ]);
  });

  test("as PEFT becomes the very GGUF file that training those weights here would have made", async () => {
    const { config, weights, exported } = await made(12);
    const packed = await tarOf({
      "my-lora/README.md": Buffer.from("hi"),
      [`my-lora/${PEFT[0]}`]: config,
      [`my-lora/${PEFT[1]}`]: weights,
    });
    // Other programs fill archives up behind their end; the hash is of all that was sent.
    const archive = Buffer.concat([packed, Buffer.alloc(10_240)]);
    const result = await importBytes(world, archive, { fileName: "my-lora.tar" });
    expect(result).toMatchObject({ sha256: exported.sha256, known: false });
    const { adapterId } = result as { adapterId: string };
    const row = await world.db.adapter.findUniqueOrThrow({ where: { id: adapterId } });
    // PEFT names its base in words only, which prove nothing.
    expect(row.source).toMatchObject({ format: "PEFT", sha256: sha256(archive), baseNamed: false });
    const stored = await readAdapterFile(path.join(world.home, row.path), model.config, { sha256: model.sha256 });
    expect(stored.rank).toBe(4);
  });

  test("that is here already is not taken twice, by whatever way it comes, and both at once make one row", async () => {
    const { gguf, config, weights, exported } = await made(13);
    const archive = await tarOf({ [PEFT[0]]: config, [PEFT[1]]: weights });
    const results = await Promise.all([importBytes(world, gguf), importBytes(world, archive)]);
    expect(results.map((result) => "known" in result && result.known).sort()).toEqual([false, true]);
    expect(await world.db.adapter.count({ where: { sha256: exported.sha256 } })).toBe(1);
    expect(await world.db.gate.count({ where: { adapter: { sha256: exported.sha256 } } })).toBe(1);
  });

  test("whose files were deleted brings them back", async () => {
    const { gguf } = await made(14);
    const { adapterId, sha256: hash } = (await importBytes(world, gguf)) as { adapterId: string; sha256: string };
    fs.rmSync(path.join(world.home, "adapters", hash), { recursive: true });
    await world.db.adapter.update({ where: { id: adapterId }, data: { filesDeletedAt: new Date() } });
    expect(await importBytes(world, gguf)).toEqual({ adapterId, sha256: hash, known: true });
    expect(await world.as(world.admin).adapter.get({ id: adapterId })).toMatchObject({
      filesDeletedAt: null,
      files: [{ name: "adapter.gguf" }, { name: PEFT[0] }, { name: PEFT[1] }],
    });
  });
});

describe("a file that does not fit", () => {
  let before: string[];
  let rows: number;
  beforeAll(async () => {
    before = filesAtHome(world);
    rows = await world.db.adapter.count();
  });
  afterEach(async () => {
    expect(filesAtHome(world)).toEqual(before);
    expect(await world.db.adapter.count()).toBe(rows);
  });

  const refusal = async (bytes: Uint8Array, changes = {}) => {
    const result = await importBytes(world, bytes, changes);
    if (!("refusal" in result)) throw new Error("it was taken");
    const { area, code, values } = result.refusal;
    expect(area).toBe("registry");
    // Sentences name files as their sender knows them, and never where they lay here.
    expect(`${result.message} ${JSON.stringify(values)}`).not.toContain(world.home);
    return { code: code.replace(/^IMPORT_/, ""), message: result.message ?? "" };
  };
  const other = (changes: object) => {
    const file = path.join(scratch, "other.gguf");
    writeTinyAdapter(file, { ...model.config, ...changes }, { seed: 21 });
    return fs.readFileSync(file);
  };
  /** A LoRA file whose metadata or tensors somebody changed. */
  const crafted = (change: (file: { metadata: Map<string, ReturnType<typeof value>>; tensors: Crafted[] }) => void) => {
    const { tensors } = writeTinyAdapter(path.join(scratch, "raw.gguf"), model.config, { seed: 22 });
    const file = {
      metadata: new Map([
        ["general.architecture", value("string", "llama")],
        ["general.type", value("string", "adapter")],
        ["adapter.type", value("string", "lora")],
        ["adapter.lora.alpha", value("f32", 8)],
      ]),
      tensors: tensors.map((tensor): Crafted => ({ ...tensor, type: "F32" })),
    };
    change(file);
    const out = path.join(scratch, "crafted.gguf");
    writeGguf(out, file.metadata, file.tensors);
    return fs.readFileSync(out);
  };
  type Crafted = { name: string; shape: readonly number[]; data: Float32Array; type: "F32" };
  const withNan = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    copy.writeFloatLE(Number.NaN, copy.length - 64);
    return copy;
  };

  test.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ["nothing", () => Buffer.alloc(0), "EMPTY"],
    ["text", () => Buffer.from("Dear Sirs, please find attached"), "NOT_AN_ADAPTER"],
    ["a zip archive", () => Buffer.from("PK\x03\x04 and so on"), "COMPRESSED"],
    ["a gzip archive", () => Buffer.from([0x1f, 0x8b, 8, 0]), "COMPRESSED"],
    ["PEFT's config alone", async () => (await made(15)).config, "HALF_OF_PEFT"],
    ["PEFT's weights alone", async () => (await made(15)).weights, "HALF_OF_PEFT"],
    ["an archive without weights", async () => tarOf({ [PEFT[0]]: (await made(15)).config }), "HALF_OF_PEFT"],
    ["an archive of something else", () => tarOf({ "photo.jpg": Buffer.alloc(2000) }), "HALF_OF_PEFT"],
    ["a magic word and nothing behind it", () => Buffer.from("GGUF"), "TRUNCATED"],
    ["the base model itself", () => fs.readFileSync(model.path), "BAD_FILE"],
    ["an adapter for wider layers", () => other({ width: 128 }), "WRONG_SHAPE"],
    ["an adapter for more layers", () => other({ layers: 3 }), "BASE_MISMATCH"],
    ["an adapter for another architecture", () => other({ architecture: "qwen3" }), "BASE_MISMATCH"],
    ["a NaN", async () => withNan((await made(15)).gguf), "NOT_FINITE"],
    ["a NaN in PEFT", async () => peft({ weights: withNan((await made(15)).weights) }), "NOT_FINITE"],
    ["half a pair", () => crafted(({ tensors }) => void tensors.splice(3, 1)), "BAD_FILE"],
    ["nothing it changes", () => crafted(({ tensors }) => void tensors.splice(0)), "BAD_FILE"],
    ["no alpha", () => crafted(({ metadata }) => metadata.delete("adapter.lora.alpha")), "BAD_FILE"],
    ["an alpha of 0", () => crafted(({ metadata }) => metadata.set("adapter.lora.alpha", value("f32", 0))), "BAD_FILE"],
    [
      "an activated LoRA",
      () => crafted(({ metadata }) => metadata.set("adapter.alora.invocation_tokens", value("u32", 3))),
      "NOT_PLAIN_LORA",
    ],
    ["a rank of its own for one layer", () => crafted(({ tensors }) => narrow(tensors)), "WRONG_SHAPE"],
    [
      "another base's hash",
      () => crafted(({ metadata }) => metadata.set("hone.base.sha256", value("string", "ab".repeat(32)))),
      "BASE_MISMATCH",
    ],
    ["PEFT with DoRA", () => peft({ config: { use_dora: true } }), "NOT_PLAIN_LORA"],
    ["PEFT of another rank than it says", () => peft({ config: { r: 8 } }), "WRONG_SHAPE"],
    ["PEFT with a config of lists", () => peft({ config: [] }), "NOT_PLAIN_LORA"],
    [
      "PEFT whose weights name a path",
      async () => peft({ weights: renamed((await made(15)).weights) }),
      "NOT_PLAIN_LORA",
    ],
    ["a header that claims to be huge", () => peft({ weights: bomb(2n ** 62n, 64) }), "BAD_FILE"],
    ["a header that is huge", () => peft({ weights: bomb(8n * 2n ** 20n, 8 * 2 ** 20) }), "BAD_FILE"],
    ["a header nested a million deep", () => peft({ weights: nested(2 ** 20) }), "BAD_FILE"],
    ["a config of two megabytes", () => peft({ config: { padding: "x".repeat(2 ** 21) } }), "BAD_FILE"],
  ])("is refused: %s", async (_, bytes, code) => {
    expect(await refusal(await bytes())).toMatchObject({ code });
  });

  const narrow = (tensors: Crafted[]) => {
    const [a, b] = tensors as [Crafted, Crafted];
    tensors[0] = { ...a, shape: [2, a.shape[1]!], data: a.data.slice(0, 2 * a.shape[1]!) };
    tensors[1] = { ...b, shape: [b.shape[0]!, 2], data: b.data.slice(0, 2 * b.shape[0]!) };
  };
  async function peft({ config, weights }: { config?: object; weights?: Uint8Array } = {}) {
    const whole = await made(15);
    const changed = Array.isArray(config) ? config : { ...JSON.parse(whole.config.toString()), ...config };
    return tarOf({ [PEFT[0]]: Buffer.from(JSON.stringify(changed)), [PEFT[1]]: weights ?? whole.weights });
  }
  /** Of the same length, so that every offset still holds. */
  const renamed = (bytes: Buffer) =>
    Buffer.from(bytes.toString("latin1").replace("base_model.model.model", "../../../../../../etc/"), "latin1");
  const bomb = (claimed: bigint, real: number) => {
    const bytes = Buffer.alloc(8 + real, 0x20);
    bytes.writeBigUInt64LE(claimed);
    bytes.write("{", 8);
    return bytes;
  };
  const nested = (depth: number) => {
    const json = Buffer.from(`{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json]);
  };

  test("is refused: one that is larger than may come, before it is on disk", async () => {
    const { gguf } = await made(15);
    expect(await refusal(gguf, { mostBytes: gguf.length - 1 })).toMatchObject({ code: "TOO_LARGE" });
  });

  test("is refused: one whose sender goes away", async () => {
    async function* going() {
      yield (await made(15)).gguf.subarray(0, 5000);
      throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    }
    expect(await refusal(Buffer.alloc(0), { file: going() })).toMatchObject({ code: "BROKEN_OFF" });
  });

  test("is refused: an archive with paths out of it, links, or the same file twice; nothing is written outside", async () => {
    const { config, weights } = await made(15);
    const escaping = await tarOf({
      "../../../evil.txt": config,
      [`../../${PEFT[0]}`]: Buffer.from("{}"),
      [`/tmp/${PEFT[1]}`]: weights,
    });
    expect(await refusal(escaping)).toMatchObject({ code: "NOT_PLAIN_LORA" });
    const twice = await tarOf({ [PEFT[0]]: config, [PEFT[1]]: weights, [`again/${PEFT[0]}`]: config });
    expect(await refusal(twice)).toMatchObject({ code: "BAD_ARCHIVE" });
    const link = await tarOf({ [PEFT[0]]: config });
    link[156] = "2".charCodeAt(0);
    // The sum of the header goes with the changed type.
    link.write(
      `${[...link.subarray(0, 512)]
        .reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
      "latin1",
    );
    expect(await refusal(link)).toMatchObject({ code: "BAD_ARCHIVE" });
  });

  test("is refused, and never a crash: files cut off and with bytes changed anywhere", async () => {
    const { gguf, config, weights } = await made(15);
    const archive = await tarOf({ [PEFT[0]]: config, [PEFT[1]]: weights });
    const random = seededRandom(5);
    for (const whole of [gguf, archive]) {
      for (let round = 0; round < 6; round++) {
        const cut = whole.subarray(0, Math.floor(random() * (whole.length - 1024)));
        expect((await refusal(cut)).message).not.toBe("");
        const damaged = Buffer.from(whole);
        // In its header, where lengths, types and names are.
        for (let byte = 0; byte < 6; byte++) damaged[Math.floor(random() * 800)] = Math.floor(random() * 256);
        const result = await importBytes(world, damaged);
        // A byte in a name that nobody reads may change without harm; what was taken then goes again.
        if ("adapterId" in result) throw new Error(`round ${round} was taken: choose another seed`);
      }
    }
  });
});
