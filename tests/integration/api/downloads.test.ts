// Files that routes hand out: whose they are, who may have them, and what their headers say.
import { createHash } from "node:crypto";
import { beforeAll, expect, test, vi } from "vitest";
import { GET as getAccount } from "../../../app/api/account/export/route.ts";
import { GET as getReport } from "../../../app/api/erasures/[id]/report/route.ts";
import type { Services } from "../../../server/services.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { testWorld } from "../../helpers/world.ts";

/** Who asks, and what of: the cookie and the process's own services are another test's matter. */
const asking = vi.hoisted(() => ({ viewer: null as Viewer | null, services: null as Services | null }));
vi.mock(import("../../../server/auth.ts"), async (original) => ({
  ...(await original()),
  getViewer: async () => asking.viewer,
}));
vi.mock(import("../../../server/services.ts"), () => ({ services: () => asking.services! }));

const world = testWorld();
let ann: Viewer;
let erasureId: string;
beforeAll(async () => {
  asking.services = world.services;
  ann = await world.person("Ann");
  const gone = await world.person("Gone");
  erasureId = (await world.as(world.admin).erasure.run({ userId: gone.id })).id;
});

const report = (id: string) => getReport(new Request("http://hone.test/"), { params: Promise.resolve({ id }) });
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];

test("an erasure's report is for admins, and is the bytes its hash is of", async () => {
  asking.viewer = null;
  expect(await codeOf(await report(erasureId))).toEqual([401, "UNAUTHORIZED"]);
  asking.viewer = ann;
  expect(await codeOf(await report(erasureId))).toEqual([403, "FORBIDDEN"]);
  asking.viewer = world.admin;
  for (const wrong of ["../etc", crypto.randomUUID()])
    expect(await codeOf(await report(wrong))).toEqual([404, "NOT_FOUND"]);
  const response = await report(erasureId);
  const { sha256 } = await world.as(world.admin).erasure.get({ id: erasureId });
  expect(response.headers.get("content-disposition")).toBe(
    `attachment; filename="erasure-${sha256.slice(0, 12)}.json"`,
  );
  expect(
    createHash("sha256")
      .update(Buffer.from(await response.arrayBuffer()))
      .digest("hex"),
  ).toBe(sha256);
});

const asked = () => new Request("http://hone.test/api/account/export", { headers: { "x-request-id": "export-1" } });

test("an account's file is its owner's, and may be asked for only so often", async () => {
  asking.viewer = null;
  expect(await codeOf(await getAccount(asked()))).toEqual([401, "UNAUTHORIZED"]);
  asking.viewer = ann;
  const response = await getAccount(asked());
  expect(response.headers.get("content-disposition")).toMatch(
    /^attachment; filename="hone-account-\d{4}-\d\d-\d\d\.json"$/,
  );
  expect(response.headers.get("cache-control")).toContain("no-store");
  expect(response.headers.get("x-request-id")).toBe("export-1");
  expect(await response.json()).toMatchObject({ format: "hone-account", account: { email: ann.email } });
  const more = await Promise.all(Array.from({ length: 8 }, () => getAccount(asked())));
  expect(more.map(({ status }) => status)).toContain(429);
  for (const one of more) await one.text();
});
