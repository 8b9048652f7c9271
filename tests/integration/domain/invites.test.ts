// Invitations: one account for each link, with the role it names, while its maker may still invite.
import { beforeEach, expect, test, vi } from "vitest";
import { checkPassword } from "../../../server/auth.ts";
import { acceptInviteByEmail, isInvited } from "../../../server/domain/invite.ts";
import { waitingForLocks } from "../../helpers/locks.ts";
import { testWorld, type World } from "../../helpers/world.ts";

const world = testWorld({ SIGN_IN_PER_MINUTE: "1000", SIGN_UP: "closed" });
type Invited = Parameters<ReturnType<World["as"]>["invite"]["create"]>[0];
let people = 0;
beforeEach(async () => {
  await world.db.invite.deleteMany();
});

const create = (input: Partial<Invited> = {}, by = world.admin) =>
  world.as(by).invite.create({ email: null, role: "ANNOTATOR", days: 7, ...input });
const someone = () => `new${++people}@example.com`;
const accept = (token: string, email = someone()) =>
  world.as(null).invite.accept({ token, email, name: "New", password: "long enough" });
const look = (token: string) => world.as(null).invite.look({ token });
const code = (wanted: string) => ({ cause: { code: wanted } });

test("a link makes one account with its role, although strangers may make none", async () => {
  const { id, token } = await create();
  expect(await look(token)).toEqual({ email: null, role: "ANNOTATOR" });
  const email = someone();
  const made = await accept(token, email);
  expect(made.email).toBe(email);
  expect(await world.db.user.findUniqueOrThrow({ where: { id: made.id } })).toMatchObject({ role: "ANNOTATOR" });
  const login = { email, password: "long enough", ip: "198.51.100.1" };
  expect(await checkPassword(world.db, world.services.env, login)).toMatchObject({ id: made.id });
  await expect(accept(token)).rejects.toMatchObject(code("INVITE_CLOSED"));
  const [listed] = await world.as(world.admin).invite.list();
  expect(listed).toMatchObject({ id, state: "USED", usedBy: { email }, createdBy: { id: world.admin.id } });
  const trail = (await world.as(world.admin).audit.list()).items.filter(({ subject }) => subject === `Invite:${id}`);
  expect(trail.map(({ action, actor }) => [action, actor?.email])).toEqual([
    ["invite.accept", email],
    ["invite.create", world.admin.email],
  ]);
});

test("of two who come with the same link at the same moment, one gets in", async () => {
  const { id, token } = await create();
  const before = await world.db.user.count();
  let both: Promise<PromiseSettledResult<unknown>[]>;
  // Held until both have found it open and want to take it.
  await world.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "Invite" WHERE "id" = ${id}::uuid FOR UPDATE`;
    both = Promise.allSettled([accept(token), accept(token)]);
    await vi.waitFor(async () => expect(await waitingForLocks(world.db)).toBe(2), { timeout: 15_000 });
  });
  expect((await both!).filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await world.db.user.count()).toBe(before + 1);
});

test("one that is revoked while somebody comes with it opens nothing", async () => {
  const { id, token } = await create();
  const before = await world.db.user.count();
  let coming: Promise<unknown>;
  // The revocation is not committed yet when they look.
  await world.db.$transaction(async (tx) => {
    await tx.invite.update({ where: { id }, data: { revokedAt: new Date() } });
    coming = accept(token).catch((error: unknown) => error);
    await vi.waitFor(async () => expect(await waitingForLocks(world.db)).toBe(1), { timeout: 15_000 });
  });
  expect(await coming!).toMatchObject(code("INVITE_CLOSED"));
  expect(await world.db.user.count()).toBe(before);
});

test("an address on the invitation is the account's, whatever is typed; one that has an account is refused", async () => {
  const email = someone();
  const { token } = await create({ email });
  expect(await accept(token, "mallory@example.com")).toMatchObject({ email });
  await expect(create({ email })).rejects.toMatchObject(code("EMAIL_TAKEN"));
  const { token: open } = await create();
  await expect(accept(open, email)).rejects.toMatchObject(code("EMAIL_TAKEN"));
  // Whoever mistyped can try again with the same link.
  await expect(accept(open)).resolves.toBeDefined();
});

test("what was revoked, is too old, or was never made opens nothing", async () => {
  const [revoked, old] = [await create(), await create()];
  await world.as(world.admin).invite.revoke({ id: revoked.id });
  await world.db.invite.update({ where: { id: old.id }, data: { expiresAt: new Date(Date.now() - 1) } });
  for (const token of [revoked.token, old.token, "x".repeat(43)]) {
    await expect(look(token)).rejects.toMatchObject(code("INVITE_CLOSED"));
    await expect(accept(token)).rejects.toMatchObject(code("INVITE_CLOSED"));
  }
  const states = (await world.as(world.admin).invite.list()).map(({ state }) => state);
  expect(states.sort()).toEqual(["EXPIRED", "REVOKED"]);
  await expect(world.as(world.admin).invite.revoke({ id: revoked.id })).rejects.toMatchObject(code("NOT_FOUND"));
});

test("the link of an admin who is none any more opens nothing", async () => {
  const other = await world.person(`Other${++people}`, "ADMIN");
  const { token } = await create({}, other);
  await world.as(world.admin).people.setRole({ userId: other.id, role: "USER" });
  await expect(accept(token)).rejects.toMatchObject(code("INVITE_CLOSED"));
  await world.as(world.admin).people.setRole({ userId: other.id, role: "ADMIN" });
  await world.as(world.admin).people.setDisabled({ userId: other.id, disabled: true });
  await expect(accept(token)).rejects.toMatchObject(code("INVITE_CLOSED"));
});

test("the token is kept nowhere", async () => {
  const { token } = await create();
  const everything = JSON.stringify([await world.db.invite.findMany(), await world.as(world.admin).audit.list()]);
  expect(everything).not.toContain(token);
});

test("making one needs a fresh sign-in", async () => {
  const session = { id: world.admin.id, authenticatedAt: new Date(0) };
  const made = world.as(world.admin, { session }).invite.create({ email: null, role: "ADMIN", days: 1 });
  await expect(made).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
});

test("somebody who comes through a provider gets the role that their address was invited with, once", async () => {
  const email = someone();
  await create({ email, role: "ADMIN" });
  const { id: userId } = await world.db.user.create({ data: { email }, select: { id: true } });
  expect(await isInvited(world.db, email)).toBe(true);
  await acceptInviteByEmail(world.db, { userId, email });
  expect(await world.db.user.findUniqueOrThrow({ where: { id: userId } })).toMatchObject({ role: "ADMIN" });
  expect(await isInvited(world.db, email)).toBe(false);
  // Without an invitation nothing changes.
  const stranger = await world.person(`Stranger${++people}`);
  await acceptInviteByEmail(world.db, { userId: stranger.id, email: stranger.email });
  expect(await world.db.user.findUniqueOrThrow({ where: { id: stranger.id } })).toMatchObject({ role: "USER" });
});
