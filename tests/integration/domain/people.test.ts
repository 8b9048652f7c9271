// Accounts, passwords, roles, keys, settings and limits.
import { beforeAll, describe, expect, test } from "vitest";
import { checkPassword, refuseProvider } from "../../../server/auth.ts";
import { authAdapter } from "../../../server/auth-adapter.ts";
import { beginSession, readCaller } from "../../../server/auth-session.ts";
import { callerOfApiKey } from "../../../server/domain/api-key.ts";
import { isInvited } from "../../../server/domain/invite.ts";
import { AppError } from "../../../server/errors.ts";
import { takeToken } from "../../../server/rate-limit.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { waitingForLocks } from "../../helpers/locks.ts";
import { ADMIN_LOGIN, type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld({ SIGN_IN_PER_MINUTE: "5" });
let admin: Caller;
let ann: Viewer;
beforeAll(async () => {
  admin = world.as(world.admin);
  ann = await world.person("Ann");
});

const signIn = (email: string, password: string, ip = "198.51.100.1") =>
  checkPassword(world.db, world.services.env, { email, password, ip });
const code = (wanted: string) => ({ code: wanted });

describe("signing in", () => {
  test("the first admin and people who signed up can; the wrong and the unknown look alike", async () => {
    expect(await signIn(` ${ADMIN_LOGIN.email.toUpperCase()}`, ADMIN_LOGIN.password)).toMatchObject({
      id: world.admin.id,
    });
    const { id } = await world
      .as(null)
      .viewer.signUp({ email: "New@Example.com", name: "New", password: "a new password" });
    expect(await signIn("new@example.com", "a new password")).toMatchObject({ id });
    const wrong = await signIn("new@example.com", "another password").catch((error) => error);
    const unknown = await signIn("nobody@example.com", "another password").catch((error) => error);
    const passwordless = await signIn("ann@example.com", "another password").catch((error) => error);
    expect(wrong).toMatchObject(code("UNAUTHORIZED"));
    expect([unknown.message, passwordless.message]).toEqual([wrong.message, wrong.message]);
    const row = await world.db.user.findUniqueOrThrow({ where: { id } });
    expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test("a password is tried only so often, from one address and from many", async () => {
    await world
      .as(null, { ip: "192.0.2.9" })
      .viewer.signUp({ email: "bob@example.com", name: "Bob", password: "bob's password" });
    const attempts: string[] = [];
    for (let i = 0; i < 7; i++) {
      attempts.push(
        await signIn("bob@example.com", "guess", "198.51.100.2").then(
          () => "in",
          (error) => error.code,
        ),
      );
    }
    expect(attempts.slice(0, 5)).toEqual(Array(5).fill("UNAUTHORIZED"));
    expect(attempts.at(-1)).toBe("RATE_LIMITED");
    await expect(signIn("bob@example.com", "bob's password", "198.51.100.3")).resolves.toBeDefined();
    const many = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        signIn("bob@example.com", "guess", `198.51.100.${i + 10}`).catch((error) => error.code),
      ),
    );
    expect(many).toContain("RATE_LIMITED");
  });

  test("an account is made once, and only while sign-up is open", async () => {
    const visitor = world.as(null, { ip: "192.0.2.1" });
    const account = { email: "cat@example.com", name: "Cat", password: "cat's password" };
    const both = await Promise.allSettled([visitor.viewer.signUp(account), visitor.viewer.signUp(account)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(visitor.viewer.signUp({ ...account, email: "CAT@example.com" })).rejects.toMatchObject({
      cause: code("EMAIL_TAKEN"),
    });
    await admin.setting.set({ signUpOpen: false });
    expect(await visitor.viewer.signUpOpen()).toBe(false);
    await expect(visitor.viewer.signUp({ ...account, email: "dan@example.com" })).rejects.toMatchObject({
      cause: code("SIGN_UP_CLOSED"),
    });
    await admin.setting.set({ signUpOpen: true });
    await admin.setting.set({ signUpOpen: true });
    const lines = await world.db.auditEvent.findMany({ where: { action: "setting.set" }, orderBy: { id: "asc" } });
    expect(lines).toMatchObject([
      { before: { value: true }, after: { value: false }, actorId: world.admin.id },
      { before: { value: false }, after: { value: true } },
    ]);
  });
});

describe("coming through a provider", () => {
  const coming = (more: object) => ({
    account: { provider: "oidc", providerAccountId: "17" },
    email: "eve@example.com",
    ...more,
  });
  const invites = { isInvited: (email: string) => isInvited(world.db, email) };
  const refuse = (more: object = {}) => refuseProvider(world.db, world.services.env, coming(more), invites);

  test("new people need a confirmed address that nobody has, and an open door", async () => {
    expect(await refuse()).toBeNull();
    expect(await refuse({ email: null })).toBe("UNAUTHORIZED");
    expect(await refuse({ profile: { email_verified: false } })).toBe("UNAUTHORIZED");
    expect(await refuse({ email: "ANN@example.com" })).toBe("EMAIL_TAKEN");
    await admin.setting.set({ signUpOpen: false });
    expect(await refuse()).toBe("SIGN_UP_CLOSED");
    // Whoever was invited by an address comes in with it, once the provider says that it is theirs.
    await admin.invite.create({ email: "eve@example.com", role: "ANNOTATOR", days: 1 });
    expect(await refuse()).toBe("SIGN_UP_CLOSED");
    expect(await refuse({ profile: { email_verified: true } })).toBeNull();
    expect(await refuse({ profile: { email_verified: true }, email: "mallory@example.com" })).toBe("SIGN_UP_CLOSED");
    await admin.setting.set({ signUpOpen: true });
  });

  test("known people come in while they are not disabled, and their provider's tokens are not kept", async () => {
    const adapter = authAdapter(world.db);
    const user = await adapter.createUser!({ email: "Eve@Example.com", emailVerified: null, name: "Eve" } as never);
    const tokens = { access_token: "secret", refresh_token: "secret", id_token: "secret" };
    const account = { userId: user.id, type: "oauth", provider: "oidc", providerAccountId: "17" } as const;
    await adapter.linkAccount!({ ...account, ...tokens });
    expect(await adapter.getUserByAccount!({ provider: "oidc", providerAccountId: "17" })).toMatchObject({
      email: "eve@example.com",
    });
    expect(await adapter.getUserByAccount!({ provider: "oidc", providerAccountId: "18" })).toBeNull();
    expect(JSON.stringify(await world.db.account.findMany())).not.toContain("secret");
    expect(await refuse()).toBeNull();
    await admin.people.setDisabled({ userId: user.id, disabled: true });
    expect(await refuse()).toBe("FORBIDDEN");
  });
});

describe("roles", () => {
  test("what an admin takes away is gone with the next look", async () => {
    const device = { ip: "203.0.113.1", userAgent: null };
    const { id } = await beginSession(world.db, { userId: ann.id, device });
    await admin.people.setRole({ userId: ann.id, role: "ADMIN" });
    expect(await readCaller(world.db, id)).toMatchObject({ viewer: { role: "ADMIN" } });
    await admin.people.setRole({ userId: ann.id, role: "USER" });
    expect(await readCaller(world.db, id)).toMatchObject({ viewer: { role: "USER" } });
    await admin.people.setDisabled({ userId: ann.id, disabled: true });
    expect(await readCaller(world.db, id)).toBeNull();
    await admin.people.setDisabled({ userId: ann.id, disabled: false });
    // Whoever comes back signs in anew.
    expect(await readCaller(world.db, id)).toBeNull();
    const people = await admin.people.list();
    expect(people.find(({ id }) => id === ann.id)).toMatchObject({ role: "USER", disabledAt: null, feedback: 0 });
    expect(JSON.stringify(people)).not.toMatch(/argon|passwordHash/);
    const lines = (await admin.audit.list()).items.filter(({ subject }) => subject === `User:${ann.id}`);
    expect(lines.map(({ action }) => action)).toEqual([
      "user.setDisabled",
      "user.setDisabled",
      "user.setRole",
      "user.setRole",
    ]);
  });

  test("there is always an admin, however two of them hurry to step down", async () => {
    const last = { userId: world.admin.id };
    await expect(admin.people.setRole({ ...last, role: "USER" })).rejects.toMatchObject({ cause: code("LAST_ADMIN") });
    await expect(admin.people.setDisabled({ ...last, disabled: true })).rejects.toMatchObject({
      cause: code("LAST_ADMIN"),
    });
    await admin.people.setRole({ userId: ann.id, role: "ADMIN" });
    // Both are held up at their first step, so that they go on at the same moment.
    const hurrying = await world.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT "id" FROM "User" ORDER BY "id" FOR UPDATE`;
      const both = [
        admin.people.setRole({ userId: ann.id, role: "USER" }),
        world.as({ ...ann, role: "ADMIN" }).people.setRole({ ...last, role: "USER" }),
      ];
      const outcome = Promise.allSettled(both);
      await expect.poll(() => waitingForLocks(world.db), { timeout: 15_000 }).toBe(2);
      return { outcome };
    });
    const outcome = await hurrying.outcome;
    expect(outcome.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcome.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { cause: code("LAST_ADMIN") },
    });
    expect(await world.db.user.count({ where: { role: "ADMIN", disabledAt: null } })).toBe(1);
    await world.db.user.update({ where: { id: world.admin.id }, data: { role: "ADMIN" } });
    await world.db.user.update({ where: { id: ann.id }, data: { role: "USER" } });
  });
});

describe("API keys", () => {
  test("are shown once, kept as a hash, work until revoked or their owner is disabled", async () => {
    const me = world.as(ann);
    const { id, key } = await me.apiKey.create({ name: "laptop" });
    expect(key).toMatch(/^hone_[\w-]{43}$/);
    expect(await me.apiKey.list()).toMatchObject([{ id, name: "laptop", prefix: key.slice(0, 9), lastUsedAt: null }]);
    expect(JSON.stringify(await world.db.apiKey.findMany())).not.toContain(key);
    expect(await callerOfApiKey(world.db, key)).toMatchObject({ id: ann.id, apiKeyId: id, role: "USER" });
    expect((await me.apiKey.list())[0]?.lastUsedAt).toBeInstanceOf(Date);
    expect(await callerOfApiKey(world.db, `${key.slice(0, -1)}?`)).toBeNull();
    await admin.people.setDisabled({ userId: ann.id, disabled: true });
    expect(await callerOfApiKey(world.db, key)).toBeNull();
    await admin.people.setDisabled({ userId: ann.id, disabled: false });
    await me.apiKey.revoke({ id });
    expect(await callerOfApiKey(world.db, key)).toBeNull();
    await me.apiKey.revoke({ id });
    expect(await world.db.auditEvent.count({ where: { subject: `ApiKey:${id}` } })).toBe(2);
  });

  test("are good for the days that were chosen, and say so when these are over", async () => {
    const me = world.as(ann);
    const { id, key, expiresAt } = await me.apiKey.create({ name: "for a month", days: 30 });
    expect(Math.round((expiresAt!.getTime() - Date.now()) / 86_400_000)).toBe(30);
    expect((await me.apiKey.list()).find((listed) => listed.id === id)).toMatchObject({ expiresAt });
    expect(await callerOfApiKey(world.db, key)).toMatchObject({ apiKeyId: id });
    await world.db.apiKey.update({
      where: { id },
      data: { expiresAt: new Date("2026-01-31T12:00:00Z"), lastUsedAt: null },
    });
    const refused = callerOfApiKey(world.db, key);
    await expect(refused).rejects.toMatchObject({
      code: "API_KEY_EXPIRED",
      message: expect.stringContaining("2026-01-31"),
    });
    expect((await me.apiKey.list()).find((listed) => listed.id === id)?.lastUsedAt).toBeNull();
    const forEver = await me.apiKey.create({ name: "for ever", days: null });
    expect(forEver.expiresAt).toBeNull();
    // @ts-expect-error: not one of those that are offered
    await expect(me.apiKey.create({ name: "odd", days: 31 })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});

test("a bucket of tokens is emptied exactly, however many take from it at once, and fills up again", async () => {
  const take = () =>
    takeToken(world.db, { key: "bucket", perMinute: 10 }).then(
      () => true,
      (error) => error,
    );
  const taken = await Promise.all(Array.from({ length: 25 }, take));
  expect(taken.filter((token) => token === true)).toHaveLength(10);
  const refusal = taken.find((token) => token !== true);
  expect(refusal).toBeInstanceOf(AppError);
  expect(refusal).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: 6 });
  await world.db.rateLimit.update({ where: { key: "bucket" }, data: { updatedAt: new Date(Date.now() - 13_000) } });
  expect(await take()).toBe(true);
  expect(await take()).toBe(true);
  expect(await take()).toBeInstanceOf(AppError);
});
