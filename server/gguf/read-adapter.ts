/** Reads a validated LoRA adapter's weights into memory, in the record the training engine loads. */

import type { AdaptedShape } from "./model-config.ts";
import { type GgufFile, openGguf } from "./reader.ts";
import { validateAdapter } from "./validate.ts";
import type { NamedTensor } from "./write-model.ts";

/**
 * Weights of an adapter file in f32.
 * @throws GgufError when the file is no adapter for a base of this shape.
 */
export function readAdapter(
  path: string,
  config: AdaptedShape,
  base?: { sha256: string },
): { kind: "lora"; rank: number; alpha: number; tensors: NamedTensor[] } {
  const file: GgufFile = openGguf(path);
  try {
    const { rank, alpha } = validateAdapter(file, config, base);
    const tensors = [...file.tensors.values()].map(({ name, shape }) => ({
      name,
      shape,
      data: file.readTensorF32(name),
    }));
    return { kind: "lora", rank, alpha, tensors };
  } finally {
    file.close();
  }
}
