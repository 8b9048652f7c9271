/** Reads a base model from GGUF for training: its config and its tensors, as 32-bit floats or as they are in Q8_0. */

import { readModelConfig } from "../../server/gguf/model-config.ts";
import { type GgufTensor, openGguf } from "../../server/gguf/reader.ts";
import { validateTrainable } from "../../server/gguf/validate.ts";
import { LINEAR_LAYERS, type ModelConfig, type NamedTensor } from "./contract.ts";
import { type QuantisedTensor, readQ8 } from "./quantised.ts";

export interface LoadedBase {
  config: ModelConfig;
  weights: NamedTensor[];
  /** Linear layers of the blocks that were left in Q8_0; they are not among `weights`. */
  quantised: QuantisedTensor[];
}

/**
 * The base at `path`. F32, F16, BF16 and Q8_0 tensors are read; memory is 4 bytes per parameter, for linear layers that
 * are kept in Q8_0 1.125. K-quants and other formats are refused: a model that is offered in them is offered in Q8_0 or
 * F16 as well.
 * @param keepQuantised leaves the blocks' linear layers in Q8_0 where the file has them so
 * @throws GgufError for a damaged file, another quantisation, or a rotation that we do not compute.
 */
export function loadBase(path: string, { keepQuantised = false } = {}): LoadedBase {
  const file = openGguf(path);
  try {
    const config = readModelConfig(file);
    validateTrainable(file, config);
    const kept = keepQuantised ? [...file.tensors.values()].filter(isQuantisedLayer) : [];
    const names = new Set(kept.map(({ name }) => name));
    const weights = [...file.tensors.values()]
      .filter(({ name }) => !names.has(name))
      .map(({ name, shape }) => ({ name, shape, data: file.readTensorF32(name) }));
    const quantised = kept.map(({ name, shape }) =>
      readQ8(name, shape as [number, number], file.readTensorBytes(name)),
    );
    return { config, weights, quantised };
  } finally {
    file.close();
  }
}

/**
 * Bytes that keeping the linear layers of the file in Q8_0 would save; 0 where it has none.
 * @throws GgufError for a damaged file
 */
export function savedByKeeping(path: string): number {
  const file = openGguf(path);
  file.close();
  const kept = [...file.tensors.values()].filter(isQuantisedLayer);
  return kept.reduce((sum, { elements }) => sum + elements * (4 - 1.125), 0);
}

function isQuantisedLayer({ name, type }: GgufTensor): boolean {
  const [, layer] = /^blk\.\d+\.(\w+)\.weight$/.exec(name) ?? [];
  return type.name === "Q8_0" && LINEAR_LAYERS.some((linear) => linear === layer);
}
