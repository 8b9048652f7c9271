// What leaves and enters the registry by HTTP: files, archives, cards and imports, for admins and their API keys only.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { GET } from "../../../app/api/adapters/[id]/[file]/route.ts";
import { POST } from "../../../app/api/adapters/route.ts";
import { mergesDone, sweepMerged } from "../../../server/domain/registry/merge.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { validateBase } from "../../../server/gguf/validate.ts";
import type { Services } from "../../../server/services.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { mergeAdapter } from "../../../trainer/adapters/merge.ts";
import { importBytes, tarOf, useTinyBase } from "../../helpers/registry.ts";
import { type TinyModel, writeTinyAdapter } from "../../helpers/tiny-model.ts";
import { testWorld } from "../../helpers/world.ts";

const asking = vi.hoisted(() => ({ viewer: null as Viewer | null, services: null as Services | null }));
vi.mock(import("../../../server/auth.ts"), async (original) => ({
  ...(await original()),
  getViewer: async () => asking.viewer,
}));
vi.mock(import("../../../server/services.ts"), () => ({ services: () => asking.services! }));

const world = testWorld();
let model: TinyModel;
let adapterId: string;
let sha256: string;
beforeAll(async () => {
  asking.services = world.services;
  asking.viewer = world.admin;
  model = await useTinyBase(world);
  const { path: file } = writeTinyAdapter(path.join(world.home, "raw.gguf"), model.config, {
    baseSha256: model.sha256,
  });
  ({ adapterId, sha256 } = (await importBytes(world, fs.readFileSync(file))) as { adapterId: string; sha256: string });
});

const get = (file: string, query = "", id = adapterId) =>
  GET(new Request(`http://hone.test/api/adapters/${id}/${file}${query}`), { params: Promise.resolve({ id, file }) });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const post = (
  body: Uint8Array,
  query: string,
  headers: Record<string, string> = { origin: "http://hone.test", host: "hone.test" },
) =>
  POST(new Request(`http://hone.test/api/adapters${query}`, { method: "POST", body: new Uint8Array(body), headers }));
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];

test("every way in and out is for admins", async () => {
  const ann = await world.person("Ann");
  for (const [viewer, status, code] of [
    [null, 401, "UNAUTHORIZED"],
    [ann, 403, "FORBIDDEN"],
  ] as const) {
    asking.viewer = viewer;
    expect(await codeOf(await get("adapter.gguf"))).toEqual([status, code]);
    expect(await codeOf(await post(Buffer.from("GGUF"), ""))).toEqual([status, code]);
  }
  asking.viewer = world.admin;
  const another = { origin: "http://evil.test", host: "hone.test" };
  expect(await codeOf(await post(Buffer.from("GGUF"), "", another))).toEqual([403, "CROSS_ORIGIN"]);
});

test("a file is the bytes its name is the hash of, and no other name leads anywhere", async () => {
  const response = await get("adapter.gguf");
  expect(response.headers.get("content-disposition")).toBe(
    `attachment; filename="${sha256.slice(0, 12)}-adapter.gguf"`,
  );
  const bytes = await bytesOf(response);
  expect(Number(response.headers.get("content-length"))).toBe(bytes.length);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
  for (const file of ["../../base.gguf", "base.gguf", "merged-..gguf", "merged-f64.gguf", "model.gguf.part", ""])
    expect((await get(file)).status, file).toBe(404);
  expect(await codeOf(await get("adapter.gguf", "", "../.."))).toEqual([404, "NOT_FOUND"]);
});

test("PEFT's archive is as long as announced, the same every time, and can be imported again", async () => {
  const response = await get("peft.tar");
  const archive = await bytesOf(response);
  expect(Number(response.headers.get("content-length"))).toBe(archive.length);
  expect(archive.equals(await bytesOf(await get("peft.tar")))).toBe(true);
  const folder = path.join(world.home, "adapters", sha256);
  const file = (name: string) => fs.readFileSync(path.join(folder, name));
  const names = ["adapter_config.json", "adapter_model.safetensors"] as const;
  expect(archive.equals(await tarOf({ [names[0]]: file(names[0]), [names[1]]: file(names[1]) }))).toBe(true);
  const again = await post(archive, "?fileName=back.tar");
  expect([again.status, await again.json()]).toEqual([200, { adapterId, sha256, known: true }]);
});

test("an import by a program says what it made, or why not, in words and in a sentence for pages", async () => {
  const { key } = await world.as(world.admin).apiKey.create({ name: "importer" });
  asking.viewer = null;
  const bearer = { authorization: `Bearer ${key}` };
  const { path: file } = writeTinyAdapter(path.join(world.home, "raw.gguf"), model.config, { seed: 31 });
  const made = await post(fs.readFileSync(file), "?fileName=theirs.gguf&name=Theirs", bearer);
  expect(made.status).toBe(201);
  const refused = await post(Buffer.from("hello"), "?fileName=hello.txt", bearer);
  expect(refused.status).toBe(400);
  expect(await refused.json()).toEqual({
    code: "IMPORT_REFUSED",
    message: "The file is neither GGUF nor a .tar with PEFT's two files.",
    refusal: { area: "registry", code: "IMPORT_NOT_AN_ADAPTER", values: { detail: expect.any(String) } },
  });
  asking.viewer = world.admin;
});

test("a merged model is made when it is asked for, once, equal to the one of the command line, and forgotten after a day", async () => {
  const admin = world.as(world.admin);
  const wanted = { id: adapterId, type: "f16" } as const;
  expect(await admin.adapter.mergeState(wanted)).toEqual({ state: "NONE" });
  expect((await get("merged-f16.gguf")).status).toBe(404);
  const begun = await Promise.all([admin.adapter.startMerge(wanted), admin.adapter.startMerge(wanted)]);
  expect(begun.map(({ state }) => state)).toEqual(["RUNNING", "RUNNING"]);
  await mergesDone();
  const state = await admin.adapter.mergeState(wanted);
  if (state.state !== "DONE") throw new Error(JSON.stringify(state));
  const bytes = await bytesOf(await get("merged-f16.gguf"));
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(state.sha256);
  const [adapter, out] = [path.join(world.home, "adapters", sha256, "adapter.gguf"), path.join(world.home, "cli.gguf")];
  await mergeAdapter({ base: model.path, adapter, out, type: "f16" });
  expect(fs.readFileSync(out).equals(bytes)).toBe(true);
  const merged = openGguf(out);
  expect(validateBase(merged)).toMatchObject({ layers: 2, width: 64, vocabulary: 512 });
  merged.close();
  // Asked for again it is there; both of the two who asked at once made one.
  expect(await admin.adapter.startMerge(wanted)).toEqual(state);
  expect(await world.db.auditEvent.count({ where: { action: "adapter.merge" } })).toBe(1);
  await sweepMerged(world.services.env, new Date(Date.now() + 25 * 3600_000));
  expect(await admin.adapter.mergeState(wanted)).toEqual({ state: "NONE" });
  expect(fs.readdirSync(path.join(world.home, "merged"))).toEqual([]);
});

test("a merge that cannot be made says why, and may be tried again", async () => {
  const admin = world.as(world.admin);
  const wanted = { id: adapterId, type: "keep" } as const;
  const { HONE_MODEL } = world.services.env;
  world.services.env.HONE_MODEL = path.join(world.home, "gone.gguf");
  await admin.adapter.startMerge(wanted);
  await mergesDone();
  expect(await admin.adapter.mergeState(wanted)).toMatchObject({
    state: "FAILED",
    reason: { area: "registry", code: "MERGE_FAILED", values: { detail: expect.stringContaining("gone.gguf") } },
  });
  expect(JSON.stringify(await admin.adapter.mergeState(wanted))).not.toContain(world.home);
  world.services.env.HONE_MODEL = HONE_MODEL;
  await admin.adapter.startMerge(wanted);
  await mergesDone();
  expect(await admin.adapter.mergeState(wanted)).toMatchObject({ state: "DONE" });
});

test("a card tells what is known in either language, and lets nobody's words pass for its own", async () => {
  await world.as(world.admin).adapter.update({ id: adapterId, name: "# Best | [one](http://x)\never" });
  const response = await get("MODEL_CARD.md", "?language=zh");
  expect(response.headers.get("content-type")).toContain("text/markdown");
  const [zh, en] = [await response.text(), await (await get("MODEL_CARD.md")).text()];
  expect(en.split("\n")[0]).toBe("# \\# Best \\| \\[one\\](http://x) ever");
  for (const card of [en, zh]) {
    expect(card).toContain(sha256);
    expect(card).toContain(model.sha256);
    expect(card).toContain("theirs.gguf");
    expect(card).not.toContain(world.admin.email);
    // The same sections in the same order.
    expect(card.match(/^## /gm)).toHaveLength(10);
  }
  expect(en).toContain("It waits for its gate.");
  expect(zh).toContain("正在等待关卡。");
});
