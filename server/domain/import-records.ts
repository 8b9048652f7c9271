/** The records of a file as it streams by: lines of JSON Lines or elements of a JSON list, plain or gzip, in constant memory. */

import { isUtf8 } from "node:buffer";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AppError } from "../errors.ts";
import { BadLine } from "./dataset-lines.ts";
import { elementSplitter, lineSplitter, type Splitter } from "./import-splitters.ts";

/** Longer than any example: what is longer is no line but a mistake or an attack, and is never held in memory. */
export const LONGEST_RECORD = 16 * 2 ** 20;
/** gzip packs text ten to fifty times; a thousand times is a bomb. */
const MOST_EXPANSION = 300;
/** Below this a bomb does no harm. */
const HARMLESS_BYTES = 64 * 2 ** 20;

/** Spaces that may stand before a JSON list; after more of them lines are expected. */
const MOST_BLANK = 64 * 1024;

/** `text` is null where it could not be read, and `problem` says why. */
export interface FileRecord {
  /** Of the line, as an editor counts; in a JSON list of the element. From 1. */
  number: number;
  text: string | null;
  problem?: BadLine;
}

/** Records of one chunk, and how many bytes of the file as it was sent they end at, about. */
export interface RecordBatch {
  records: FileRecord[];
  bytesRead: number;
}

const MAGIC: [bytes: number[], what: string][] = [
  [[0x50, 0x41, 0x52, 0x31], "a Parquet file"],
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive"],
  [[0x28, 0xb5, 0x2f, 0xfd], "packed with zstd"],
  [[0x42, 0x5a, 0x68], "packed with bzip2"],
  [[0xfd, 0x37, 0x7a, 0x58], "packed with xz"],
  [[0xff, 0xfe], "UTF-16 text"],
  [[0xfe, 0xff], "UTF-16 text"],
];
const LONGEST_MAGIC = 8;
const startsWith = (chunk: Uint8Array, bytes: readonly number[]) => bytes.every((byte, i) => chunk[i] === byte);

/**
 * Blank lines are skipped and counted. A byte order mark and `\r` at a line's end are no part of it.
 * @param wholeText the file may be one plain text; then it is the only record
 * @throws AppError BAD_FILE when it is packed otherwise, is cut off, or unpacks to far more than it should
 */
export async function* recordsOf(
  file: AsyncIterable<Uint8Array>,
  { wholeText = false, longest = LONGEST_RECORD } = {},
): AsyncGenerator<RecordBatch> {
  const counted = { in: 0 };
  let splitter: Splitter | undefined;
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of unpacked(file, counted)) {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!splitter) {
      head = Buffer.concat([head, bytes]);
      splitter = splitterFor(head, { wholeText, longest });
      if (!splitter) continue;
      bytes = head.subarray(startsWith(head, [0xef, 0xbb, 0xbf]) ? 3 : 0);
    }
    yield { records: decoded(splitter.push(bytes)), bytesRead: counted.in };
  }
  yield { records: splitter ? decoded(splitter.end()) : [], bytesRead: counted.in };
}

/** Undefined while there are only spaces so far. */
function splitterFor(head: Buffer, options: { wholeText: boolean; longest: number }): Splitter | undefined {
  const kind = MAGIC.find(([magic]) => startsWith(head, magic));
  if (kind)
    throw new AppError("BAD_FILE", `The file is ${kind[1]}; save it as UTF-8 JSON Lines, packed with gzip or not.`);
  const first = head.findIndex((byte, i) => byte > 0x20 && !(i < 3 && startsWith(head, [0xef, 0xbb, 0xbf])));
  if (first === -1) return head.length < MOST_BLANK ? undefined : lineSplitter(options);
  const opening = head[first];
  if (opening === 0x5b && !options.wholeText) return elementSplitter(options);
  if (opening !== 0x7b && options.wholeText) return lineSplitter({ ...options, whole: true });
  return lineSplitter(options);
}

async function* unpacked(file: AsyncIterable<Uint8Array>, counted: { in: number }): AsyncGenerator<Uint8Array> {
  const chunks = file[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= LONGEST_MAGIC) break;
  }
  const counting = (async function* () {
    counted.in += head.length;
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      counted.in += next.value.byteLength;
      yield next.value;
    }
  })();
  if (!startsWith(head, [0x1f, 0x8b])) return yield* counting;
  let out = 0;
  for await (const chunk of gunzipped(counting)) {
    out += chunk.byteLength;
    if (out > HARMLESS_BYTES && out > MOST_EXPANSION * counted.in)
      throw new AppError(
        "BAD_FILE",
        `The file unpacks to more than ${MOST_EXPANSION} times its size, which no training data does; send it unpacked.`,
      );
    yield chunk;
  }
}

async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // A failure of what is packed ends the stream with it, and is thrown where the stream is read.
  const writing = pipeline(packed, gunzip).catch(() => {});
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (cause) {
    if (cause instanceof AppError || !(cause instanceof Error) || !("code" in cause)) throw cause;
    if (!String(cause.code).startsWith("Z_")) throw cause;
    throw new AppError("BAD_FILE", `The gzip file cannot be unpacked (${cause.message}); send it again.`, { cause });
  } finally {
    gunzip.destroy();
    await writing;
  }
}

function decoded(pieces: readonly { number: number; bytes: Buffer | null; cut?: boolean }[]): FileRecord[] {
  return pieces.flatMap(({ number, bytes, cut }): FileRecord[] => {
    if (!bytes)
      return [
        { number, text: null, problem: new BadLine(`longer than ${LONGEST_RECORD / 2 ** 20} MB; leave it out.`) },
      ];
    if (cut) return [{ number, text: null, problem: new BadLine("the JSON list ends before its closing bracket.") }];
    if (!isUtf8(bytes)) return [{ number, text: null, problem: new BadLine("not valid UTF-8.") }];
    const text = bytes.toString("utf8");
    return text.trim() === "" ? [] : [{ number, text }];
  });
}
