/** Writes safetensors files of 32-bit floats, and reads them and halves; reading believes nothing the header says before checking it. */

import { readFile } from "node:fs/promises";
import { z } from "zod";
import { writeWhole } from "../whole-file.ts";
import { type FloatType, GgufError, LIMITS } from "./format.ts";
import { decodeTensor, firstNotFinite } from "./quantisation.ts";
import type { NamedTensor } from "./write-model.ts";

/** What a safetensors file holds. */
export interface Safetensors {
  tensors: NamedTensor[];
  /** The header's own `__metadata__`: text by text. */
  metadata: Record<string, string>;
}

const HEADER_LIMIT_BYTES = 100 * 1024 * 1024; // the reference reader's limit
const ALIGNMENT_BYTES = 8;

/** Writes the tensors sorted by name: equal content gives equal bytes. */
export function writeSafetensors(path: string, { tensors, metadata }: Safetensors): Promise<void> {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, data } of sorted) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = (ALIGNMENT_BYTES - (json.length % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding));
  return writeWhole(path, [
    length,
    json,
    Buffer.alloc(padding, " "),
    ...sorted.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

const headerEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());

/** Types whose values become 32-bit floats without loss. */
const READ_TYPES = ["F32", "F16", "BF16"] as const satisfies readonly FloatType[];

/**
 * Reads a whole file.
 * @param headerLimit most bytes of the header; from strangers, take far less than the format allows
 * @throws GgufError FILE_MISSING; NOT_FINITE; BAD_FILE with a sentence for anything the format does not allow and for other types than
 * F32, F16 and BF16
 */
export async function readSafetensors(path: string, headerLimit = HEADER_LIMIT_BYTES): Promise<Safetensors> {
  const bytes = await readFile(path).catch((cause) => {
    throw new GgufError("FILE_MISSING", `Cannot read ${path}: ${(cause as Error).message}.`, { cause });
  });
  const bad = (problem: string) => new GgufError("BAD_FILE", `${path} is no sound safetensors file: ${problem}.`);
  if (bytes.length < 8) throw bad(`it has ${bytes.length} bytes, fewer than its length field`);
  const headerLength = bytes.readBigUInt64LE(0);
  if (headerLength > BigInt(Math.min(headerLimit, bytes.length - 8)))
    throw bad(
      `its header claims ${headerLength} bytes of a file of ${bytes.length}, and at most ${headerLimit} are read`,
    );
  const dataStart = 8 + Number(headerLength);
  const { __metadata__ = {}, ...entries } = parseHeader(bytes.subarray(8, dataStart), bad);
  const metadata = z.record(z.string(), z.string()).safeParse(__metadata__);
  if (!metadata.success) throw bad("its __metadata__ is not text by text");
  if (Object.keys(entries).length > LIMITS.tensors)
    throw bad(`its header names ${Object.keys(entries).length} tensors; at most ${LIMITS.tensors} are read`);
  const data = bytes.subarray(dataStart);
  const tensors = Object.entries(entries).map(([name, entry]) => placeTensor(name, entry, data, bad));
  assertGapless(tensors, data.length, bad);
  return { tensors: tensors.map((tensor) => decoded(tensor, data, path)), metadata: metadata.data };
}

type Bad = (problem: string) => GgufError;
interface Placed {
  name: string;
  type: FloatType;
  shape: number[];
  start: number;
  end: number;
}

function parseHeader(bytes: Uint8Array, bad: Bad): Record<string, unknown> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    throw bad("its header is not a JSON object");
  }
}

function placeTensor(name: string, entry: unknown, data: Uint8Array, bad: Bad): Placed {
  const parsed = headerEntry.safeParse(entry);
  if (!parsed.success) throw bad(`the entry of "${name}" lacks a dtype, shape or data_offsets`);
  const { dtype, shape } = parsed.data;
  const [start, end] = parsed.data.data_offsets;
  const type = READ_TYPES.find((known) => known === dtype);
  if (!type) throw bad(`"${name}" is ${dtype}; ${READ_TYPES.join(", ")} are read`);
  const elements = shape.reduce((product, size) => product * size, 1);
  const width = type === "F32" ? 4 : 2;
  if (!Number.isSafeInteger(elements) || end - start !== elements * width || end > data.length)
    throw bad(`"${name}" of shape [${shape}] cannot lie at bytes ${start}…${end} of ${data.length}`);
  return { name, type, shape, start, end };
}

/** Tensors must tile the data exactly: an overlap lets one hide in another, a hole lets bytes hide from every reader. */
function assertGapless(placed: readonly Placed[], dataLength: number, bad: Bad): void {
  let covered = 0;
  for (const { name, start, end } of [...placed].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) throw bad(`"${name}" begins at byte ${start} where ${covered} was expected`);
    covered = end;
  }
  if (covered !== dataLength) throw bad(`${dataLength - covered} bytes at its end belong to no tensor`);
}

/** Every file that gets here is little-endian, as the machines are that Node runs on. */
function decoded({ name, type, shape, start, end }: Placed, data: Uint8Array, path: string): NamedTensor {
  const bytes = data.subarray(start, end);
  const at = firstNotFinite(type, bytes);
  if (at >= 0)
    throw new GgufError(
      "NOT_FINITE",
      `${path}: "${name}" holds an infinity or NaN at value ${at}; it was damaged or its training diverged.`,
    );
  return { name, shape, data: decodeTensor(type, bytes, (end - start) / (type === "F32" ? 4 : 2)) };
}
