// Sessions: one query to read them, ended at once by whoever may, and fresh for a quarter of an hour after the password.
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { checkPassword } from "../../../server/auth.ts";
import { beginSession, endSession, readCaller } from "../../../server/auth-session.ts";
import { sweepSessions } from "../../../server/domain/session.ts";
import { hashPassword } from "../../../server/password.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { waitingForLocks } from "../../helpers/locks.ts";
import { queriesOf } from "../../helpers/query-plans.ts";
import { ADMIN_LOGIN, testWorld } from "../../helpers/world.ts";

const world = testWorld({ SIGN_IN_PER_MINUTE: "100" });
const PASSWORD = "ann's password";
let ann: Viewer;
beforeAll(async () => {
  ann = await world.person("Ann");
});
beforeEach(async () => {
  await world.db.session.deleteMany();
  await world.db.user.update({ where: { id: ann.id }, data: { passwordHash: await hashPassword(PASSWORD) } });
});

const device = { ip: "203.0.113.9", userAgent: "A browser" };
const begin = (userId: string, replaces?: string) => beginSession(world.db, { userId, device, replaces });
const read = (id: string) => readCaller(world.db, id);
/** Ann's procedures from one of her sessions. */
const from = async (id: string) => world.as(ann, { session: (await read(id))?.session ?? null });
const code = (wanted: string) => ({ cause: { code: wanted } });

describe("reading", () => {
  test("who asks, and from which session, is one query", async () => {
    const { id } = await begin(ann.id);
    const queries = await queriesOf(async () => {
      expect(await read(id)).toMatchObject({ viewer: { id: ann.id, role: "USER" }, session: { id } });
    });
    expect(queries).toHaveLength(1);
  });

  test("that it was used is noted, but not with every call, and no call waits for it", async () => {
    const { id } = await begin(ann.id);
    const used = async () => (await world.db.session.findUniqueOrThrow({ where: { id } })).lastSeenAt.getTime();
    const fresh = await used();
    await read(id);
    expect(await used()).toBe(fresh);
    const old = new Date(Date.now() - 6 * 60_000);
    await world.db.session.update({ where: { id }, data: { lastSeenAt: old } });
    await read(id);
    await vi.waitFor(async () => expect(await used()).toBeGreaterThan(old.getTime()), { timeout: 30_000 });
  });

  test("what is over or was never there lets nobody in", async () => {
    const expired = await begin(ann.id);
    await world.db.session.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    const ended = await begin(ann.id);
    await endSession(world.db, ended.id);
    for (const id of [expired.id, ended.id, ann.id]) expect(await read(id)).toBeNull();
  });

  test("signing in anew in the same browser ends what was there, and nothing else", async () => {
    const phone = await begin(ann.id);
    const before = await begin(ann.id);
    const after = await begin(ann.id, before.id);
    expect(await read(before.id)).toBeNull();
    expect(await read(after.id)).not.toBeNull();
    expect(await read(phone.id)).not.toBeNull();
  });
});

describe("ending", () => {
  test("people see where they are signed in, and end what they do not know", async () => {
    const [here, there] = [await begin(ann.id), await begin(ann.id)];
    const caller = await from(here.id);
    const listed = await caller.session.list();
    expect(listed).toHaveLength(2);
    expect(listed.find(({ current }) => current)).toMatchObject({ id: here.id, ...device });
    await caller.session.end({ id: there.id });
    expect(await read(there.id)).toBeNull();
    await expect(caller.session.end({ id: there.id })).rejects.toMatchObject(code("NOT_FOUND"));
    const others = await begin(world.admin.id);
    await expect(caller.session.end({ id: others.id })).rejects.toMatchObject(code("NOT_FOUND"));
    expect(await read(others.id)).not.toBeNull();
  });

  test("all but this one at once", async () => {
    const [here, ...rest] = [await begin(ann.id), await begin(ann.id), await begin(ann.id)];
    const others = await begin(world.admin.id);
    expect(await (await from(here.id)).session.endOthers()).toEqual({ ended: 2 });
    for (const { id } of rest) expect(await read(id)).toBeNull();
    for (const { id } of [here, others]) expect(await read(id)).not.toBeNull();
  });

  test("an admin signs somebody out everywhere, which is recorded, and themselves everywhere else", async () => {
    const anns = await begin(ann.id);
    const [here, there] = [await begin(world.admin.id), await begin(world.admin.id)];
    const admin = world.as(world.admin, { session: { id: here.id, authenticatedAt: new Date() } });
    expect(await admin.people.sessions({ userId: ann.id })).toMatchObject([{ id: anns.id, current: false }]);
    expect(await admin.people.endSessions({ userId: ann.id })).toEqual({ ended: 1 });
    expect(await read(anns.id)).toBeNull();
    expect((await admin.audit.list()).items[0]).toMatchObject({
      ...{ action: "user.endSessions", subject: `User:${ann.id}` },
      ...{ before: { sessions: 1 }, after: { sessions: 0 } },
    });
    expect(await admin.people.endSessions({ userId: world.admin.id })).toEqual({ ended: 1 });
    expect(await read(here.id)).not.toBeNull();
    expect(await read(there.id)).toBeNull();
  });

  test("a new password ends all sessions but the one that chose it", async () => {
    const [here, there] = [await begin(ann.id), await begin(ann.id)];
    const caller = await from(here.id);
    const wrong = caller.account.changePassword({ current: "a guess", next: "another password" });
    await expect(wrong).rejects.toMatchObject(code("WRONG_PASSWORD"));
    expect(await read(there.id)).not.toBeNull();
    expect(await caller.account.changePassword({ current: PASSWORD, next: "another password" })).toEqual({ ended: 1 });
    expect(await read(here.id)).not.toBeNull();
    expect(await read(there.id)).toBeNull();
    const signIn = (password: string) =>
      checkPassword(world.db, world.services.env, { email: ann.email, password, ip: "198.51.100.1" });
    await expect(signIn(PASSWORD)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(await signIn("another password")).toMatchObject({ id: ann.id });
  });

  test.each([
    ["the password is changed", { passwordHash: "another" }],
    ["the account is switched off", { disabledAt: new Date() }],
  ])("one that is being begun while %s is not left", async (_what, data) => {
    const { passwordHash } = await world.db.user.findUniqueOrThrow({ where: { id: ann.id } });
    let begun: Promise<unknown>;
    await world.db.$transaction(async (tx) => {
      await tx.user.update({ where: { id: ann.id }, data });
      begun = beginSession(world.db, { userId: ann.id, device, passwordHash }).catch((error: unknown) => error);
      await vi.waitFor(async () => expect(await waitingForLocks(world.db)).toBe(1), { timeout: 15_000 });
    });
    expect(await begun!).toMatchObject({ code: "UNAUTHORIZED" });
    await world.db.user.update({ where: { id: ann.id }, data: { disabledAt: null } });
    expect(await world.db.session.count({ where: { userId: ann.id } })).toBe(0);
  });

  test("sessions that are over are forgotten after a week", async () => {
    const [running, ended] = [await begin(ann.id), await begin(ann.id)];
    const old = new Date(Date.now() - 8 * 24 * 3_600_000);
    await world.db.session.update({ where: { id: ended.id }, data: { endedAt: old } });
    await endSession(world.db, (await begin(ann.id)).id);
    await sweepSessions(world.db);
    const left = (await world.db.session.findMany()).map(({ id }) => id);
    expect(left).toHaveLength(2);
    expect(left).toContain(running.id);
  });
});

describe("a fresh sign-in", () => {
  const QUARTER = 15 * 60_000;
  const stale = () => new Date(Date.now() - QUARTER);
  const act = (authenticatedAt: Date | null, id = world.admin.id) =>
    world
      .as(world.admin, { session: authenticatedAt && { id, authenticatedAt } })
      .people.setRole({ userId: ann.id, role: "USER" });

  test("is asked for after a quarter of an hour, and of whoever has no session", async () => {
    await expect(act(new Date(Date.now() - QUARTER + 60_000))).resolves.toBeDefined();
    await expect(act(stale())).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
    await expect(act(null)).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
  });

  test("is asked for where the settings decide what may speak, and not for the others", async () => {
    const session = { id: world.admin.id, authenticatedAt: stale() };
    const { setting } = world.as(world.admin, { session });
    const { gatePolicy, canaryPlan } = await setting.get();
    await expect(setting.set({ gatePolicy })).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
    await expect(setting.set({ canaryPlan })).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
    const retention = { enabled: true, days: 1, keep: 0, liveDays: 0 };
    await expect(setting.set({ retention })).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
    // Neither fresh nor stale: it is an act of its own.
    const deploymentFreeze = { frozen: true, reason: "past the lock" };
    await expect(setting.set({ deploymentFreeze })).rejects.toMatchObject(code("INVALID_INPUT"));
    expect((await setting.get()).deploymentFreeze.frozen).toBe(false);
    await expect(setting.set({ draftShare: 0.2 })).resolves.toMatchObject({ draftShare: 0.2 });
  });

  test("is asked for before a person is erased for good", async () => {
    const session = { id: world.admin.id, authenticatedAt: stale() };
    const erased = world.as(world.admin, { session }).erasure.run({ userId: ann.id });
    await expect(erased).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
    expect(await world.db.user.count({ where: { id: ann.id } })).toBe(1);
  });

  test("is asked of everybody who makes an API key, which outlives the session", async () => {
    const session = { id: ann.id, authenticatedAt: stale() };
    await expect(world.as(ann, { session }).apiKey.create({ name: "laptop" })).rejects.toMatchObject(
      code("FRESH_SIGN_IN_NEEDED"),
    );
    expect(await world.db.apiKey.count({ where: { userId: ann.id } })).toBe(0);
    await expect(world.as(ann).apiKey.create({ name: "laptop" })).resolves.toBeDefined();
  });

  test("is what the password makes of this session, and of no other", async () => {
    const [here, there] = [await begin(world.admin.id), await begin(world.admin.id)];
    await world.db.session.updateMany({ data: { authenticatedAt: stale() } });
    const session = async (id: string) => (await read(id))!.session;
    const caller = world.as(world.admin, { session: await session(here.id) });
    await expect(caller.viewer.confirm({ password: "a guess" })).rejects.toMatchObject(code("WRONG_PASSWORD"));
    await expect(act((await session(here.id)).authenticatedAt)).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
    await caller.viewer.confirm({ password: ADMIN_LOGIN.password });
    await expect(act((await session(here.id)).authenticatedAt)).resolves.toBeDefined();
    await expect(act((await session(there.id)).authenticatedAt)).rejects.toMatchObject(code("FRESH_SIGN_IN_NEEDED"));
  });

  test("cannot be had for a session that has ended, nor by guessing at leisure", async () => {
    const { id } = await begin(ann.id);
    const caller = await from(id);
    await endSession(world.db, id);
    await expect(caller.viewer.confirm({ password: PASSWORD })).rejects.toMatchObject(code("UNAUTHORIZED"));
    const key = `confirm:${ann.id}`;
    await world.db.rateLimit.update({ where: { key }, data: { tokens: 0, updatedAt: new Date(Date.now() + 60_000) } });
    await expect(caller.viewer.confirm({ password: PASSWORD })).rejects.toMatchObject(code("RATE_LIMITED"));
  });
});
