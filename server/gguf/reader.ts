/** Opens a GGUF file with distrust: every count, length, type, shape and offset is checked before it is believed. */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Cursor } from "./cursor.ts";
import {
  DEFAULT_ALIGNMENT,
  FLOAT_TYPES,
  type FloatType,
  GgufError,
  LIMITS,
  type MetadataValue,
  type Scalar,
  type ScalarType,
  TENSOR_TYPES,
  type TensorLayout,
  VALUE_BYTES,
  VALUE_TYPES,
} from "./format.ts";
import { decodeTensor, firstNotFinite } from "./quantisation.ts";

/** Where a tensor lies and what it is. */
export interface GgufTensor {
  name: string;
  /** Outermost first: a matrix is [out, in], its rows contiguous. */
  shape: readonly number[];
  elements: number;
  type: TensorLayout;
  /** From the start of the file. */
  offsetBytes: number;
  sizeBytes: number;
}

/** Values looked at in one go while scanning, so that a large tensor is never in memory whole. A multiple of 34. */
const SCAN_BYTES = 34 * 256 * 1024;

/** An open GGUF file. Close it when done; metadata and the tensor index stay usable afterwards. */
export class GgufFile {
  #fd: number | null;

  constructor(
    readonly path: string,
    fd: number,
    readonly sizeBytes: number,
    readonly metadata: ReadonlyMap<string, MetadataValue>,
    readonly tensors: ReadonlyMap<string, GgufTensor>,
  ) {
    this.#fd = fd;
  }

  /** Tensor by name, or MISSING_KEY. */
  tensor(name: string): GgufTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new GgufError("MISSING_KEY", `${this.path} has no tensor "${name}"; the file is incomplete.`);
    return tensor;
  }

  /** Values of a tensor as 32-bit floats, [elements], rows contiguous. Throws UNSUPPORTED_TYPE for other quantisations. */
  readTensorF32(name: string): Float32Array {
    const tensor = this.tensor(name);
    const type = floatTypeOf(tensor);
    if (!type) {
      throw new GgufError(
        "UNSUPPORTED_TYPE",
        `Tensor "${name}" is ${tensor.type.name}; training reads ${FLOAT_TYPES.join(", ")}. ` +
          "Use the F16 or Q8_0 file of this model.",
      );
    }
    return decodeTensor(type, this.readTensorBytes(name), tensor.elements);
  }

  /** A tensor as it stands in the file, whatever its type. */
  readTensorBytes(name: string): Uint8Array {
    const { offsetBytes, sizeBytes } = this.tensor(name);
    return this.#read(offsetBytes, sizeBytes);
  }

  /** Throws NOT_FINITE naming the first tensor that holds an infinity or NaN. Types we cannot decode are passed over. */
  assertFinite(): void {
    for (const tensor of this.tensors.values()) {
      const type = floatTypeOf(tensor);
      if (!type) continue;
      for (let from = 0; from < tensor.sizeBytes; from += SCAN_BYTES) {
        const bytes = this.#read(tensor.offsetBytes + from, Math.min(SCAN_BYTES, tensor.sizeBytes - from));
        const at = firstNotFinite(type, bytes);
        if (at < 0) continue;
        const index = (from / tensor.type.bytes) * tensor.type.elements + at;
        throw new GgufError(
          "NOT_FINITE",
          `Tensor "${tensor.name}" holds an infinity or NaN at value ${index}; it was damaged or its training diverged.`,
        );
      }
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #read(offset: number, length: number): Uint8Array {
    if (this.#fd === null) throw new GgufError("FILE_UNREADABLE", `${this.path} was closed; open it again to read.`);
    const buffer = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      // One read() moves at most 2 GiB on Linux, and Node refuses more.
      const got = readSync(this.#fd, buffer, done, Math.min(length - done, 2 ** 30), offset + done);
      if (got === 0) throw new GgufError("TRUNCATED", `${this.path} became shorter while it was being read.`);
      done += got;
    }
    return buffer;
  }
}

/** The tensor's type if we can decode it, else null. */
export function floatTypeOf(tensor: GgufTensor): FloatType | null {
  return FLOAT_TYPES.find((type) => type === tensor.type.name) ?? null;
}

/**
 * Opens a GGUF file (version 2 or 3, little-endian) and reads its header.
 * @throws GgufError with a sentence for every file that is not exactly as the format demands.
 */
export function openGguf(path: string): GgufFile {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (cause) {
    throw new GgufError("FILE_UNREADABLE", `Cannot open ${path}: ${(cause as Error).message}.`, { cause });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new GgufError("FILE_UNREADABLE", `${path} is not a regular file; give a .gguf file.`);
    return readHeader(path, fd, stat.size);
  } catch (error) {
    closeSync(fd);
    if (error instanceof GgufError) throw new GgufError(error.code, withPath(path, error.message), { cause: error });
    throw new GgufError("FILE_UNREADABLE", `Cannot read ${path}: ${(error as Error).message}.`, { cause: error });
  }
}

const withPath = (path: string, message: string) => (message.includes(path) ? message : `${path}: ${message}`);

/** Letters, version, and the counts of tensors and metadata. */
const HEADER_BYTES = 24;

function readHeader(path: string, fd: number, sizeBytes: number): GgufFile {
  const cursor = new Cursor(fd, sizeBytes);
  if (sizeBytes < 4 || cursor.take(4, "the magic").toString("latin1") !== "GGUF") {
    throw new GgufError("NOT_GGUF", "not a GGUF file (it does not begin with the letters GGUF).");
  }
  if (sizeBytes < HEADER_BYTES) {
    throw new GgufError(
      "TRUNCATED",
      `the file ends after ${sizeBytes} bytes; the header of a GGUF file alone has ${HEADER_BYTES}. It was cut off: send it whole.`,
    );
  }
  const version = cursor.u32("the version");
  if (version !== 2 && version !== 3) {
    const why = version === 0x03000000 ? "is big-endian" : `has version ${version}`;
    throw new GgufError("BAD_VERSION", `the file ${why}; little-endian GGUF version 2 or 3 is needed.`);
  }
  const tensorCount = cursor.u64("the tensor count");
  const entryCount = cursor.u64("the metadata count");
  if (tensorCount > LIMITS.tensors || entryCount > LIMITS.metadataEntries) {
    throw new GgufError(
      "BAD_METADATA",
      `the header claims ${tensorCount} tensors and ${entryCount} metadata entries; at most ${LIMITS.tensors} are accepted.`,
    );
  }
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < entryCount; i++) {
    const key = cursor.string(`metadata key ${i + 1} of ${entryCount}`, LIMITS.keyBytes);
    if (key === "") throw new GgufError("BAD_METADATA", `metadata key ${i + 1} is empty.`);
    if (metadata.has(key)) throw new GgufError("BAD_METADATA", `metadata key "${key}" stands twice in the file.`);
    metadata.set(key, readValue(cursor, key));
  }
  const alignment = alignmentOf(metadata);
  const entries = Array.from({ length: tensorCount }, (_, i) => readTensorInfo(cursor, i, alignment));
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  return new GgufFile(path, fd, sizeBytes, metadata, placeTensors(entries, dataStart, sizeBytes));
}

function readValue(cursor: Cursor, key: string): MetadataValue {
  const type = valueType(cursor.u32(`the type of "${key}"`), key);
  if (type !== "array") return { type, value: cursor.scalar(type, `"${key}"`) };
  const elementType = valueType(cursor.u32(`the element type of "${key}"`), key);
  if (elementType === "array")
    throw new GgufError("BAD_METADATA", `"${key}" is an array of arrays, which GGUF forbids.`);
  const length = cursor.u64(`the length of "${key}"`);
  // The least the elements can take must be there, or a corrupt length would cost memory before the end shows.
  if (length > LIMITS.arrayElements || length * VALUE_BYTES[elementType] > cursor.remaining) {
    throw new GgufError(
      "BAD_METADATA",
      `array "${key}" claims ${length} elements, more than the file can hold or than ${LIMITS.arrayElements}.`,
    );
  }
  const value: Scalar[] = [];
  for (let i = 0; i < length; i++) value.push(cursor.scalar(elementType, `"${key}"[${i}]`));
  return { type, elementType, value };
}

function valueType(id: number, key: string): ScalarType | "array" {
  const type = VALUE_TYPES[id];
  if (!type)
    throw new GgufError("BAD_METADATA", `"${key}" has value type ${id}; GGUF knows 0 to ${VALUE_TYPES.length - 1}.`);
  return type;
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>): number {
  const entry = metadata.get("general.alignment");
  if (!entry) return DEFAULT_ALIGNMENT;
  const { type, value } = entry;
  if (
    type !== "u32" ||
    typeof value !== "number" ||
    value < 8 ||
    value > LIMITS.alignment ||
    (value & (value - 1)) !== 0
  ) {
    throw new GgufError(
      "BAD_METADATA",
      `general.alignment must be a u32 and a power of two from 8 to ${LIMITS.alignment}, found ${type} ${String(value).slice(0, 40)}.`,
    );
  }
  return value;
}

/** A tensor with its offset still counted from the start of the data section. */
function readTensorInfo(cursor: Cursor, index: number, alignment: number): GgufTensor {
  const name = cursor.string(`the name of tensor ${index + 1}`, LIMITS.tensorNameBytes);
  const bad = (why: string) => new GgufError("BAD_TENSOR", `tensor ${index + 1} "${name}" ${why}.`);
  const dimensions = cursor.u32(`the rank of tensor "${name}"`);
  if (dimensions < 1 || dimensions > LIMITS.dimensions) throw bad(`has ${dimensions} dimensions; 1 to 4 are allowed`);
  const innermostFirst = Array.from({ length: dimensions }, () => cursor.u64(`the shape of tensor "${name}"`));
  const elements = innermostFirst.reduce((product, size) => product * size, 1);
  if (elements < 1 || !Number.isSafeInteger(elements))
    throw bad(`has the impossible shape [${innermostFirst.toReversed()}]`);
  const typeId = cursor.u32(`the type of tensor "${name}"`);
  const type = TENSOR_TYPES.get(typeId);
  if (!type) {
    throw new GgufError(
      "UNSUPPORTED_TYPE",
      `tensor "${name}" has type ${typeId}, which is unknown here; convert the model to F16, Q8_0 or Q4_K_M.`,
    );
  }
  if (innermostFirst[0]! % type.elements !== 0) {
    throw bad(
      `is ${type.name}, whose rows come in blocks of ${type.elements}, but a row has ${innermostFirst[0]} values`,
    );
  }
  const offsetBytes = cursor.u64(`the offset of tensor "${name}"`);
  if (offsetBytes % alignment !== 0) throw bad(`begins at offset ${offsetBytes}, not a multiple of ${alignment}`);
  const sizeBytes = (elements / type.elements) * type.bytes;
  return { name, shape: innermostFirst.toReversed(), elements, type, offsetBytes, sizeBytes };
}

/** Checks that tensors have distinct names, lie inside the file and do not overlap; returns them by name. */
function placeTensors(
  relative: readonly GgufTensor[],
  dataStart: number,
  fileBytes: number,
): ReadonlyMap<string, GgufTensor> {
  const byName = new Map<string, GgufTensor>();
  for (const tensor of relative) {
    if (byName.has(tensor.name)) throw new GgufError("BAD_TENSOR", `tensor "${tensor.name}" stands twice in the file.`);
    byName.set(tensor.name, { ...tensor, offsetBytes: dataStart + tensor.offsetBytes });
  }
  let end = dataStart;
  let previous = "";
  for (const tensor of [...byName.values()].sort((a, b) => a.offsetBytes - b.offsetBytes)) {
    if (tensor.offsetBytes < end) {
      throw new GgufError("BAD_TENSOR", `tensors "${previous}" and "${tensor.name}" overlap; the file is corrupt.`);
    }
    end = tensor.offsetBytes + tensor.sizeBytes;
    previous = tensor.name;
    if (end > fileBytes) {
      throw new GgufError(
        "TRUNCATED",
        `tensor "${tensor.name}" reaches to byte ${end}, the file has ${fileBytes}; download or write it again.`,
      );
    }
  }
  return byName;
}
