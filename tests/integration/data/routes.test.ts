// The routes that carry files, called as programs call them: with an admin's API key, in pieces and whole, and by people who may not.
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { GET as exportRoute } from "../../../app/api/datasets/[id]/export/route.ts";
import { DELETE, GET, PUT } from "../../../app/api/imports/[id]/route.ts";
import { GET as list, POST } from "../../../app/api/imports/route.ts";
import { startReading } from "../../../server/domain/import.ts";
import type { ImportView } from "../../../server/domain/views.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let adminKey: string;
let annKey: string;
beforeAll(async () => {
  (globalThis as { honeServices?: unknown }).honeServices = world.services;
  adminKey = (await world.as(world.admin).apiKey.create({ name: "cli" })).key;
  annKey = (await world.as(await world.person("Ann")).apiKey.create({ name: "cli" })).key;
});

const request = (path: string, init: RequestInit & { key?: string | null } = {}) => {
  const { key = adminKey, ...rest } = init;
  const headers = { ...(key && { authorization: `Bearer ${key}` }), ...(rest.headers as object) };
  return new Request(`http://hone.test/api/${path}`, { ...rest, headers });
};
const of = (id: string) => ({ params: Promise.resolve({ id }) });
const lines = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({ prompt: `Route ${i}?`, chosen: "Yes.", rejected: "No." }),
  ).join("\n");

async function finished(id: string): Promise<ImportView> {
  await startReading(world.services, id);
  return (await GET(request(`imports/${id}`), of(id))).json();
}

test("a file in one request, packed, is read and can be taken out again", async () => {
  const body = gzipSync(lines(100));
  const answer = await POST(request("imports?format=trl&kind=PAIRS&name=whole", { method: "POST", body }));
  expect(answer.status).toBe(202);
  const begun: ImportView = await answer.json();
  expect(begun).toMatchObject({ name: "whole", format: "trl", bytes: body.length, received: body.length });
  const done = await finished(begun.id);
  expect(done).toMatchObject({ state: "DONE", good: 100 });
  const again = await POST(request("imports?format=trl&kind=PAIRS", { method: "POST", body }));
  expect(await again.json()).toMatchObject({ id: begun.id, state: "DONE" });

  const out = await exportRoute(request(`datasets/${done.datasetId}/export?format=openai&gzip=1`), of(done.datasetId!));
  expect(out.headers.get("content-disposition")).toMatch(
    /^attachment; filename="pairs-[0-9a-f]{12}\.openai\.jsonl\.gz"$/,
  );
  const written = gunzipSync(Buffer.from(await out.arrayBuffer()))
    .toString()
    .trimEnd()
    .split("\n");
  expect(written).toHaveLength(100);
  expect(JSON.parse(written[0]!)).toMatchObject({ preferred_output: [{ role: "assistant", content: "Yes." }] });
  const plain = await exportRoute(request(`datasets/${done.datasetId}/export?split=HELDOUT`), of(done.datasetId!));
  expect(
    (await plain.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).split),
  ).not.toContain("train");
  const { items } = await world.as(world.admin).audit.list();
  expect(items[0]).toMatchObject({ action: "dataset.export", after: { format: "hone", split: "HELDOUT" } });
});

test("a file in pieces: a wrong place says the right one, and the end is read", async () => {
  const body = Buffer.from(lines(300));
  const sha256 = createHash("sha256").update(body).digest("hex");
  const begin = { sha256, bytes: body.length, format: "hone", kind: "PAIRS", name: "pieces" };
  const json = { method: "POST", body: JSON.stringify(begin), headers: { "content-type": "application/json" } };
  const { id }: ImportView = await (await POST(request("imports", json))).json();
  const put = (offset: number, piece: Uint8Array<ArrayBuffer>) =>
    PUT(request(`imports/${id}?offset=${offset}`, { method: "PUT", body: piece }), of(id));
  expect(await (await put(0, body.subarray(0, 5000))).json()).toMatchObject({ received: 5000, state: "RECEIVING" });
  const wrong = await put(0, body);
  expect(wrong.status).toBe(409);
  expect(await wrong.json()).toEqual({ code: "CONFLICT", message: expect.stringContaining("5000 bytes") });
  expect(await (await put(5000, body.subarray(5000))).json()).toMatchObject({ received: body.length });
  expect(await finished(id)).toMatchObject({ state: "DONE", good: 300 });
  const { items } = await (await list(request("imports"))).json();
  expect(items.map(({ name }: ImportView) => name)).toEqual(["pieces", "whole"]);
});

test("an import can be taken back, once", async () => {
  const body = Buffer.from(lines(5));
  const begin = { sha256: "0".repeat(64), bytes: body.length, format: "hone", kind: "PAIRS", name: "back" };
  const json = { method: "POST", body: JSON.stringify(begin), headers: { "content-type": "application/json" } };
  const { id }: ImportView = await (await POST(request("imports", json))).json();
  expect((await DELETE(request(`imports/${id}`, { method: "DELETE" }), of(id))).status).toBe(200);
  expect((await DELETE(request(`imports/${id}`, { method: "DELETE" }), of(id))).status).toBe(404);
});

test.each<[string, () => Promise<Response>, number, string]>([
  ["a key of somebody who is no admin", () => list(request("imports", { key: annKey })), 403, "FORBIDDEN"],
  ["an unknown key", () => list(request("imports", { key: "hone_nothing" })), 401, "UNAUTHORIZED"],
  [
    "another site's page without a key",
    () =>
      POST(
        request("imports", {
          key: null,
          method: "POST",
          headers: { "sec-fetch-site": "cross-site", origin: "http://evil.test" },
        }),
      ),
    403,
    "CROSS_ORIGIN",
  ],
  [
    "a format without a layout",
    () => POST(request("imports?format=hh&kind=TEXTS", { method: "POST", body: "x" })),
    400,
    "INVALID_INPUT",
  ],
  ["no kind", () => POST(request("imports", { method: "POST", body: "x" })), 400, "INVALID_INPUT"],
  ["an empty file", () => POST(request("imports?kind=TEXTS", { method: "POST" })), 400, "INVALID_INPUT"],
  ["an id that is none", () => GET(request("imports/x"), of("x")), 400, "INVALID_INPUT"],
  ["an import that is not there", () => GET(request("imports"), of(crypto.randomUUID())), 404, "NOT_FOUND"],
  ["a Dataset that is not there", () => exportRoute(request("datasets"), of(crypto.randomUUID())), 404, "NOT_FOUND"],
  [
    "an unknown format",
    () => exportRoute(request("datasets?format=csv"), of(crypto.randomUUID())),
    400,
    "INVALID_INPUT",
  ],
  [
    "a place that is no number",
    () => PUT(request("imports?offset=-1", { method: "PUT" }), of(crypto.randomUUID())),
    400,
    "INVALID_INPUT",
  ],
])("%s is answered with a code and a sentence", async (_, call, status, code) => {
  const answer = await call();
  expect(await answer.json()).toEqual({ code, message: expect.stringMatching(/\w+/) });
  expect(answer.status).toBe(status);
});
