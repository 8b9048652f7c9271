/** Writes a finished adapter in both layouts and names it by its content. */

import { join } from "node:path";
import { writeAdapter } from "../../server/gguf/write-model.ts";
import type { AdapterWeights, ModelConfig } from "../engine/contract.ts";
import { writePeft } from "./peft.ts";

export const ADAPTER_FILE = "adapter.gguf";

/** The base an adapter was made on. */
export interface BaseIdentity {
  name: string;
  sha256: string;
}

/** A finished adapter on disk. Its name is the hash of `adapter.gguf`, which no other weights can have. */
export interface ExportedAdapter {
  sha256: string;
  sizeBytes: number;
}

/**
 * Writes `adapter.gguf` (llama.cpp's LoRA in F32) and the two PEFT files into `folder`. Equal weights on an equal base
 * give equal bytes. Every file appears whole; PEFT first, so that a folder with `adapter.gguf` is complete.
 */
export async function exportAdapter(
  folder: string,
  adapter: AdapterWeights,
  model: ModelConfig,
  base: BaseIdentity,
): Promise<ExportedAdapter> {
  await writePeft(folder, adapter, model, base.name);
  const { sha256, sizeBytes } = writeAdapter(join(folder, ADAPTER_FILE), {
    architecture: model.architecture,
    alpha: adapter.alpha,
    tensors: adapter.tensors,
    baseSha256: base.sha256,
  });
  return { sha256, sizeBytes };
}
