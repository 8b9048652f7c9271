// From the cookie to the caller, and from signing in to the session that the cookie names.
import { createHash } from "node:crypto";
import NextAuth from "next-auth";
import { encode } from "next-auth/jwt";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Db } from "../../../server/db.ts";
import { hashPassword } from "../../../server/password.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { queriesOf } from "../../helpers/query-plans.ts";
import { testWorld } from "../../helpers/world.ts";

const SECRET = "a secret for this test alone";
const jar = vi.hoisted(() => ({ token: null as string | null }));
vi.mock("next/headers", () => ({
  cookies: async () => {
    const all = jar.token ? [{ name: "next-auth.session-token", value: jar.token }] : [];
    return { getAll: () => all, get: (name: string) => all.find((cookie) => cookie.name === name) };
  },
}));

const world = testWorld();
const nobodyIsInvited = { isInvited: async () => false, accept: async () => {} };
let auth: typeof import("../../../server/auth.ts");
let ann: Viewer;
beforeAll(async () => {
  vi.stubEnv("NEXTAUTH_SECRET", SECRET);
  vi.stubEnv("NEXTAUTH_URL", "http://hone.test");
  vi.stubEnv("DATABASE_URL", world.url);
  (globalThis as { honeDb?: Db }).honeDb = world.db;
  auth = await import("../../../server/auth.ts");
  ann = await world.person("Ann");
});
beforeEach(async () => {
  jar.token = null;
  await world.db.session.deleteMany();
});

const cookieOf = (token: Record<string, unknown>) => encode({ token, secret: SECRET });
const request = (userAgent = "A browser") =>
  new Request("http://hone.test/api/auth/callback/credentials", {
    headers: { "user-agent": userAgent, "x-forwarded-for": "203.0.113.9" },
  });
/** What next-auth does once somebody is let in. @returns what it puts into the cookie */
async function signIn(userAgent?: string): Promise<Record<string, unknown>> {
  const { callbacks } = auth.authOptions(request(userAgent), nobodyIsInvited);
  return (await callbacks!.jwt!({
    token: { sub: ann.id, name: "Ann", email: ann.email },
    user: { id: ann.id },
  } as never)) as never;
}

test("signing in begins a session that the cookie names, and names nobody", async () => {
  const token = await signIn();
  expect(Object.keys(token)).toEqual(["sid"]);
  jar.token = await cookieOf(token);
  expect(await auth.getCaller()).toMatchObject({ viewer: { id: ann.id }, session: { id: token.sid } });
  const row = await world.db.session.findUniqueOrThrow({ where: { id: String(token.sid) } });
  expect(row).toMatchObject({ userId: ann.id, ip: "203.0.113.9", userAgent: "A browser", endedAt: null });
  expect(row.expiresAt.getTime() - Date.now()).toBeGreaterThan(29 * 24 * 3_600_000);
});

test("next-auth itself lets in whoever knows the password, in a session of their own, and nobody else", async () => {
  await world.db.user.update({ where: { id: ann.id }, data: { passwordHash: await hashPassword("ann's password") } });
  const csrfToken = "f".repeat(64);
  const hash = createHash("sha256").update(`${csrfToken}${SECRET}`).digest("hex");
  /** The session cookie that comes of it, from next-auth's handler for plain requests. */
  const post = async (password: string): Promise<string | null> => {
    const set: string[] = [];
    const response = {
      ...{ status: () => response, json: () => {}, redirect: () => {}, send: () => {}, end: () => {} },
      ...{ getHeader: () => set, setHeader: (_: string, value: string[]) => void set.splice(0, set.length, ...value) },
    };
    const asked = {
      ...{ method: "POST", headers: {}, query: { nextauth: ["callback", "credentials"] } },
      ...{ cookies: { "next-auth.csrf-token": `${csrfToken}|${hash}` } },
      body: { email: ann.email, password, csrfToken, json: "true" },
    };
    await NextAuth(asked as never, response as never, auth.authOptions(request(), nobodyIsInvited));
    const cookie = set.find((line) => line.startsWith("next-auth.session-token="));
    return cookie?.slice("next-auth.session-token=".length).split(";")[0] ?? null;
  };
  expect(await post("a guess")).toBeNull();
  expect(await world.db.session.count()).toBe(0);
  jar.token = await post("ann's password");
  expect(await auth.getCaller()).toMatchObject({ viewer: { id: ann.id } });
  expect(await world.db.session.count()).toBe(1);
});

test("a call is one query, with a cookie that was seen before and with one that was not", async () => {
  jar.token = await cookieOf(await signIn());
  for (let i = 0; i < 2; i++) {
    const queries = await queriesOf(async () => expect(await auth.getViewer()).toMatchObject({ id: ann.id }));
    expect(queries).toHaveLength(1);
  }
});

test.each([
  ["from before sessions were kept", (): Record<string, unknown> => ({ sub: ann.id })],
  ["with something else for a session", () => ({ sub: ann.id, sid: "1 OR 1=1" })],
  ["of a session that is not there", () => ({ sid: ann.id })],
])("a cookie %s is a visitor's", async (_what, token) => {
  jar.token = await cookieOf(token());
  expect(await auth.getCaller()).toBeNull();
});

test("a cookie that somebody else signed is a visitor's", async () => {
  const { sid } = await signIn();
  jar.token = await encode({ token: { sid }, secret: "another secret, somebody else's" });
  expect(await auth.getCaller()).toBeNull();
});

test("the next call after the end finds nobody, though the cookie was opened before", async () => {
  const token = await signIn();
  jar.token = await cookieOf(token);
  expect(await auth.getCaller()).not.toBeNull();
  const { events } = auth.authOptions(request(), nobodyIsInvited);
  await events!.signOut!({ token } as never);
  expect(await auth.getCaller()).toBeNull();
});

test("signing in again in the same browser ends what was there", async () => {
  const [phone, before] = [await signIn("A phone"), await signIn()];
  jar.token = await cookieOf(before);
  await signIn();
  const open = await world.db.session.findMany({ where: { endedAt: null } });
  expect(open.map(({ id }) => id)).toContain(phone.sid);
  expect(open.map(({ id }) => id)).not.toContain(before.sid);
  expect(open).toHaveLength(2);
});

test("a token that is only read again keeps its session and nothing else", async () => {
  const { callbacks } = auth.authOptions(request(), nobodyIsInvited);
  const token = await signIn();
  expect(await callbacks!.jwt!({ token: { ...token, sub: ann.id } } as never)).toEqual(token);
  expect(await world.db.session.count()).toBe(1);
});
