/** A bounds-checked reader over the header of a GGUF file, which holds only a window of it in memory. */

import { readSync } from "node:fs";
import { GgufError, LIMITS, type Scalar, type ScalarType, VALUE_BYTES } from "./format.ts";

const WINDOW_BYTES = 1024 * 1024;

/** Reads little-endian values one after another. Every read past the end is a TRUNCATED error, never a short value. */
export class Cursor {
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;
  #position = 0;

  constructor(
    private readonly fd: number,
    readonly fileBytes: number,
  ) {}

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.fileBytes - this.#position;
  }

  /** The next `length` bytes; the returned view is valid until the next call. */
  take(length: number, what: string): Buffer {
    if (length > this.remaining) {
      throw new GgufError(
        "TRUNCATED",
        `The file ends inside ${what}: ${length} bytes are needed at offset ${this.#position}, ` +
          `${this.remaining} are left; download or write it again.`,
      );
    }
    const start = this.#position - this.#windowStart;
    if (start + length > this.#window.length) this.#fill(Math.max(length, Math.min(WINDOW_BYTES, this.remaining)));
    const from = this.#position - this.#windowStart;
    this.#position += length;
    return this.#window.subarray(from, from + length);
  }

  #fill(length: number): void {
    const buffer = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const got = readSync(this.fd, buffer, read, length - read, this.#position + read);
      if (got === 0) throw new GgufError("TRUNCATED", "The file became shorter while it was being read; try again.");
      read += got;
    }
    this.#window = buffer;
    this.#windowStart = this.#position;
  }

  u32(what: string): number {
    return this.take(4, what).readUInt32LE(0);
  }

  u64(what: string): number {
    return exactInteger(this.take(8, what).readBigUInt64LE(0), what);
  }

  string(what: string, limitBytes: number = LIMITS.stringBytes): string {
    const length = this.u64(`the length of ${what}`);
    if (length > limitBytes) {
      throw new GgufError("BAD_METADATA", `${what} claims ${length} bytes, at most ${limitBytes} are accepted.`);
    }
    return this.take(length, what).toString("utf8");
  }

  scalar(type: ScalarType, what: string): Scalar {
    if (type === "string") return this.string(what);
    const bytes = this.take(VALUE_BYTES[type], what);
    switch (type) {
      case "u8":
        return bytes.readUInt8(0);
      case "i8":
        return bytes.readInt8(0);
      case "u16":
        return bytes.readUInt16LE(0);
      case "i16":
        return bytes.readInt16LE(0);
      case "u32":
        return bytes.readUInt32LE(0);
      case "i32":
        return bytes.readInt32LE(0);
      case "f32":
        return bytes.readFloatLE(0);
      case "f64":
        return bytes.readDoubleLE(0);
      case "u64":
        return exactInteger(bytes.readBigUInt64LE(0), what);
      case "i64":
        return exactInteger(bytes.readBigInt64LE(0), what);
      case "bool": {
        const byte = bytes.readUInt8(0);
        if (byte > 1) throw new GgufError("BAD_METADATA", `${what} must be 0 or 1, found ${byte}.`);
        return byte === 1;
      }
    }
  }
}

function exactInteger(value: bigint, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new GgufError("BAD_METADATA", `${what} is ${value}, which no real file needs; the file is corrupt.`);
  }
  return number;
}
