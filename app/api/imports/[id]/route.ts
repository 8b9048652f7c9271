/** One import: where it stands, its next bytes, and its end. */

import { z } from "zod";
import { answerAdmin } from "../../../../server/api/data-door.ts";
import { cancelImport, receivePiece } from "../../../../server/domain/import.ts";
import { getImport } from "../../../../server/domain/import-view.ts";

export const dynamic = "force-dynamic";

type Context = { params: Promise<{ id: string }> };

const idOf = async ({ params }: Context) => z.uuid().parse((await params).id);

export const GET = (request: Request, context: Context): Promise<Response> =>
  answerAdmin(request, async ({ db }) => Response.json(await getImport(db, await idOf(context))));

/** `offset`: where the file ends so far, as `received` says. */
export const PUT = (request: Request, context: Context): Promise<Response> =>
  answerAdmin(request, async (services) => {
    const id = await idOf(context);
    const offset = z.coerce.number().int().min(0).parse(new URL(request.url).searchParams.get("offset"));
    const piece = (request.body ?? []) as AsyncIterable<Uint8Array>;
    return Response.json(await receivePiece(services, id, { offset, piece }));
  });

export const DELETE = (request: Request, context: Context): Promise<Response> =>
  answerAdmin(request, async (services, viewer) =>
    Response.json(await cancelImport(services, viewer.id, await idOf(context))),
  );
