// Deliveries from the transaction that recorded an event to a real receiver: signed, retried, given up, and never two at once.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import { deliverDue, RETRY_MS, sweepOldEvents } from "../../../server/domain/events/deliver.ts";
import { recordEvent } from "../../../server/domain/events/event.ts";
import { listWebhooks } from "../../../server/domain/events/webhook.ts";
import type { EventKind } from "../../../server/domain/views/watch.ts";
import { type Receiver, startReceiver } from "../../helpers/receiver.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld({ WEBHOOK_ALLOW: "http://127.0.0.1:*", NEXTAUTH_URL: "https://hone.example" });
let receiver: Receiver;
let admin: Caller;
/** A second web process. */
let other: Db;
let webhook: { id: string; secret: string };

beforeAll(async () => {
  receiver = await startReceiver();
  admin = world.as(world.admin);
  other = createDb(world.url);
});
beforeEach(async () => {
  for (const { id } of (await admin.webhook.list()).webhooks) await admin.webhook.delete({ id });
  Object.assign(receiver, { received: [], answer: 200 });
  webhook = await admin.webhook.create({ url: `${receiver.url}/hone`, kinds: ["run.finished", "gate.refused"] });
});
afterAll(async () => {
  await other?.$disconnect();
  await receiver?.close();
});

const record = (kind: EventKind, data = {}) =>
  world.db.$transaction((tx) => recordEvent(tx, { kind, subject: "Run:1", data }));
/** One pass of a web process, at a time of its own. */
const pass = (now: Date, db: Db = world.db, options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  deliverDue({ db, env: world.services.env }, { ...options, now: () => now });
const later = (ms: number) => new Date(Date.now() + 1_000 + ms);
const deliveries = async () => (await admin.webhook.list()).webhooks[0]!.deliveries;

test("an event reaches whoever asked for its kind, signed with their secret", async () => {
  await record("run.finished", { method: "DPO" });
  await record("run.failed", { method: "DPO" });
  expect(await pass(later(0))).toBe(1);
  expect(receiver.received).toHaveLength(1);
  const [{ headers, body, path }] = receiver.received as [Receiver["received"][number]];
  expect(path).toBe("/hone");
  // As a receiver checks it.
  const key = Buffer.from(webhook.secret.slice("whsec_".length), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  expect(Math.abs(Number(headers["webhook-timestamp"]) * 1000 - later(0).getTime())).toBeLessThan(60_000);
  expect(JSON.parse(body)).toMatchObject({
    type: "run.finished",
    url: "https://hone.example/admin/runs/1",
    data: { method: "DPO" },
    email: { en: { subject: "Hone: a DPO run has finished" }, zh: { subject: expect.stringContaining("DPO") } },
  });
  expect(await deliveries()).toMatchObject([{ kind: "run.finished", attempts: 1, httpStatus: 200, nextAt: null }]);
  expect(await pass(later(RETRY_MS.at(-1)!))).toBe(0);
});

test("an event whose transaction failed is told to nobody", async () => {
  const failing = world.db.$transaction(async (tx) => {
    await recordEvent(tx, { kind: "run.finished", subject: "Run:1", data: {} });
    throw new Error("the run was not finished after all");
  });
  await expect(failing).rejects.toThrow("after all");
  expect(await pass(later(0))).toBe(0);
});

test("what fails is tried again with growing pauses, under the same id, and given up after the last", async () => {
  receiver.answer = 503;
  await record("run.finished");
  let at = later(0).getTime();
  for (const [i, pause] of RETRY_MS.entries()) {
    expect(await pass(new Date(at))).toBe(1);
    expect(await deliveries()).toMatchObject([
      { attempts: i + 1, httpStatus: 503, error: "STATUS", deliveredAt: null },
    ]);
    expect(await pass(new Date(at + pause - 1))).toBe(0);
    at += pause;
  }
  expect(await pass(new Date(at))).toBe(1);
  expect(await deliveries()).toMatchObject([{ attempts: RETRY_MS.length + 1, nextAt: null, deliveredAt: null }]);
  expect(await pass(new Date(at + 365 * 24 * 3_600_000))).toBe(0);
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);

  // Somebody has mended the receiver.
  receiver.answer = 200;
  const { id } = (await deliveries())[0]!;
  await admin.webhook.retry({ id });
  expect(await pass(later(0))).toBe(1);
  expect(await deliveries()).toMatchObject([{ httpStatus: 200, error: null, nextAt: null }]);
  await expect(admin.webhook.retry({ id })).rejects.toMatchObject({ cause: { code: "ILLEGAL_STATE" } });
});

test("two processes at the same moment deliver everything, and nothing twice", async () => {
  for (let i = 0; i < 12; i++) await record("run.finished", { i });
  const now = later(0);
  const made = await Promise.all([pass(now), pass(now, other), pass(now), pass(now, other)]);
  expect(made.reduce((sum, tries) => sum + tries, 0)).toBe(12);
  expect(new Set(receiver.received.map(({ body }) => JSON.parse(body).data.i)).size).toBe(12);
  expect(receiver.received).toHaveLength(12);
});

test("what is on its way is nobody else's, until the process that has it is silent for too long", async () => {
  const held: (() => void)[] = [];
  receiver.answer = (response) => held.push(() => response.writeHead(200).end());
  await record("run.finished");
  const now = later(0);
  const first = pass(now);
  await receiver.come(1);
  expect(await pass(now, other)).toBe(0);
  expect(await pass(new Date(now.getTime() + 59_000), other)).toBe(0);
  // A minute later it counts as lost; what the first says after that changes nothing.
  receiver.answer = 500;
  expect(await pass(new Date(now.getTime() + 60_000), other)).toBe(1);
  for (const go of held) go();
  await first;
  expect(await deliveries()).toMatchObject([{ attempts: 2, httpStatus: 500, deliveredAt: null }]);
});

test("a process that is stopped counts nothing that it did not see the end of", async () => {
  receiver.answer = () => {};
  await record("run.finished");
  const stopping = new AbortController();
  const now = later(0);
  const stopped = pass(now, world.db, { signal: stopping.signal });
  await receiver.come(1);
  stopping.abort();
  await stopped;
  expect(await deliveries()).toMatchObject([{ httpStatus: null, error: null, deliveredAt: null }]);
  receiver.answer = 200;
  expect(await pass(new Date(now.getTime() + 60_000), other)).toBe(1);
  expect(await deliveries()).toMatchObject([{ httpStatus: 200 }]);
});

test("one that does not answer holds up nobody else", async () => {
  const quick = await startReceiver();
  await admin.webhook.create({ url: quick.url, kinds: ["run.finished"] });
  receiver.answer = () => {};
  await record("run.finished");
  await record("run.finished");
  // The silent one is asked once and not again in this pass.
  expect(await pass(later(0), world.db, { timeoutMs: 6_000 })).toBe(3);
  expect(quick.received).toHaveLength(2);
  expect(receiver.received).toHaveLength(1);
  await quick.close();
});

test("switched off or removed, it gets nothing more, not even what was waiting", async () => {
  await record("run.finished");
  await admin.webhook.update({ id: webhook.id, enabled: false });
  await record("run.finished");
  expect(await pass(later(0))).toBe(0);
  expect(await deliveries()).toMatchObject([{ error: "SWITCHED_OFF", nextAt: null }]);
  await expect(admin.webhook.test({ id: webhook.id })).rejects.toMatchObject({ cause: { code: "ILLEGAL_STATE" } });
  await admin.webhook.update({ id: webhook.id, enabled: true });
  await record("run.finished");
  await admin.webhook.delete({ id: webhook.id });
  expect(await pass(later(0))).toBe(0);
  expect(receiver.received).toEqual([]);
  expect(await world.db.webhook.findUnique({ where: { id: webhook.id } })).toMatchObject({ secret: "" });
});

test("a test goes to one webhook alone", async () => {
  const quiet = await startReceiver();
  await admin.webhook.create({ url: quiet.url, kinds: ["run.finished"] });
  await admin.webhook.test({ id: webhook.id });
  expect(await pass(later(0))).toBe(1);
  expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({ type: "test" });
  expect(quiet.received).toEqual([]);
  await quiet.close();
});

test("admins choose among what the environment allows, and read no secret again", async () => {
  for (const url of ["https://hooks.example.com/", "http://169.254.169.254/", "file:///etc/passwd"]) {
    const made = admin.webhook.create({ url, kinds: ["run.finished"] });
    await expect(made).rejects.toMatchObject({ cause: { code: "WEBHOOK_REFUSED" } });
  }
  const listed = await admin.webhook.list();
  expect(listed.allowed).toEqual(["http://127.0.0.1:*"]);
  expect(JSON.stringify(listed)).not.toContain(webhook.secret);
  const audited = await world.db.auditEvent.findMany({ where: { subject: `Webhook:${webhook.id}` } });
  expect(audited).toHaveLength(1);
  expect(JSON.stringify(audited, (_, value) => (typeof value === "bigint" ? String(value) : value))).not.toContain(
    webhook.secret,
  );
});

test("the environment has the last word also over webhooks that were made before it changed", async () => {
  await record("run.finished");
  const { WEBHOOK_ALLOW: _, ...env } = world.services.env;
  const stricter = { ...env, WEBHOOK_ALLOW: { ...world.services.env.WEBHOOK_ALLOW, origins: [] } };
  await deliverDue({ db: world.db, env: stricter }, { now: () => later(0) });
  expect(receiver.received).toEqual([]);
  expect(await deliveries()).toMatchObject([{ error: "NOT_ALLOWED" }]);
});

test("events of long ago are forgotten, but for those still on their way", async () => {
  receiver.answer = 503;
  await record("run.finished");
  await pass(later(0));
  await record("run.failed");
  await sweepOldEvents(world.db, new Date(Date.now() + 91 * 24 * 3_600_000));
  expect((await world.db.event.findMany()).map(({ kind }) => kind)).toEqual(["run.finished"]);
});

test("a secret is in the database only sealed; under another secret of the instance nothing is sent, and the page says so", async () => {
  const { secret } = await world.db.webhook.findUniqueOrThrow({ where: { id: webhook.id } });
  expect(secret).not.toContain(webhook.secret.slice("whsec_".length));
  await record("run.finished");
  const env = { ...world.services.env, NEXTAUTH_SECRET: "another secret of this server" };
  await deliverDue({ db: world.db, env }, { now: () => later(0) });
  expect(receiver.received).toEqual([]);
  expect(await deliveries()).toMatchObject([{ error: "SECRET_LOST", attempts: 1, nextAt: expect.any(Date) }]);
  const lost = await listWebhooks({ db: world.db, env });
  expect(lost.webhooks).toMatchObject([{ id: webhook.id, secretLost: true }]);
  expect(JSON.stringify(lost)).not.toContain(secret);
  expect((await admin.webhook.list()).webhooks).toMatchObject([{ secretLost: false }]);
  // With the old one back, the next try arrives.
  await pass(later(RETRY_MS[0]!));
  expect(await deliveries()).toMatchObject([{ error: null, httpStatus: 200 }]);
});
