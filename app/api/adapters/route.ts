/** Imports of adapters: the body of one request is a GGUF LoRA, or a .tar with PEFT's two files. */

import { z } from "zod";
import { answerAdmin } from "../../../server/api/data-door.ts";
import { importAdapter } from "../../../server/domain/registry/import.ts";
import { plainText } from "../../../server/plain-text.ts";

export const dynamic = "force-dynamic";

const asked = z.object({
  fileName: plainText().pipe(z.string().trim().min(1).max(200)).default("adapter"),
  name: plainText().pipe(z.string().trim().max(100)).default(""),
});

export const POST = (request: Request): Promise<Response> =>
  answerAdmin(request, async (services, viewer) => {
    const { fileName, name } = asked.parse(Object.fromEntries(new URL(request.url).searchParams));
    const file = (request.body ?? []) as AsyncIterable<Uint8Array>;
    const result = await importAdapter(services, {
      ...{ actorId: viewer.id, fileName, name: name || null, file, now: new Date() },
    });
    if (!("refusal" in result)) return Response.json(result, { status: result.known ? 200 : 201 });
    const { refusal, message } = result;
    return Response.json({ code: "IMPORT_REFUSED", message, refusal }, { status: 400 });
  });
