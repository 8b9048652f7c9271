/** A LoRA adapter and its base as one model: every changed matrix becomes W + (alpha / rank)·B·A. */

import { openGguf } from "../../server/gguf/reader.ts";
import { nameOf, rewriteModel, type StorageType } from "../../server/gguf/rewrite-model.ts";
import { validateBase } from "../../server/gguf/validate.ts";
import { value, type WrittenFile } from "../../server/gguf/writer.ts";
import type { AdapterWeights, NamedTensor } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { sha256OfFile } from "./files.ts";
import { hasHead } from "./head.ts";
import { readAdapterFile } from "./read.ts";

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

/**
 * Writes the merged model tensor by tensor. All metadata of the base, its tokenizer and template included, is kept;
 * `hone.merged.*` records what it was made of.
 * @throws TrainerError BAD_ARGUMENT for an adapter that cannot be folded into weights; what reading either file throws
 */
export async function mergeAdapter({ base, adapter, out, type }: Merge): Promise<Merged> {
  const file = openGguf(base);
  try {
    const config = validateBase(file);
    const sha256 = await sha256OfFile(base);
    const weights = await readAdapterFile(adapter, config, { sha256 });
    assertMergeable(adapter, weights);
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
    });
    return { model: written, retyped };
  } finally {
    file.close();
  }
}

function assertMergeable(path: string, weights: AdapterWeights): void {
  const refuse = (why: string) => new TrainerError("BAD_ARGUMENT", `${path} cannot be merged: ${why}.`);
  if (weights.kind !== "lora")
    throw refuse(
      `it is a ${weights.kind} adapter, and only LoRA is a change of the weights; it works in the training engine alone`,
    );
  if (hasHead(weights))
    throw refuse("it is a reward model, whose score no language model has a place for; merge a policy");
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
