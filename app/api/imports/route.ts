/** Imports for programs: a whole file in one request, or the beginning of one that comes in pieces. */

import { answerAdmin } from "../../../server/api/data-door.ts";
import { beginImport, receiveWhole } from "../../../server/domain/import.ts";
import { beginImportInput, wholeImportInput } from "../../../server/domain/import-input.ts";
import { listImports } from "../../../server/domain/import-view.ts";

export const dynamic = "force-dynamic";

export const GET = (request: Request): Promise<Response> =>
  answerAdmin(request, async ({ db }) =>
    Response.json(await listImports(db, new URL(request.url).searchParams.get("cursor") ?? undefined)),
  );

/** With a JSON body: begins. With any other: the body is the file, and the address says how to read it. */
export const POST = (request: Request): Promise<Response> =>
  answerAdmin(request, async (services, viewer) => {
    if (request.headers.get("content-type")?.startsWith("application/json"))
      return Response.json(await beginImport(services, viewer.id, beginImportInput.parse(await request.json())));
    const asked = wholeImportInput.parse(Object.fromEntries(new URL(request.url).searchParams));
    const file = (request.body ?? []) as AsyncIterable<Uint8Array>;
    return Response.json(await receiveWhole(services, viewer.id, asked, file), { status: 202 });
  });
