/** Reads a base model from GGUF for training: its config and every tensor as 32-bit floats. */

import { readModelConfig, readString } from "../../server/gguf/model-config.ts";
import { type GgufFile, openGguf } from "../../server/gguf/reader.ts";
import { EngineError, type ModelConfig, type NamedTensor } from "./contract.ts";

export interface LoadedBase {
  config: ModelConfig;
  weights: NamedTensor[];
}

/**
 * The base at `path`. F32, F16, BF16 and Q8_0 tensors are read; memory is 4 bytes per parameter.
 * @throws GgufError for a damaged file or another quantisation, EngineError for a rotation we do not compute.
 */
export function loadBase(path: string): LoadedBase {
  const file = openGguf(path);
  try {
    const config = readModelConfig(file);
    refuseRopeScaling(file, config);
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

/** Scaled rotations would train another model than the one served: refused instead of ignored. */
function refuseRopeScaling(file: GgufFile, { architecture }: ModelConfig): void {
  const scaling = readString(file, `${architecture}.rope.scaling.type`);
  if (scaling === undefined || scaling === "none") return;
  throw new EngineError(
    `${file.path} scales its rotary positions (${scaling}), which cannot be trained here; use a model without rope scaling.`,
  );
}
