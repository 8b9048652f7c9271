/** A LoRA adapter and its base as one model: every changed matrix becomes W + (alpha / rank)·B·A. */

import { sha256OfFile } from "../whole-file.ts";
import type { LoraWeights } from "./lora.ts";
import type { ModelConfig } from "./model-config.ts";
import { openGguf } from "./reader.ts";
import { nameOf, rewriteModel, type StorageType } from "./rewrite-model.ts";
import { validateBase } from "./validate.ts";
import type { NamedTensor } from "./write-model.ts";
import { value, type WrittenFile } from "./writer.ts";

export interface Merge {
  /** GGUF file of the base model. */
  base: string;
  /** `adapter.gguf` of that base. */
  adapter: string;
  /** Where the model goes; whole or absent. */
  out: string;
  type: StorageType;
}

export interface Merged {
  model: WrittenFile;
  /** Matrices that are stored in another type than the base's. */
  retyped: number;
}

export interface Merging {
  /** Reads the adapter, checked against the base. */
  read(path: string, config: ModelConfig, base: { sha256: string }): Promise<LoraWeights> | LoraWeights;
  /** Called before each tensor of the model is written, with how many are. */
  onTensor?(done: number, total: number): void;
}

/**
 * Writes the merged model tensor by tensor. All metadata of the base, its tokenizer and template included, is kept;
 * `hone.merged.*` records what it was made of.
 * @throws what reading either file throws; GgufError NOT_FINITE for values that the type cannot hold
 */
export async function mergeLora({ base, adapter, out, type }: Merge, { read, onTensor }: Merging): Promise<Merged> {
  const file = openGguf(base);
  try {
    const config = validateBase(file);
    const sha256 = await sha256OfFile(base);
    const weights = await read(adapter, config, { sha256 });
    const adapterSha256 = await sha256OfFile(adapter);
    const lora = new Map(weights.tensors.map((tensor) => [tensor.name, tensor]));
    const { written, retyped } = rewriteModel(file, out, {
      name: `${nameOf(file)} + ${adapterSha256.slice(0, 8)}`,
      metadata: new Map([
        ["hone.merged.base.sha256", value("string", sha256)],
        ["hone.merged.adapter.sha256", value("string", adapterSha256)],
      ]),
      type,
      changed: new Set([...file.tensors.keys()].filter((name) => lora.has(`${name}.lora_a`))),
      valuesOf: (name) => {
        const [a, b] = [lora.get(`${name}.lora_a`)!, lora.get(`${name}.lora_b`)!];
        return addProduct(file.readTensorF32(name), a, b, weights.alpha);
      },
      onTensor,
    });
    return { model: written, retyped };
  } finally {
    file.close();
  }
}

/**
 * W + (alpha / rank)·B·A for W [out, in], A [rank, in], B [out, rank], summed in doubles and rounded once.
 * @param weights changed in place and returned
 */
function addProduct(weights: Float32Array, a: NamedTensor, b: NamedTensor, alpha: number): Float32Array {
  const [rank, into] = a.shape as [number, number];
  const scale = alpha / rank;
  const row = new Float64Array(into);
  for (let out = 0; out * into < weights.length; out++) {
    row.set(weights.subarray(out * into, (out + 1) * into));
    for (let r = 0; r < rank; r++) {
      const factor = scale * b.data[out * rank + r]!;
      const at = r * into;
      for (let i = 0; i < into; i++) row[i]! += factor * a.data[at + i]!;
    }
    weights.set(row, out * into);
  }
  return weights;
}
