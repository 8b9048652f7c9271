// The audit trail grows and does nothing else, whoever asks the database to change it.
import { beforeAll, expect, test } from "vitest";
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
