// A forgotten password: an admin makes a link, whoever has it sets a new password once, and is signed out everywhere before that.
import { beforeEach, expect, test } from "vitest";
import { checkPassword } from "../../../server/auth.ts";
import { hashPassword } from "../../../server/password.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld({ SIGN_IN_PER_MINUTE: "1000" });
let count = 0;
let ann: Viewer;

beforeEach(async () => {
  ann = await world.person(`Ann${++count}`);
  await world.db.user.update({ where: { id: ann.id }, data: { passwordHash: await hashPassword("the old one") } });
});

const create = (by = world.admin) => world.as(by).reset.create({ userId: ann.id });
const use = (token: string) => world.as(null).reset.use({ token, password: "the new one" });
const fits = (password: string) =>
  checkPassword(world.db, world.services.env, { email: ann.email, password, ip: "198.51.100.1" }).then(
    () => true,
    () => false,
  );
const code = (wanted: string) => ({ cause: { code: wanted } });

test("a link sets a new password once, and ends every session", async () => {
  const session = await world.db.session.create({ data: { userId: ann.id, expiresAt: new Date(Date.now() + 60_000) } });
  const { token, expiresAt } = await create();
  expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(23 * 3_600_000);
  expect(await world.as(null).reset.look({ token })).toEqual({ email: ann.email });
  expect(await fits("the old one")).toBe(true);
  expect(await use(token)).toEqual({ email: ann.email });
  expect([await fits("the old one"), await fits("the new one")]).toEqual([false, true]);
  expect((await world.db.session.findUniqueOrThrow({ where: { id: session.id } })).endedAt).not.toBeNull();
  await expect(use(token)).rejects.toMatchObject(code("RESET_CLOSED"));
  const trail = await world.db.auditEvent.findMany({ where: { subject: `User:${ann.id}` }, orderBy: { id: "asc" } });
  expect(trail.map(({ action, actorId }) => [action, actorId])).toEqual([
    ["user.createReset", world.admin.id],
    ["user.resetPassword", ann.id],
  ]);
  expect(JSON.stringify(trail.map(({ after }) => after))).not.toContain(token);
});

test("of two who come with the same link at the same moment, one sets the password", async () => {
  const { token } = await create();
  const both = await Promise.allSettled([use(token), use(token)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test.each([
  ["it is too old", async () => void (await world.db.passwordReset.updateMany({ data: { expiresAt: new Date(0) } }))],
  ["a newer one was made", async () => void (await create())],
  [
    "the person is disabled",
    async () => void (await world.as(world.admin).people.setDisabled({ userId: ann.id, disabled: true })),
  ],
  [
    "the person has changed the password",
    async () => void (await world.as(ann).account.changePassword({ current: "the old one", next: "another one" })),
  ],
])("a link is closed when %s", async (_why, happens) => {
  const { token } = await create();
  await happens();
  await expect(world.as(null).reset.look({ token })).rejects.toMatchObject(code("RESET_CLOSED"));
  await expect(use(token)).rejects.toMatchObject(code("RESET_CLOSED"));
  expect(await fits("the new one")).toBe(false);
});

test("a link is closed when whoever made it is an admin no more", async () => {
  const other = await world.person(`Admin${count}`, "ADMIN");
  const { token } = await create(other);
  await world.as(world.admin).people.setRole({ userId: other.id, role: "USER" });
  await expect(use(token)).rejects.toMatchObject(code("RESET_CLOSED"));
});

test("no link for oneself, for people without a password, nor without a fresh sign-in", async () => {
  const admin = world.as(world.admin);
  await expect(admin.reset.create({ userId: world.admin.id })).rejects.toMatchObject(code("ILLEGAL_STATE"));
  const guest = await world.person(`Guest${count}`);
  await expect(admin.reset.create({ userId: guest.id })).rejects.toMatchObject(code("ILLEGAL_STATE"));
  const stale = world.as(world.admin, { session: { id: ann.id, authenticatedAt: new Date(0) } });
  await expect(stale.reset.create({ userId: ann.id })).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
});
