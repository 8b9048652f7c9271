/** Writes a base model again with other weights: everything else of the file stays as it is. */

import { GgufError, type MetadataValue, TENSOR_TYPE_ID, TENSOR_TYPES, type TensorLayout } from "./format.ts";
import { readString } from "./model-config.ts";
import { encodeTensor, firstNotFinite } from "./quantisation.ts";
import { floatTypeOf, type GgufFile, type GgufTensor } from "./reader.ts";
import { FILE_TYPE } from "./write-model.ts";
import { type TensorSource, value, type WrittenFile, writeTensors } from "./writer.ts";

/** How the matrices of a rewritten model may be stored; `keep` leaves each as the base has it. */
export const STORAGE_TYPES = ["keep", "f32", "f16", "q8_0"] as const;
export type StorageType = (typeof STORAGE_TYPES)[number];

export interface Rewriting {
  /** The new `general.name`. */
  name: string;
  /** Added to the base's metadata, or put in its place. */
  metadata: ReadonlyMap<string, MetadataValue>;
  type: StorageType;
  /** The tensors that change, by name. */
  changed: ReadonlySet<string>;
  /** New values of a tensor that changes, row-major, given the old ones; called for one after another. */
  valuesOf(name: string): Float32Array;
  /** Called before each tensor is written, with how many are. */
  onTensor?: ((done: number, total: number) => void) | undefined;
}

type Stored = "F32" | "F16" | "BF16" | "Q8_0";

/**
 * Writes `path` tensor by tensor, in the base's order. Under `keep` a Q8_0 matrix that changes becomes F16: Q8_0's steps
 * are coarser than what training moves, and rounding again would lose most of it. Vectors (norms, biases) stay F32.
 * @returns the file, and how many matrices were stored in another type than the base's
 * @throws GgufError UNSUPPORTED_TYPE for a type that cannot be read, NOT_FINITE for values that the type cannot hold
 */
export function rewriteModel(
  base: GgufFile,
  path: string,
  rewriting: Rewriting,
): { written: WrittenFile; retyped: number } {
  let retyped = 0;
  const tensors = [...base.tensors.values()].map((tensor, done, all): TensorSource => {
    const type = storedAs(tensor, rewriting);
    if (type.name !== tensor.type.name) retyped++;
    const bytes = () => {
      rewriting.onTensor?.(done, all.length);
      return bytesOf(base, tensor, type, rewriting);
    };
    return { name: tensor.name, shape: tensor.shape, type, bytes };
  });
  return { written: writeTensors(path, metadataOf(base, rewriting, tensors), tensors), retyped };
}

const layoutOf = (type: Stored): TensorLayout => TENSOR_TYPES.get(TENSOR_TYPE_ID[type])!;

function storedAs(tensor: GgufTensor, { type, changed }: Rewriting): TensorLayout {
  if (tensor.shape.length === 1) return tensor.type;
  if (type === "keep") return tensor.type.name === "Q8_0" && changed.has(tensor.name) ? layoutOf("F16") : tensor.type;
  // Rows that Q8_0's blocks do not divide stay readable by everyone as F16.
  if (type === "q8_0" && tensor.shape.at(-1)! % layoutOf("Q8_0").elements !== 0) return layoutOf("F16");
  return layoutOf(type.toUpperCase() as Stored);
}

function bytesOf(base: GgufFile, tensor: GgufTensor, type: TensorLayout, rewriting: Rewriting): Uint8Array {
  const { name } = tensor;
  const changes = rewriting.changed.has(name);
  if (!changes && type.name === tensor.type.name) return base.readTensorBytes(name);
  const stored = floatTypeOf({ ...tensor, type });
  if (!stored)
    throw new GgufError(
      "UNSUPPORTED_TYPE",
      `Tensor "${name}" is ${type.name}, which cannot be written again; use the F16 or Q8_0 file of this model.`,
    );
  const bytes = encodeTensor(stored, changes ? rewriting.valuesOf(name) : base.readTensorF32(name));
  const at = firstNotFinite(stored, bytes);
  if (at >= 0)
    throw new GgufError(
      "NOT_FINITE",
      `Value ${at} of tensor "${name}" is too large for ${stored}, or no number at all; write the model as f32.`,
    );
  return bytes;
}

function metadataOf(base: GgufFile, { name, metadata, changed, type }: Rewriting, tensors: readonly TensorSource[]) {
  const all = new Map([...base.metadata, ["general.name", value("string", name)] as const, ...metadata]);
  // What is written is aligned to the format's default, whatever the base was aligned to.
  all.delete("general.alignment");
  const matrix = tensors.find((tensor) => tensor.shape.length > 1 && (type !== "keep" || changed.has(tensor.name)));
  const stored = (Object.keys(FILE_TYPE) as Stored[]).find((known) => known === matrix?.type.name);
  if (stored) all.set("general.file_type", value("u32", FILE_TYPE[stored]));
  return all;
}

/** What a model calls itself; files of other makers may leave it out. */
export const nameOf = (base: GgufFile): string => readString(base, "general.name") ?? "model";
