/** Downloads of an adapter: its files, PEFT's two as one archive, a merged model once it is made, and the model card. */

import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { z } from "zod";
import { answerAdmin } from "../../../../../server/api/data-door.ts";
import { adapterFile } from "../../../../../server/domain/adapter.ts";
import { modelCard } from "../../../../../server/domain/registry/card.ts";
import { mergedFile } from "../../../../../server/domain/registry/merge.ts";
import { peftArchive } from "../../../../../server/domain/registry/peft-archive.ts";
import { LANGUAGES } from "../../../../../server/domain/views/registry.ts";
import { notFound } from "../../../../../server/errors.ts";
import type { Services } from "../../../../../server/services.ts";

export const dynamic = "force-dynamic";

type Context = { params: Promise<{ id: string; file: string }> };

export const GET = (request: Request, { params }: Context): Promise<Response> =>
  answerAdmin(request, async (services) => {
    const { id, file } = await params;
    if (!z.uuid().safeParse(id).success) throw notFound("adapter file");
    if (file === "MODEL_CARD.md") return card(services, id, new URL(request.url).searchParams.get("language"));
    const { bytes, sha256, body, lasting } = await open(services, id, file);
    return new Response(Readable.toWeb(body) as ReadableStream, {
      headers: {
        "content-type": file.endsWith(".json") ? "application/json" : "application/octet-stream",
        "content-length": String(bytes),
        "content-disposition": `attachment; filename="${sha256.slice(0, 12)}-${file}"`,
        // What is named by its hash never changes; a merged model may be made anew.
        "cache-control": lasting ? "private, max-age=31536000, immutable" : "private, no-store",
      },
    });
  });

interface Download {
  bytes: number;
  sha256: string;
  body: Readable;
  lasting: boolean;
}

async function open(services: Services, id: string, file: string): Promise<Download> {
  if (file === "peft.tar") return { ...(await peftArchive(services, id)), lasting: true };
  const [, type] = /^merged-(\w+)\.gguf$/.exec(file) ?? [];
  const { path, bytes, sha256 } = await (type ? mergedFile(services, { id, type }) : adapterFile(services, id, file));
  return { bytes, sha256, body: createReadStream(path), lasting: !type };
}

async function card({ db }: Services, id: string, asked: string | null): Promise<Response> {
  const language = z.enum(LANGUAGES).catch("en").parse(asked);
  const { markdown, sha256 } = await modelCard(db, { id, language });
  return new Response(markdown, {
    headers: {
      "content-type": "text/markdown; charset=utf-8",
      "content-disposition": `attachment; filename="${sha256.slice(0, 12)}-MODEL_CARD.md"`,
      "cache-control": "private, no-store",
    },
  });
}
