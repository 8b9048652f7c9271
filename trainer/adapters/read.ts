/** Reads an adapter of any kind, telling by its content which of the two files it is. */

import { open } from "node:fs/promises";
import { readAdapter } from "../../server/gguf/read-adapter.ts";
import type { AdapterWeights, ModelConfig } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { readAdapterSafetensors } from "./adapter-file.ts";

/**
 * Weights of an `adapter.gguf` or `adapter.safetensors`, checked against the base: names, shapes, types, finite values.
 * @param base the base in use, by the hash of its file; an adapter that was made on another one is refused
 * @throws GgufError or TrainerError with a sentence
 */
export async function readAdapterFile(
  path: string,
  config: ModelConfig,
  base?: { sha256: string },
): Promise<AdapterWeights> {
  return (await beginsWith(path, "GGUF"))
    ? readAdapter(path, config, base)
    : readAdapterSafetensors(path, config, base);
}

async function beginsWith(path: string, magic: string): Promise<boolean> {
  const file = await open(path, "r").catch((cause) => {
    throw new TrainerError("FILE_MISSING", `Cannot read ${path}: ${(cause as Error).message}.`, { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return buffer.toString("latin1", 0, bytesRead) === magic;
  } catch (cause) {
    throw new TrainerError("BAD_FILE", `Cannot read ${path}: ${(cause as Error).message}.`, { cause });
  } finally {
    await file.close();
  }
}
