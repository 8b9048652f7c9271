/** An erasure's report as a file, for admins to hand out. */

import { z } from "zod";
import { getViewer } from "../../../../../server/auth.ts";
import { erasureReportFile } from "../../../../../server/domain/erasure-view.ts";
import { AppError, appErrorOf, isForTheLog, notFound } from "../../../../../server/errors.ts";
import { logger } from "../../../../../server/log.ts";
import { inRequest } from "../../../../../server/request-scope.ts";
import { services } from "../../../../../server/services.ts";

type Context = { params: Promise<{ id: string }> };

export const GET = (request: Request, context: Context): Promise<Response> =>
  inRequest(request, "file", () => answer(context));

async function answer({ params }: Context): Promise<Response> {
  try {
    const viewer = await getViewer();
    if (!viewer) throw new AppError("UNAUTHORIZED", "This needs an account; sign in and try again.");
    if (viewer.role !== "ADMIN") throw new AppError("FORBIDDEN", "This needs the role ADMIN; ask an admin.");
    const { id } = await params;
    if (!z.uuid().safeParse(id).success) throw notFound("erasure");
    const { text, sha256 } = await erasureReportFile(services().db, id);
    return new Response(text, {
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-disposition": `attachment; filename="erasure-${sha256.slice(0, 12)}.json"`,
        "cache-control": "private, no-store",
      },
    });
  } catch (error) {
    const known = appErrorOf(error);
    if (isForTheLog(known?.code)) logger("api").error({ err: error }, "an erasure's report could not be sent");
    const body = { code: known?.code ?? "INTERNAL", message: known?.message ?? "Something went wrong here." };
    return Response.json(body, { status: known?.status ?? 500 });
  }
}
