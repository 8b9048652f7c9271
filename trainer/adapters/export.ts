/** Writes a finished adapter for everyone who may want it, and names it by its content. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { hasHead } from "../../server/gguf/lora.ts";
import { writeAdapter } from "../../server/gguf/write-model.ts";
import { sha256OfFile } from "../../server/whole-file.ts";
import type { AdapterWeights, ModelConfig } from "../engine/contract.ts";
import { writeAdapterSafetensors } from "./adapter-file.ts";
import { writePeft } from "./peft.ts";

/** What llama.cpp serves. */
export const ADAPTER_FILE = "adapter.gguf";
/** What only the training engine reads: reward models, and kinds that llama.cpp has no place for. */
export const ADAPTER_SAFETENSORS = "adapter.safetensors";

/** The base an adapter was made on. */
export interface BaseIdentity {
  name: string;
  sha256: string;
}

/** A finished adapter on disk. */
export interface ExportedAdapter {
  /** The file in its folder that `readAdapterFile` takes; its hash, which no other weights can have, is the adapter's name. */
  file: typeof ADAPTER_FILE | typeof ADAPTER_SAFETENSORS;
  sha256: string;
  sizeBytes: number;
}

/** LoRA without a head: the one kind that llama.cpp applies. */
export const isServable = (adapter: AdapterWeights): boolean => adapter.kind === "lora" && !hasHead(adapter);

/**
 * Writes into `folder`: `adapter.gguf` (llama.cpp's LoRA in F32) where that can hold the adapter, else
 * `adapter.safetensors`; and PEFT's two files where PEFT has such a kind. Equal weights on an equal base give equal
 * bytes. Every file appears whole; PEFT first, so that a folder with the adapter's own file is complete.
 */
export async function exportAdapter(
  folder: string,
  adapter: AdapterWeights,
  model: ModelConfig,
  base: BaseIdentity,
): Promise<ExportedAdapter> {
  await writePeft(folder, adapter, model, base.name);
  if (isServable(adapter)) {
    const { sha256, sizeBytes } = writeAdapter(join(folder, ADAPTER_FILE), {
      architecture: model.architecture,
      alpha: adapter.alpha,
      tensors: adapter.tensors,
      baseSha256: base.sha256,
    });
    return { file: ADAPTER_FILE, sha256, sizeBytes };
  }
  const path = join(folder, ADAPTER_SAFETENSORS);
  await writeAdapterSafetensors(path, adapter, model, base);
  return { file: ADAPTER_SAFETENSORS, sha256: await sha256OfFile(path), sizeBytes: (await stat(path)).size };
}
