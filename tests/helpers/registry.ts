// A world whose base model is a real file, and adapters for it as strangers send them.
import fs from "node:fs";
import path from "node:path";
import { importAdapter, type NewImport } from "../../server/domain/registry/import.ts";
import { TarWriter } from "../../server/tar.ts";
import { train } from "./loop.ts";
import { type TinyModel, writeTinyModel } from "./tiny-model.ts";
import type { World } from "./world.ts";

/** Writes a tiny model and makes it the base of the world's live Deployment, shape and all. */
export async function useTinyBase(world: World): Promise<TinyModel> {
  const model = writeTinyModel(path.join(world.home, "base.gguf"));
  const { layers, width, heads, kvHeads, headWidth, feedForward, vocabulary, tiedEmbeddings, architecture } =
    model.config;
  await world.db.baseModel.updateMany({
    data: {
      ...{ sha256: model.sha256, architecture },
      shape: { layers, width, heads, kvHeads, headWidth, feedForward, vocabulary, tiedEmbeddings },
    },
  });
  world.services.env.HONE_MODEL = model.path;
  return model;
}

/** The bytes as a request brings them: in pieces that end anywhere. */
export async function* inPieces(bytes: Uint8Array, pieceBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

export async function tarOf(files: Record<string, Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const tar = new TarWriter(async (chunk) => void chunks.push(Buffer.from(chunk)), new Date(0));
  for (const [name, body] of Object.entries(files)) await tar.add({ name, bytes: body.length }, [body]);
  await tar.end();
  return Buffer.concat(chunks);
}

export const importBytes = (world: World, bytes: Uint8Array, changes: Partial<NewImport> = {}) =>
  importAdapter(world.services, {
    ...{ actorId: world.admin.id, fileName: "theirs.gguf", name: null, now: new Date(), file: inPieces(bytes) },
    ...changes,
  });

/** Every file under HONE_HOME, besides the base. */
export const filesAtHome = (world: World): string[] =>
  fs
    .readdirSync(world.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(world.home, path.join(entry.parentPath, entry.name)))
    .filter((file) => file !== "base.gguf")
    .sort();

/** An adapter that a run made, with figures, a curve and a sample of its own. @returns its id */
export async function finishedRun(world: World, number: number): Promise<string> {
  const { id } = await world.as(world.admin).run.create({ method: "DPO", seed: number });
  const prompt = [{ role: "user", content: "Hello?" }];
  await world.db.runSample.create({
    data: { runId: id, step: 1, ordinal: 0, prompt, reply: `reply of ${number}`, ended: true },
  });
  return train(world, id);
}
