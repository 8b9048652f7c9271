/** Writes GGUF files: whole or absent, and byte for byte the same for the same content. */

import { createHash } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import {
  DEFAULT_ALIGNMENT,
  type FloatType,
  GgufError,
  LIMITS,
  type MetadataValue,
  type Scalar,
  type ScalarType,
  TENSOR_TYPE_ID,
  TENSOR_TYPES,
  type TensorLayout,
  VALUE_BYTES,
  VALUE_TYPES,
} from "./format.ts";
import { encodeTensor, firstNotFinite } from "./quantisation.ts";

/** A tensor to write: `data` is row-major over `shape` (outermost first), stored as `type`. */
export interface TensorToWrite {
  name: string;
  shape: readonly number[];
  data: Float32Array;
  type: FloatType;
}

/** What was written: the file's content hash is an adapter's or base model's identity. */
export interface WrittenFile {
  path: string;
  sha256: string;
  sizeBytes: number;
}

/** Metadata value of a given type; numbers of type f32 are rounded when written. */
export const value = (type: ScalarType, content: Scalar): MetadataValue => ({ type, value: content });
export const array = (elementType: ScalarType, content: readonly Scalar[]): MetadataValue => ({
  type: "array",
  elementType,
  value: content,
});

/** A tensor whose bytes are asked for when their turn comes, so that a model larger than memory can be written. */
export interface TensorSource {
  name: string;
  shape: readonly number[];
  type: TensorLayout;
  /** Exactly as many as shape and type take. */
  bytes(): Uint8Array;
}

/**
 * Writes a GGUF version 3 file through a temporary name, fsync and rename. Creates the folder if it is missing.
 * @throws GgufError NOT_FINITE or BAD_SHAPE before anything is on disk under the final name.
 */
export function writeGguf(
  path: string,
  metadata: ReadonlyMap<string, MetadataValue>,
  tensors: readonly TensorToWrite[],
): WrittenFile {
  tensors.forEach(checkTensor);
  const sources = tensors.map(({ name, shape, type, data }): TensorSource => {
    return { name, shape, type: TENSOR_TYPES.get(TENSOR_TYPE_ID[type])!, bytes: () => encodeTensor(type, data) };
  });
  return writeTensors(path, metadata, sources);
}

/** As `writeGguf`, tensor by tensor: the memory is that of the largest one. */
export function writeTensors(
  path: string,
  metadata: ReadonlyMap<string, MetadataValue>,
  tensors: readonly TensorSource[],
): WrittenFile {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  const fd = openSync(temporary, "w", 0o644);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const write = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
    hash.update(bytes);
    sizeBytes += bytes.length;
  };
  const pad = () => write(new Uint8Array(padding(sizeBytes)));
  let open = true;
  const close = () => {
    if (open) closeSync(fd);
    open = false;
  };
  try {
    write(header(metadata, tensors));
    pad();
    for (const tensor of tensors) {
      const bytes = tensor.bytes();
      if (bytes.length !== sizeOf(tensor))
        throw new RangeError(`Tensor "${tensor.name}" came as ${bytes.length} bytes, not ${sizeOf(tensor)}.`);
      write(bytes);
      pad();
    }
    fsyncSync(fd);
    close();
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    close();
    rmSync(temporary, { force: true });
    throw error;
  }
  return { path, sha256: hash.digest("hex"), sizeBytes };
}

const padding = (bytes: number) => (DEFAULT_ALIGNMENT - (bytes % DEFAULT_ALIGNMENT)) % DEFAULT_ALIGNMENT;

/** A rename is durable only when the folder is; Windows cannot open folders and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function checkTensor({ name, shape, data, type }: TensorToWrite): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (shape.length < 1 || shape.length > LIMITS.dimensions || elements !== data.length || elements === 0) {
    throw new GgufError(
      "BAD_SHAPE",
      `Tensor "${name}" has shape [${shape}] but ${data.length} values; they must agree.`,
    );
  }
  if (Buffer.byteLength(name) > LIMITS.tensorNameBytes) {
    throw new GgufError("BAD_TENSOR", `Tensor name "${name}" is longer than ${LIMITS.tensorNameBytes} bytes.`);
  }
  if (type === "Q8_0" && shape.at(-1)! % 32 !== 0) {
    throw new GgufError(
      "BAD_SHAPE",
      `Tensor "${name}" has rows of ${shape.at(-1)}; Q8_0 needs multiples of 32. Use F16.`,
    );
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const at = firstNotFinite("F32", bytes);
  if (at >= 0) {
    throw new GgufError("NOT_FINITE", `Tensor "${name}" holds ${data[at]} at value ${at}; training diverged.`);
  }
}

function header(metadata: ReadonlyMap<string, MetadataValue>, tensors: readonly TensorSource[]): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(metadata.size)];
  for (const [key, entry] of metadata) {
    parts.push(string(key), u32(VALUE_TYPES.indexOf(entry.type)));
    if (entry.type !== "array") parts.push(scalar(entry.type, entry.value, key));
    else {
      parts.push(u32(VALUE_TYPES.indexOf(entry.elementType)), u64(entry.value.length));
      for (const element of entry.value) parts.push(scalar(entry.elementType, element, key));
    }
  }
  let offset = 0;
  for (const tensor of tensors) {
    const { name, shape, type } = tensor;
    parts.push(string(name), u32(shape.length), ...shape.toReversed().map(u64), u32(idOf(type)), u64(offset));
    offset += sizeOf(tensor) + padding(sizeOf(tensor));
  }
  return Buffer.concat(parts);
}

const idOf = (type: TensorLayout) => [...TENSOR_TYPES].find(([, known]) => known.name === type.name)![0];

/** Bytes of a tensor in the file. */
function sizeOf({ shape, type }: Pick<TensorSource, "shape" | "type">): number {
  return (shape.reduce((product, size) => product * size, 1) / type.elements) * type.bytes;
}

function u32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

function u64(number: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(number));
  return bytes;
}

function string(text: string): Uint8Array {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

function scalar(type: ScalarType, content: Scalar, key: string): Uint8Array {
  if (type === "string" || type === "bool") {
    const wanted = type === "string" ? "string" : "boolean";
    if (typeof content !== wanted) throw wrongType(key, type, content);
    return type === "string" ? string(content as string) : Buffer.from([content ? 1 : 0]);
  }
  if (typeof content !== "number") throw wrongType(key, type, content);
  const bytes = Buffer.alloc(VALUE_BYTES[type]);
  switch (type) {
    case "u8":
      bytes.writeUInt8(content);
      break;
    case "i8":
      bytes.writeInt8(content);
      break;
    case "u16":
      bytes.writeUInt16LE(content);
      break;
    case "i16":
      bytes.writeInt16LE(content);
      break;
    case "u32":
      bytes.writeUInt32LE(content);
      break;
    case "i32":
      bytes.writeInt32LE(content);
      break;
    case "f32":
      bytes.writeFloatLE(content);
      break;
    case "f64":
      bytes.writeDoubleLE(content);
      break;
    case "u64":
      bytes.writeBigUInt64LE(BigInt(content));
      break;
    case "i64":
      bytes.writeBigInt64LE(BigInt(content));
      break;
  }
  return bytes;
}

const wrongType = (key: string, type: string, content: Scalar) =>
  new GgufError("BAD_METADATA", `Metadata "${key}" is declared ${type} but holds a ${typeof content}.`);
