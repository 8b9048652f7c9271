/** Everything that is kept of the caller, as a file: streamed, so that years of conversations need no memory. */

import { AsyncResource } from "node:async_hooks";
import { Readable } from "node:stream";
import { getViewer } from "../../../../server/auth.ts";
import { exportAccount } from "../../../../server/domain/account-export.ts";
import { AppError, appErrorOf, isForTheLog } from "../../../../server/errors.ts";
import { logger } from "../../../../server/log.ts";
import { takeToken } from "../../../../server/rate-limit.ts";
import { inRequest } from "../../../../server/request-scope.ts";
import { services } from "../../../../server/services.ts";

/** Each reads all there is of a person. */
const PER_MINUTE = 6;

export const GET = (request: Request): Promise<Response> => inRequest(request, "file", answer);

async function answer(): Promise<Response> {
  try {
    const viewer = await getViewer();
    if (!viewer) throw new AppError("UNAUTHORIZED", "This needs an account; sign in and try again.");
    const { db } = services();
    await takeToken(db, { key: `export:${viewer.id}`, perMinute: PER_MINUTE });
    const now = new Date();
    const text = Readable.from(exportAccount(db, viewer.id, now), { objectMode: false });
    // The answer has begun by then: a broken file is what tells its reader.
    const broken = (err: Error) => logger("api").error({ err }, "an account's data could not be sent to the end");
    text.on("error", AsyncResource.bind(broken));
    return new Response(Readable.toWeb(text) as ReadableStream, {
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-disposition": `attachment; filename="hone-account-${now.toISOString().slice(0, 10)}.json"`,
        "cache-control": "private, no-store",
      },
    });
  } catch (error) {
    const known = appErrorOf(error);
    if (isForTheLog(known?.code)) logger("api").error({ err: error }, "an account's data could not be sent");
    const body = { code: known?.code ?? "INTERNAL", message: known?.message ?? "Something went wrong here." };
    return Response.json(body, { status: known?.status ?? 500 });
  }
}
