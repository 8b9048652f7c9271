// SIGKILL in the middle of what happens by itself: a gate is begun anew by the next trainer, a canary reaches its end once, its arms come back.
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runningUrl } from "../../scripts/data/database.ts";
import { type Person, signIn, wholeReply } from "../helpers/api.ts";
import { query } from "../helpers/backup.ts";
import { starterAdapter } from "../helpers/brought-adapter.ts";
import { ADMIN, type Instance, removeHome, startInstance, temporaryHome } from "../helpers/instance.ts";

const home = temporaryHome();
let instance: Instance;
let admin: Person;
let adapterId: string;
beforeAll(async () => {
  instance = await startInstance({ home });
  admin = await signIn(instance.url, ADMIN);
  const sent = await admin.fetch("/api/adapters", {
    method: "POST",
    body: new Uint8Array(starterAdapter({ seed: 5 })),
  });
  ({ adapterId } = (await sent.json()) as { adapterId: string });
});
afterAll(async () => {
  await instance?.stop();
  removeHome(home);
});

const PATIENCE = { timeout: 120_000, interval: 200 };
/** Kills one of the children; the supervisor starts it again. */
function kill(name: string): void {
  const children = JSON.parse(fs.readFileSync(path.join(home, "children.json"), "utf8")) as {
    name: string;
    pid: number;
  }[];
  process.kill(children.find((child) => child.name === name)!.pid, "SIGKILL");
}
const rows = <Row extends object>(sql: string) => query<Row>(runningUrl(path.join(home, "postgres"))!, sql);
/** What a call says once there is somebody to answer it. */
const answered = async <T>(ask: () => Promise<T>): Promise<T | undefined> => ask().catch(() => undefined);

test("a trainer that is killed in a gate: the next one begins it anew, and nothing of the dead one's counts", async () => {
  const gate = async () =>
    (
      await rows<{ id: string; status: string; attempt: number; suites: number }>(
        `SELECT "id", "status"::text, "attempt", (SELECT count(*)::int FROM "Evaluation" WHERE "gateId" = "Gate"."id") AS "suites" FROM "Gate"`,
      )
    )[0]!;
  await expect.poll(async () => (await gate()).status, PATIENCE).toBe("RUNNING");
  kill("trainer");
  const dead = await gate();
  expect(dead).toMatchObject({ status: "RUNNING", attempt: 1 });
  await expect.poll(gate, PATIENCE).toMatchObject({ status: "RUNNING", attempt: 2, suites: 0 });
  await admin.trpc.gate.cancel.mutate({ id: dead.id });
  expect(await gate()).toMatchObject({ status: "CANCELLED", attempt: 2 });
});

test("web and inference that are killed while a canary runs: it is promoted once, and its adapter speaks", async () => {
  const stage = (share: number) => ({ share, leastReplies: 0, leastMinutes: 0 });
  const plan = { stages: [stage(10), stage(100), stage(1000)], alpha: 0.05, leastErrors: 5, earlyPromotion: false };
  await admin.trpc.deployment.startCanary.mutate({ adapterId, plan, override: "The gate was called off" });
  for (const name of ["web", "inference", "web"]) {
    kill(name);
    await expect.poll(() => answered(() => admin.trpc.viewer.me.query()), PATIENCE).toBeTruthy();
  }
  const status = async () =>
    (await rows<{ status: string }>(`SELECT "status"::text FROM "Canary"`)).map((row) => row.status);
  await expect.poll(status, PATIENCE).toEqual(["PROMOTED"]);
  const { arms } = await admin.trpc.deployment.traffic.query();
  expect(arms).toMatchObject([{ adapterId, isDefault: true, share: 1000 }]);
  const [told] = await rows<{ lines: number; events: number; numbers: number[] }>(
    `SELECT (SELECT count(*)::int FROM "AuditEvent" WHERE "action" = 'canary.promote') AS "lines",
      (SELECT count(*)::int FROM "Event" WHERE "kind" = 'canary.promoted') AS "events",
      (SELECT array_agg("number" ORDER BY "number") FROM "Deployment") AS "numbers"`,
  );
  expect(told).toEqual({ lines: 1, events: 1, numbers: [1, 2, 3] });
  const send = () => admin.trpc.message.send.mutate({ parentId: null, content: "Hello!", requestKey: randomUUID() });
  const { reply } = await send();
  const { message } = await wholeReply(admin, reply.id);
  expect(message).toMatchObject({ status: "COMPLETE", release: { number: 3 } });
});
