/** Reads a base model from GGUF for training: its config and every tensor as 32-bit floats. */

import { readModelConfig } from "../../server/gguf/model-config.ts";
import { openGguf } from "../../server/gguf/reader.ts";
import { validateTrainable } from "../../server/gguf/validate.ts";
import type { ModelConfig, NamedTensor } from "./contract.ts";

export interface LoadedBase {
  config: ModelConfig;
  weights: NamedTensor[];
}

/**
 * The base at `path`. F32, F16, BF16 and Q8_0 tensors are read; memory is 4 bytes per parameter.
 * @throws GgufError for a damaged file, another quantisation, or a rotation that we do not compute.
 */
export function loadBase(path: string): LoadedBase {
  const file = openGguf(path);
  try {
    const config = readModelConfig(file);
    validateTrainable(file, config);
    const weights = [...file.tensors.values()].map(({ name, shape }) => ({
      name,
      shape,
      data: file.readTensorF32(name),
    }));
    return { config, weights };
  } finally {
    file.close();
  }
}
