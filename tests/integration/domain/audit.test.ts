// The audit trail grows and does nothing else, whoever asks the database to change it.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { recordAudit } from "../../../server/domain/audit.ts";
import { auditNames } from "../../../server/domain/audit-names.ts";
import { AUDIT_ACTIONS, auditAreas } from "../../../server/domain/views/audit.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let id: bigint;
const row = () => world.db.auditEvent.findUniqueOrThrow({ where: { id } });
beforeAll(async () => {
  const admin = world.as(world.admin);
  await admin.setting.set({ draftShare: 0.3 });
  ({ id } = await world.db.auditEvent.findFirstOrThrow({ where: { action: "setting.set" } }));
});

/** As an erasure, which may take words out and nothing else. */
const erasing = (statement: string) =>
  world.db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('hone.erasing', 'on', true)`;
    await tx.$executeRawUnsafe(statement);
  });
const refused = /refused: what was recorded stays as it was/;

test.each([
  `UPDATE "AuditEvent" SET "after" = NULL`,
  `UPDATE "AuditEvent" SET "actorId" = NULL`,
  `DELETE FROM "AuditEvent"`,
  `TRUNCATE "AuditEvent"`,
])("%s is refused", async (statement) => {
  const before = await row();
  await expect(world.db.$executeRawUnsafe(statement)).rejects.toThrow(refused);
  expect(await row()).toEqual(before);
});

test.each([
  `UPDATE "AuditEvent" SET "actorId" = NULL`,
  `UPDATE "AuditEvent" SET "action" = 'user.erase'`,
  `UPDATE "AuditEvent" SET "subject" = 'User:1'`,
  `UPDATE "AuditEvent" SET "createdAt" = now() - interval '1 day'`,
  `DELETE FROM "AuditEvent"`,
  `TRUNCATE "AuditEvent"`,
])("an erasure may not do %s either", async (statement) => {
  const before = await row();
  await expect(erasing(statement)).rejects.toThrow(refused);
  expect(await row()).toEqual(before);
});

test("an erasure may take words out, in its own transaction alone", async () => {
  await erasing(`UPDATE "AuditEvent" SET "before" = NULL`);
  expect(await row()).toMatchObject({ before: null, after: { value: 0.3 } });
  await expect(world.db.$executeRawUnsafe(`UPDATE "AuditEvent" SET "after" = NULL`)).rejects.toThrow(refused);
});

test("what failed is not recorded", async () => {
  const before = await world.db.auditEvent.count();
  await expect(world.as(world.admin).people.setRole({ userId: world.admin.id, role: "USER" })).rejects.toMatchObject({
    cause: { code: "LAST_ADMIN" },
  });
  expect(await world.db.auditEvent.count()).toBe(before);
});

describe("the trail", () => {
  const list = (input = {}) => world.as(world.admin).audit.list(input);
  const record = (record: Parameters<typeof recordAudit>[1]) => world.db.$transaction((tx) => recordAudit(tx, record));

  test("calls things by the names they have today, and those that are gone by their ids", async () => {
    const ann = await world.person("Ann");
    await world.as(world.admin).people.setRole({ userId: ann.id, role: "ANNOTATOR" });
    const { items } = await list({ subject: `User:${ann.id}` });
    expect(items[0]).toMatchObject({ action: "user.setRole", subjectName: `Ann · ${ann.email}` });
    await world.db.user.update({ where: { id: ann.id }, data: { name: "Anne" } });
    expect((await list({ subject: `User:${ann.id}` })).items[0]!.subjectName).toBe(`Anne · ${ann.email}`);
    const gone = `Adapter:${randomUUID()}`;
    await record({ actorId: null, action: "adapter.create", subject: gone });
    expect((await list({ subject: gone })).items).toMatchObject([{ subject: gone, subjectName: null, actor: null }]);
  });

  test("knows how to ask for the names of every kind of thing that has one", async () => {
    const { id: deploymentId, baseModelId } = await world.db.deployment.findFirstOrThrow();
    const sha256 = "5".repeat(64);
    const adapter = await world.db.adapter.create({
      data: { sha256, baseModelId, name: "Shorter", path: "a.gguf", rank: 4, alpha: 8, bytes: 1, metrics: {} },
    });
    const tables = ["User", "Invite", "ApiKey", "Adapter", "Gate", "Deployment", "Canary", "Schedule"];
    tables.push("ScheduleFiring", "Run", "Dataset", "Webhook");
    const nobody = tables.map((table) => `${table}:${randomUUID()}`);
    const odd = ["Setting:gatePolicy", "User:root", "constructor:x", ""];
    const known = [`Deployment:${deploymentId}`, `Adapter:${adapter.id}`];
    const names = await auditNames(world.db, [...nobody, ...odd, ...known]);
    expect([...names.keys()].sort()).toEqual([...known].sort());
    expect(names.get(known[0]!)).toMatch(/^r\d+/);
    expect(names.get(known[1]!)).toBe("Shorter · 555555");
  });

  test("is narrowed to an area, a person, the system, and a thing, page by page", async () => {
    const bea = await world.person("Bea");
    for (let i = 0; i < 60; i++)
      await record({ actorId: i % 2 ? bea.id : null, action: "run.create", subject: `Run:${i}` });
    const first = await list({ area: "runs", actorId: bea.id });
    expect(first.items.map(({ subject }) => subject)).toEqual(
      Array.from({ length: 30 }, (_, i) => `Run:${59 - 2 * i}`),
    );
    const all = await list({ area: "runs" });
    const rest = await list({ area: "runs", cursor: all.nextCursor! });
    expect([...all.items, ...rest.items].map(({ subject }) => subject)).toEqual(
      Array.from({ length: 60 }, (_, i) => `Run:${59 - i}`),
    );
    const system = await list({ actorId: "system" });
    expect(system.items.length).toBeGreaterThanOrEqual(30);
    expect(system.items.every(({ actor }) => actor === null)).toBe(true);
    expect((await list({ area: "runs", subject: "Run:7" })).items).toHaveLength(1);
    expect((await list({ area: "settings", subject: "Run:7" })).items).toEqual([]);
  });

  test("has an area for every deed", async () => {
    for (const action of AUDIT_ACTIONS) await record({ actorId: null, action, subject: "Deed:all" });
    const found = await Promise.all(auditAreas.map((area) => list({ area, subject: "Deed:all" })));
    const listed = found.flatMap(({ items, nextCursor }) =>
      nextCursor ? ["more"] : items.map(({ action }) => action),
    );
    expect(listed.sort()).toEqual([...AUDIT_ACTIONS].sort());
  });
});
