/** The door of the OpenAI-compatible API: who is calling, what they sent, and errors in the shape their clients know. */

import { z } from "zod";
import { type ApiCaller, callerOfApiKey } from "../../domain/api-key.ts";
import { AppError, appErrorOf, type ErrorCode, isForTheLog } from "../../errors.ts";
import { logger } from "../../log.ts";
import { takeToken } from "../../rate-limit.ts";
import { inRequest } from "../../request-scope.ts";
import { type Services, services } from "../../services.ts";

/** A whole conversation in plain text; far more than any context holds. */
const MAX_BODY_CHARACTERS = 8 * 1024 * 1024;

/** OpenAI's names for the kinds of errors, by HTTP status. */
const TYPE: Record<number, string> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
};

/** OpenAI's codes where clients act on them; ours, in small letters, elsewhere. */
const CODE: Partial<Record<ErrorCode, string>> = {
  UNAUTHORIZED: "invalid_api_key",
  CONTEXT_OVERFLOW: "context_length_exceeded",
  RATE_LIMITED: "rate_limit_exceeded",
};

/** `param` names the field of the request that is at fault. */
export function errorBody(error: unknown): { status: number; body: object; retryAfterSeconds?: number } {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const param = issue?.path.join(".") || null;
    const message = `${param ?? "The request"}: ${issue?.message ?? "not understood"}.`;
    return { status: 400, body: { error: { message, type: "invalid_request_error", param, code: "invalid_input" } } };
  }
  const known = appErrorOf(error);
  if (isForTheLog(known?.code)) logger("v1").error({ err: error }, "unexpected failure");
  const status = known?.status ?? 500;
  const type = TYPE[status] ?? (status < 500 ? "invalid_request_error" : "server_error");
  const message = known?.message ?? "Something went wrong here; it was written to the log.";
  const code = known ? (CODE[known.code] ?? known.code.toLowerCase()) : "internal";
  return { status, body: { error: { message, type, param: null, code } }, retryAfterSeconds: known?.retryAfterSeconds };
}

/** Lets a request with a valid key in, and turns whatever is thrown into an answer. */
export const answer: typeof admitAndAnswer = (request, work) =>
  inRequest(request, "v1", () => admitAndAnswer(request, work));

async function admitAndAnswer(
  request: Request,
  work: (services: Services, caller: ApiCaller) => Promise<Response>,
): Promise<Response> {
  try {
    const own = services();
    const caller = await admit(own, request);
    return await work(own, caller);
  } catch (error) {
    const { status, body, retryAfterSeconds } = errorBody(error);
    const headers = retryAfterSeconds ? { "retry-after": String(retryAfterSeconds) } : undefined;
    return Response.json(body, { status, headers });
  }
}

async function admit({ db, env }: Services, request: Request): Promise<ApiCaller> {
  const [, key] = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const caller = key ? await callerOfApiKey(db, key) : null;
  if (!caller) {
    throw new AppError(
      "UNAUTHORIZED",
      key
        ? "This API key is not known, was revoked, or its owner is switched off; make a new one in the settings."
        : "The API key is missing; send it as `Authorization: Bearer hone_…`.",
    );
  }
  await takeToken(db, { key: `api:${caller.apiKeyId}`, perMinute: env.API_PER_MINUTE });
  return caller;
}

/** The body of a request, checked. @throws ZodError, AppError INVALID_INPUT when it is no JSON or too large */
export async function readBody<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  const text = await request.text();
  if (text.length > MAX_BODY_CHARACTERS) {
    throw new AppError(
      "INVALID_INPUT",
      `The request has ${text.length} characters, at most ${MAX_BODY_CHARACTERS} are read.`,
    );
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new AppError("INVALID_INPUT", "The body of the request is not JSON.");
  }
  return schema.parse(body);
}
