/** Writes the model that a full-parameter run made: the base's file with other weights. */

import { join } from "node:path";
import { openGguf } from "../../server/gguf/reader.ts";
import { nameOf, rewriteModel } from "../../server/gguf/rewrite-model.ts";
import { validateBase } from "../../server/gguf/validate.ts";
import { value } from "../../server/gguf/writer.ts";
import { sha256OfFile } from "../../server/whole-file.ts";
import type { NamedTensor } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";

export const MODEL_FILE = "model.gguf";
/** The factors of long contexts' rotary positions. */
const NEVER_TRAINED = new Set(["rope_freqs.weight"]);

/** A finished model on disk, named by its content. */
export interface ExportedModel {
  file: typeof MODEL_FILE;
  sha256: string;
  sizeBytes: number;
}

/**
 * Writes `model.gguf` into `folder`, whole or not at all: tokenizer, template and all else are the base's, matrices are
 * stored in the base's type (F16 where that is Q8_0, whose steps would swallow what training moved).
 * @param tensors every weight of the model under its GGUF name, as `Engine.exportBase` gives them
 * @param baseGguf the file the run began with
 * @throws TrainerError BASE_MISMATCH when the weights are not those of such a model
 */
export async function exportModel(
  folder: string,
  tensors: readonly NamedTensor[],
  baseGguf: string,
): Promise<ExportedModel> {
  const file = openGguf(baseGguf);
  try {
    validateBase(file);
    const baseSha256 = await sha256OfFile(baseGguf);
    const trained = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    for (const name of new Set([...file.tensors.keys(), ...trained.keys()])) {
      if (NEVER_TRAINED.has(name)) continue;
      const [had, has] = [file.tensors.get(name), trained.get(name)].map((tensor) => tensor?.shape.join() ?? "none");
      if (had !== has)
        throw new TrainerError(
          "BASE_MISMATCH",
          `Tensor ${name} has shape ${had} in ${baseGguf} and ${has} in the trained model; give the base the run began with.`,
        );
    }
    const { written } = rewriteModel(file, join(folder, MODEL_FILE), {
      name: `${nameOf(file)} (trained)`,
      metadata: new Map([["hone.trained.base.sha256", value("string", baseSha256)]]),
      type: "keep",
      changed: new Set(trained.keys()),
      valuesOf: (name) => trained.get(name)!.data,
    });
    return { file: MODEL_FILE, sha256: written.sha256, sizeBytes: written.sizeBytes };
  } finally {
    file.close();
  }
}
