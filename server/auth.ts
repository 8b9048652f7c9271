/** Signing in with next-auth: email and password, or a provider. Who somebody is and may do is read from the database. */

import { cookies } from "next/headers";
import type { NextRequest } from "next/server";
import type { NextAuthOptions } from "next-auth";
import { getToken, type JWT } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { z } from "zod";
import { authAdapter } from "./auth-adapter.ts";
import { oauthProviders } from "./auth-providers.ts";
import { beginSession, type Caller, endSession, readCaller, SESSION_SECONDS } from "./auth-session.ts";
import { isSignUpOpen } from "./auth-sign-up.ts";
import { clientIp } from "./client.ts";
import { type Db, db } from "./db.ts";
import { type Env, env, requireEnv } from "./env.ts";
import { AppError, type ErrorCode } from "./errors.ts";
import { PASSWORD_LENGTH, passwordFits } from "./password.ts";
import { takeToken } from "./rate-limit.ts";
import type { Viewer } from "./viewer.ts";

declare module "next-auth/jwt" {
  interface JWT {
    /** Of the Session; cookies from before there were any have none. */
    sid?: unknown;
  }
}

declare module "next-auth" {
  interface Session {
    /** Null when the account is gone or disabled since the session began. */
    viewer: Viewer | null;
  }
}

const credentialsSchema = z.object({
  email: z.string().trim().toLowerCase().min(3).max(320),
  password: z.string().min(1).max(PASSWORD_LENGTH.most),
});

/** From however many addresses: what one account endures in a minute is this many times what one address may try. */
const ADDRESSES_PER_ACCOUNT = 5;

/**
 * Who has this email and password.
 * @returns also the hash that the password was found to fit
 * @throws AppError UNAUTHORIZED for an unknown email and a wrong password alike, FORBIDDEN when disabled, RATE_LIMITED
 */
export async function checkPassword(
  database: Db,
  settings: Pick<Env, "SIGN_IN_PER_MINUTE">,
  { ip, ...given }: { email: unknown; password: unknown; ip: string },
): Promise<{ id: string; passwordHash: string | null }> {
  const parsed = credentialsSchema.safeParse(given);
  if (!parsed.success) throw wrong();
  const { email, password } = parsed.data;
  const perMinute = settings.SIGN_IN_PER_MINUTE;
  await takeToken(database, { key: `signIn:${email}:${ip}`, perMinute });
  await takeToken(database, { key: `signIn:${email}`, perMinute: perMinute * ADDRESSES_PER_ACCOUNT });
  const user = await database.user.findUnique({
    where: { email },
    select: { id: true, passwordHash: true, disabledAt: true },
  });
  if (!(await passwordFits(user?.passwordHash, password)) || !user) throw wrong();
  if (user.disabledAt) throw new AppError("FORBIDDEN", "This account is switched off; ask an admin.");
  return { id: user.id, passwordHash: user.passwordHash };
}

const wrong = () => new AppError("UNAUTHORIZED", "Email and password do not fit together; try again.");

/** People who were invited by their address and come through a provider, which confirms it. */
export interface Invites {
  isInvited(email: string): Promise<boolean>;
  accept(person: { userId: string; email: string }): Promise<void>;
}

/** Made for each call and not while a module is imported: `next build` has no settings. A session names the device that asks. */
export function authOptions({ headers }: Pick<Request, "headers">, invites: Invites): NextAuthOptions {
  const settings = env();
  const device = { ip: clientIp(headers, settings.TRUSTED_PROXIES), userAgent: headers.get("user-agent") };
  /** Of the password that this request brought. */
  let passwordHash: string | null = null;
  return {
    secret: requireEnv("NEXTAUTH_SECRET"),
    adapter: authAdapter(db()),
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(given) {
          const tried = { email: given?.email, password: given?.password, ip: device.ip };
          try {
            const found = await checkPassword(db(), settings, tried);
            passwordHash = found.passwordHash;
            return { id: found.id };
          } catch (error) {
            // next-auth shows the message of what is thrown here to the page: a code, which the page translates.
            throw new Error(error instanceof AppError ? error.code : ("INTERNAL" satisfies ErrorCode), {
              cause: error,
            });
          }
        },
      }),
      ...oauthProviders(settings),
    ],
    callbacks: {
      async signIn({ account, profile, user }) {
        if (!account || account.provider === "credentials") return true;
        const refusal = await refuseProvider(db(), settings, { account, profile, email: user.email }, invites);
        return refusal ? `/sign-in?error=${refusal}` : true;
      },
      async jwt({ token, user }) {
        if (!user) return { sid: token.sid };
        const replaces = await cookieSession();
        const begun = await beginSession(db(), { userId: user.id, device, replaces, passwordHash });
        return { sid: begun.id };
      },
      async session({ session, token }) {
        const sessionId = sessionOf(token);
        const caller = sessionId ? await readCaller(db(), sessionId) : null;
        return { expires: session.expires, viewer: caller?.viewer ?? null };
      },
    },
    events: {
      async signIn({ user, profile, isNewUser }) {
        if (!isNewUser || !user.email || isConfirmed(profile) !== true) return;
        await invites.accept({ userId: user.id, email: user.email.toLowerCase() });
      },
      async signOut({ token }) {
        const sessionId = sessionOf(token);
        if (sessionId) await endSession(db(), sessionId);
      },
    },
  };
}

/** Why somebody who comes through a provider may not come in; null when they may. */
export async function refuseProvider(
  database: Db,
  settings: Pick<Env, "SIGN_UP">,
  coming: {
    account: { provider: string; providerAccountId: string };
    profile?: object;
    email?: string | null;
  },
  invites: Pick<Invites, "isInvited">,
): Promise<ErrorCode | null> {
  const { provider, providerAccountId } = coming.account;
  const known = await database.account.findUnique({
    where: { provider_providerAccountId: { provider, providerAccountId } },
    select: { user: { select: { disabledAt: true } } },
  });
  if (known) return known.user.disabledAt ? "FORBIDDEN" : null;
  // An address that its owner never confirmed could be anybody's.
  if (!coming.email || isConfirmed(coming.profile) === false) return "UNAUTHORIZED";
  if (await database.user.findUnique({ where: { email: coming.email.toLowerCase() }, select: { id: true } })) {
    return "EMAIL_TAKEN";
  }
  if (await isSignUpOpen(database, settings)) return null;
  const invited = isConfirmed(coming.profile) === true && (await invites.isInvited(coming.email.toLowerCase()));
  return invited ? null : "SIGN_UP_CLOSED";
}

/** Whether the provider says that the address is its owner's; undefined where it says nothing. */
function isConfirmed(profile: object | undefined): boolean | undefined {
  const said = profile && "email_verified" in profile ? profile.email_verified : undefined;
  return typeof said === "boolean" ? said : undefined;
}

/** Cookies that were opened: a token says the same until it ends, and opening one derives a key anew every time. */
const opened = new Map<string, { sessionId: string; exp: number }>();
const MOST_OPENED = 2_000;

/**
 * The session that the cookie of the request names; null for visitors, and for cookies from before sessions were kept. next-auth's own
 * getServerSession makes a new token every time as well, which nobody gets to see: ten times the work, on every call.
 */
async function cookieSession(): Promise<string | null> {
  const jar = await cookies();
  const session = jar.getAll().filter(({ name }) => name.includes("next-auth.session-token"));
  const key = session.map(({ name, value }) => `${name}=${value}`).join("; ");
  const known = opened.get(key);
  if (known && known.exp * 1000 > Date.now()) return known.sessionId;
  opened.delete(key);
  // No headers: it would take a session from `Authorization: Bearer`, where API keys stand.
  const request = { cookies: jar, headers: {} } as unknown as NextRequest;
  const token = await getToken({ req: request, secret: requireEnv("NEXTAUTH_SECRET") });
  const sessionId = sessionOf(token);
  if (sessionId && typeof token?.exp === "number") {
    if (opened.size >= MOST_OPENED) opened.delete(opened.keys().next().value!);
    opened.set(key, { sessionId, exp: token.exp });
  }
  return sessionId;
}

const sessionOf = (token: JWT | null): string | null => z.uuid().safeParse(token?.sid).data ?? null;

/** Who is asking, from the session cookie of the request that is being answered; null for visitors. One query. */
export async function getCaller(): Promise<Caller | null> {
  const sessionId = await cookieSession();
  return sessionId ? readCaller(db(), sessionId) : null;
}

/** As `getCaller`, for those who need not know from which device. */
export const getViewer = async (): Promise<Viewer | null> => (await getCaller())?.viewer ?? null;
