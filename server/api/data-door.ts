/** The door of the routes that carry files: admins by their session or by an API key, and errors as JSON. */

import { z } from "zod";
import { getViewer } from "../auth.ts";
import { isSameOrigin } from "../client.ts";
import { callerOfApiKey } from "../domain/api-key.ts";
import { AppError, appErrorOf, isForTheLog } from "../errors.ts";
import { logger } from "../log.ts";
import { takeToken } from "../rate-limit.ts";
import { inRequest } from "../request-scope.ts";
import { type Services, services } from "../services.ts";
import type { Viewer } from "../viewer.ts";

/** Lets admins in, and turns whatever is thrown into `{code, message}`. */
export const answerAdmin: typeof admitAndAnswer = (request, work) =>
  inRequest(request, "file", () => admitAndAnswer(request, work));

async function admitAndAnswer(
  request: Request,
  work: (services: Services, viewer: Viewer) => Promise<Response>,
): Promise<Response> {
  try {
    const own = services();
    const viewer = await admit(own, request);
    if (viewer.role !== "ADMIN")
      throw new AppError("FORBIDDEN", `This needs the role ADMIN, yours is ${viewer.role}; ask an admin.`);
    return await work(own, viewer);
  } catch (error) {
    const known = error instanceof z.ZodError ? inputError(error) : appErrorOf(error);
    if (isForTheLog(known?.code)) logger("api").error({ err: error }, "a file could not be taken or sent");
    const body = { code: known?.code ?? "INTERNAL", message: known?.message ?? "Something went wrong here." };
    return Response.json(body, { status: known?.status ?? 500 });
  }
}

async function admit({ db, env }: Services, request: Request): Promise<Viewer> {
  const [, key] = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (key) {
    const caller = await callerOfApiKey(db, key);
    if (!caller)
      throw new AppError("UNAUTHORIZED", "This API key is not known or was revoked; make a new one in the settings.");
    await takeToken(db, { key: `api:${caller.apiKeyId}`, perMinute: env.API_PER_MINUTE });
    return caller;
  }
  if (request.method !== "GET" && !isSameOrigin(request.headers, env.NEXTAUTH_URL))
    throw new AppError("CROSS_ORIGIN", "This call came from another site's page; open Hone itself and try again.");
  const viewer = await getViewer();
  if (!viewer) throw new AppError("UNAUTHORIZED", "This needs an account; sign in, or send an API key.");
  return viewer;
}

const inputError = (error: z.ZodError) =>
  new AppError(
    "INVALID_INPUT",
    error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`).join("; "),
  );
