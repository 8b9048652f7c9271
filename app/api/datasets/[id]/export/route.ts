/** Downloads of a Dataset as JSON Lines in any format, for admins: written while it is read, so that its size does not matter. */

import { Readable } from "node:stream";
import { z } from "zod";
import { Split } from "../../../../../prisma/generated/enums.ts";
import { answerAdmin } from "../../../../../server/api/data-door.ts";
import { recordAudit } from "../../../../../server/domain/audit.ts";
import { exportDataset, packed } from "../../../../../server/domain/export.ts";
import { DATA_FORMATS } from "../../../../../server/domain/views.ts";

export const dynamic = "force-dynamic";

const query = z.object({
  id: z.uuid(),
  format: z.enum(DATA_FORMATS).default("hone"),
  split: z.enum(Split).optional(),
  gzip: z.enum(["0", "1"]).default("0"),
});

export const GET = (request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> =>
  answerAdmin(request, async ({ db }, viewer) => {
    const asked = Object.fromEntries(new URL(request.url).searchParams);
    const { gzip, ...wanted } = query.parse({ ...asked, ...(await params) });
    const { name, pieces } = await exportDataset(db, wanted);
    const { id, format, split } = wanted;
    await db.$transaction((tx) =>
      recordAudit(tx, {
        actorId: viewer.id,
        action: "dataset.export",
        subject: `Dataset:${id}`,
        after: { format, split: split ?? null },
      }),
    );
    const bytes = Readable.from(gzip === "1" ? packed(pieces) : pieces, { objectMode: false });
    return new Response(Readable.toWeb(bytes) as ReadableStream, {
      headers: {
        "content-type": gzip === "1" ? "application/gzip" : "application/jsonl; charset=utf-8",
        "content-disposition": `attachment; filename="${name}${gzip === "1" ? ".gz" : ""}"`,
        "cache-control": "private, no-store",
      },
    });
  });
