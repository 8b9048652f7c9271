/** The procedures by role. The kind of procedure is the permission; there is no other way to make one. */

import { initTRPC, TRPCError } from "@trpc/server";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import superjson from "superjson";
import { ZodError } from "zod";
import type { Role } from "../../prisma/generated/enums.ts";
import { AppError, appErrorOf, ERROR_STATUS, type ErrorCode, isForTheLog } from "../errors.ts";
import { logger } from "../log.ts";
import { observeCall } from "../metrics.ts";
import type { Viewer } from "../viewer.ts";
import type { ApiContext } from "./context.ts";
import { whileAllowed } from "./while-allowed.ts";

export interface Meta {
  /** Least role that may call; PUBLIC needs no account. */
  role: Role | "PUBLIC";
}

const PING_MS = 5_000;
const SILENCE_MS = 20_000;

const t = initTRPC
  .context<ApiContext>()
  .meta<Meta>()
  .create({
    transformer: superjson,
    // A browser that hears nothing for this long opens the stream again and says which event it saw last.
    sse: { ping: { enabled: true, intervalMs: PING_MS }, client: { reconnectAfterInactivityMs: SILENCE_MS } },
    errorFormatter({ shape, error }) {
      const code = codeOf(error);
      // Sentences of expected failures pass; of anything else the caller learns nothing but that it happened.
      const message = code === "INTERNAL" ? "Something went wrong here; it was written to the log." : sentenceOf(error);
      const httpStatus: number = ERROR_STATUS[code];
      // A subscription is opened again after failures that may pass, and the client tells by this number.
      const number = TRPC_ERROR_CODES_BY_KEY[TRPC_CODE[httpStatus] ?? "INTERNAL_SERVER_ERROR"];
      return { ...shape, message, code: number, data: { code, httpStatus, path: shape.data.path } };
    },
  });

/** Our code for whatever a procedure threw. */
function codeOf(error: TRPCError): ErrorCode {
  const known = appErrorOf(error);
  if (known) return known.code;
  switch (error.code) {
    case "UNAUTHORIZED":
    case "FORBIDDEN":
    case "NOT_FOUND":
      return error.code;
    case "BAD_REQUEST":
    case "PARSE_ERROR":
    case "PAYLOAD_TOO_LARGE":
    case "UNSUPPORTED_MEDIA_TYPE":
    case "METHOD_NOT_SUPPORTED":
      return "INVALID_INPUT";
    default:
      return "INTERNAL";
  }
}

function sentenceOf(error: TRPCError): string {
  if (error.cause instanceof ZodError) {
    return error.cause.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`).join("; ");
  }
  return appErrorOf(error)?.message ?? error.message;
}

/** HTTP status of an expected failure, as tRPC names it. */
const TRPC_CODE: Record<number, TRPCError["code"]> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  429: "TOO_MANY_REQUESTS",
  501: "NOT_IMPLEMENTED",
  502: "BAD_GATEWAY",
  503: "SERVICE_UNAVAILABLE",
  507: "SERVICE_UNAVAILABLE",
};

/** Logs what nobody expected, and what only the owner of the server can mend, with its cause; other failures are the caller's business. */
export function logUnexpected(error: TRPCError, path: string | undefined): void {
  if (isForTheLog(codeOf(error))) logger("api").error({ err: error.cause ?? error, path }, "unexpected failure");
}

/** Names expected failures for tRPC, which makes the HTTP status of it. */
const failures = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const known = appErrorOf(result.error);
  if (known) {
    throw new TRPCError({
      code: TRPC_CODE[known.status] ?? "INTERNAL_SERVER_ERROR",
      message: known.message,
      cause: known,
    });
  }
  return result;
});

const mutationsFromHere = t.middleware(({ ctx, type, next }) => {
  if (type === "mutation" && !ctx.sameOrigin) {
    throw new AppError("CROSS_ORIGIN", "This call came from another site's page; open Hone itself and try again.");
  }
  return next();
});

/** A password counts as just asked for this long. */
export const FRESH_MS = 15 * 60_000;

/** @throws AppError FRESH_SIGN_IN_NEEDED unless the caller's password, or provider, was asked within the last 15 minutes */
export function requireFreshSignIn({ session }: Pick<ApiContext, "session">): void {
  if (session && Date.now() - session.authenticatedAt.getTime() < FRESH_MS) return;
  throw new AppError("FRESH_SIGN_IN_NEEDED", "This needs your password once more; confirm it and try again.");
}

const measured = t.middleware(async ({ path, type, next }) => {
  const began = performance.now();
  const result = await next();
  observeCall(path, type, result.ok ? "OK" : codeOf(result.error), (performance.now() - began) / 1000);
  return result;
});

const base = t.procedure.use(measured).use(failures).use(mutationsFromHere);

const RANK: Record<Role, number> = { USER: 0, ANNOTATOR: 1, ADMIN: 2 };

/** @throws AppError UNAUTHORIZED, FORBIDDEN */
function admit(viewer: Viewer | null | undefined, role: Role): Viewer {
  if (!viewer) throw new AppError("UNAUTHORIZED", "This needs an account; sign in and try again.");
  if (RANK[viewer.role] >= RANK[role]) return viewer;
  throw new AppError("FORBIDDEN", `This needs the role ${role}, yours is ${viewer.role}; ask an admin.`);
}

/**
 * Signed in, not disabled, and at least this role. The role was read from the database for this very call, and is read again while a
 * stream goes on.
 */
const atLeast = (role: Role) =>
  base.meta({ role }).use(async ({ ctx, type, next }) => {
    const result = await next({ ctx: { viewer: admit(ctx.viewer, role) } });
    if (type !== "subscription" || !result.ok) return result;
    const check = async () => void admit(await ctx.viewerNow(), role);
    return { ...result, data: whileAllowed(result.data as AsyncIterable<unknown>, check) };
  });

/** For anyone, visitors included. Every use of it stands in the table of the roles test. */
export const publicProcedure = base.meta({ role: "PUBLIC" });
export const userProcedure = atLeast("USER");
export const annotatorProcedure = atLeast("ANNOTATOR");
export const adminProcedure = atLeast("ADMIN");
/** For acts that change who may do what, or what speaks to everybody: an open browser alone is not enough. */
export const freshAdminProcedure = adminProcedure.use(({ ctx, next }) => {
  requireFreshSignIn(ctx);
  return next();
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;
