/** Downloads of an adapter's files, for admins. */

import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { z } from "zod";
import { getViewer } from "../../../../../server/auth.ts";
import { adapterFile } from "../../../../../server/domain/adapter.ts";
import { AppError, appErrorOf, notFound } from "../../../../../server/errors.ts";
import { logger } from "../../../../../server/log.ts";
import { services } from "../../../../../server/services.ts";

type Context = { params: Promise<{ id: string; file: string }> };

export async function GET(_request: Request, { params }: Context): Promise<Response> {
  try {
    const viewer = await getViewer();
    if (!viewer) throw new AppError("UNAUTHORIZED", "This needs an account; sign in and try again.");
    if (viewer.role !== "ADMIN") throw new AppError("FORBIDDEN", "This needs the role ADMIN; ask an admin.");
    const { id, file } = await params;
    if (!z.uuid().safeParse(id).success) throw notFound("adapter file");
    const found = await adapterFile(services(), id, file);
    return new Response(Readable.toWeb(createReadStream(found.path)) as ReadableStream, {
      headers: {
        "content-type": file.endsWith(".json") ? "application/json" : "application/octet-stream",
        "content-length": String(found.bytes),
        "content-disposition": `attachment; filename="${found.sha256.slice(0, 12)}-${file}"`,
        // Named by its hash: what lies there never changes.
        "cache-control": "private, max-age=31536000, immutable",
      },
    });
  } catch (error) {
    const known = appErrorOf(error);
    if (!known) logger("api").error({ err: error }, "an adapter file could not be sent");
    const body = { code: known?.code ?? "INTERNAL", message: known?.message ?? "Something went wrong here." };
    return Response.json(body, { status: known?.status ?? 500 });
  }
}
