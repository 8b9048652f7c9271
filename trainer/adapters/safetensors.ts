/** Writes and reads safetensors files of 32-bit floats; reading believes nothing the header says before checking it. */

import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { NamedTensor } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { floatsFrom, littleEndianBytes, writeWhole } from "./files.ts";

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
    ...sorted.map((tensor) => littleEndianBytes(tensor.data)),
  ]);
}

const headerEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());

/**
 * Reads a whole file.
 * @throws TrainerError BAD_FILE with a sentence for anything the format does not allow, for types other than F32,
 * and for values that are not finite
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const bytes = await readFile(path).catch((cause) => {
    throw new TrainerError("FILE_MISSING", `Cannot read ${path}: ${(cause as Error).message}.`, { cause });
  });
  const bad = (problem: string) => new TrainerError("BAD_FILE", `${path} is no sound safetensors file: ${problem}.`);
  if (bytes.length < 8) throw bad(`it has ${bytes.length} bytes, fewer than its length field`);
  const headerLength = bytes.readBigUInt64LE(0);
  if (headerLength > BigInt(Math.min(HEADER_LIMIT_BYTES, bytes.length - 8)))
    throw bad(`its header claims ${headerLength} bytes of a file of ${bytes.length}`);
  const dataStart = 8 + Number(headerLength);
  const { __metadata__ = {}, ...entries } = parseHeader(bytes.subarray(8, dataStart), bad);
  const metadata = z.record(z.string(), z.string()).safeParse(__metadata__);
  if (!metadata.success) throw bad("its __metadata__ is not text by text");
  const data = bytes.subarray(dataStart);
  const tensors = Object.entries(entries).map(([name, entry]) => readTensor(name, entry, data, bad));
  assertGapless(tensors, data.length, bad);
  return { tensors: tensors.map(({ tensor }) => tensor), metadata: metadata.data };
}

type Bad = (problem: string) => TrainerError;
interface Placed {
  tensor: NamedTensor;
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

function readTensor(name: string, entry: unknown, data: Uint8Array, bad: Bad): Placed {
  const parsed = headerEntry.safeParse(entry);
  if (!parsed.success) throw bad(`the entry of "${name}" lacks a dtype, shape or data_offsets`);
  const { dtype, shape } = parsed.data;
  const [start, end] = parsed.data.data_offsets;
  if (dtype !== "F32") throw bad(`"${name}" is ${dtype}; only F32 is read here`);
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements) || end - start !== elements * 4 || end > data.length)
    throw bad(`"${name}" of shape [${shape}] cannot lie at bytes ${start}…${end} of ${data.length}`);
  const values = floatsFrom(data.subarray(start, end));
  const notFinite = values.findIndex((value) => !Number.isFinite(value));
  if (notFinite >= 0) throw bad(`"${name}" holds ${values[notFinite]} at value ${notFinite}`);
  return { tensor: { name, shape, data: values }, start, end };
}

/** Tensors must tile the data exactly: an overlap lets one hide in another, a hole lets bytes hide from every reader. */
function assertGapless(placed: readonly Placed[], dataLength: number, bad: Bad): void {
  let covered = 0;
  for (const { tensor, start, end } of [...placed].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) throw bad(`"${tensor.name}" begins at byte ${start} where ${covered} was expected`);
    covered = end;
  }
  if (covered !== dataLength) throw bad(`${dataLength - covered} bytes at its end belong to no tensor`);
}
