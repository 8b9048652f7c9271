/**
 * Tar archives of any size, written and read as streams: plain files only, in the POSIX format (IEEE Std 1003.1-2017, pax "Extended
 * Header" and "ustar Interchange Format"), which every tar program opens.
 */

import { AppError } from "./errors.ts";

const BLOCK = 512;
const NAME_BYTES = 100;
/** Largest size that eleven octal digits hold. */
const LARGEST_OCTAL = 8 ** 11 - 1;
const LONGEST_EXTENSION = 64 * 1024;

export interface TarEntry {
  /** Relative, with forward slashes. */
  name: string;
  bytes: number;
}

/** Zero bytes that fill the last block of a content. */
const padding = (bytes: number) => (BLOCK - (bytes % BLOCK)) % BLOCK;

/** Bytes of the whole archive of such entries. */
export function tarBytes(entries: readonly TarEntry[]): number {
  const whole = (bytes: number) => bytes + padding(bytes);
  const sizes = entries.map((entry) => {
    const extension = extensionFor(entry).length;
    return BLOCK + whole(entry.bytes) + (extension > 0 ? BLOCK + whole(extension) : 0);
  });
  return sizes.reduce((sum, size) => sum + size, 2 * BLOCK);
}

/** Writes entries one after the other; `end` must follow the last. Nothing is held back: what `add` got is written when it resolves. */
export class TarWriter {
  readonly #write: (chunk: Uint8Array) => Promise<void>;
  readonly #at: Date;

  /** @param at the time that every entry bears */
  constructor(write: (chunk: Uint8Array) => Promise<void>, at: Date) {
    this.#write = write;
    this.#at = at;
  }

  /** @throws Error when the body is not as long as was said: the archive cannot be read then */
  async add({ name, bytes }: TarEntry, body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const extension = extensionFor({ name, bytes });
    if (extension.length > 0) {
      await this.#write(header({ name: "PaxHeader", bytes: extension.length }, "x", this.#at));
      await this.#write(Buffer.concat([extension, Buffer.alloc(padding(extension.length))]));
    }
    await this.#write(header({ name, bytes }, "0", this.#at));
    let written = 0;
    for await (const chunk of body) {
      written += chunk.byteLength;
      if (written > bytes) break;
      await this.#write(chunk);
    }
    if (written !== bytes) throw new Error(`${name} has ${written} bytes or more and was announced with ${bytes}.`);
    if (padding(bytes) > 0) await this.#write(Buffer.alloc(padding(bytes)));
  }

  end(): Promise<void> {
    return this.#write(Buffer.alloc(2 * BLOCK));
  }
}

/** What does not fit into the old header's fields, as pax records "<length> <key>=<value>\n". */
function extensionFor({ name, bytes }: TarEntry): Buffer {
  const records: string[] = [];
  if (Buffer.byteLength(name) > NAME_BYTES || /[^\x20-\x7e]/.test(name)) records.push(record("path", name));
  if (bytes > LARGEST_OCTAL) records.push(record("size", String(bytes)));
  return Buffer.from(records.join(""));
}

/** The length counts itself. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const digits = String(bytes + String(bytes).length).length;
  return `${bytes + digits}${rest}`;
}

function header({ name, bytes }: TarEntry, type: "0" | "x", at: Date): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, "0"), offset, "latin1");
  block.write(Buffer.from(name).subarray(0, NAME_BYTES).toString("latin1"), 0, NAME_BYTES, "latin1");
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(Math.min(bytes, LARGEST_OCTAL), 124, 11);
  octal(Math.floor(at.getTime() / 1000), 136, 11);
  block.write(type, 156, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  octal(checksum(block), 148, 6);
  block.write("\0 ", 154, "latin1");
  return block;
}

/** The sum of all bytes, those of the sum itself counted as spaces. */
const checksum = (block: Buffer): number =>
  block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);

export interface TarMember extends TarEntry {
  /** To be read before the next member is asked for; what is left of it then is skipped. */
  body: AsyncIterable<Uint8Array>;
}

const damaged = (reason: string) =>
  new AppError("BAD_FILE", `The archive cannot be read: ${reason}. It is damaged, cut short, or no tar archive.`);

/**
 * The plain files of an archive, in order. Bodies arrive as they are read: nothing is kept in memory.
 * @throws AppError BAD_FILE for anything but plain files and folders, for wrong sums, and when it ends too early
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const input = new Blocks(source);
  let extended: Partial<TarEntry> = {};
  for (;;) {
    const block = await input.exactly(BLOCK);
    if (block.every((byte) => byte === 0)) return;
    const type = String.fromCharCode(block[156]!);
    const { name, bytes } = { ...parseHeader(block), ...extended };
    if (type === "x") {
      if (bytes > LONGEST_EXTENSION) throw damaged("a header of it is longer than any name");
      extended = parseExtension(await input.exactly(bytes));
      await input.exactly(padding(bytes));
      continue;
    }
    extended = {};
    if (type === "5" && bytes === 0) continue;
    if (type !== "0" && type !== "\0") throw damaged(`"${name}" is no plain file`);
    const body = input.part(bytes);
    yield { name, bytes, body };
    for await (const _ of body);
    await input.exactly(padding(bytes));
  }
}

function parseHeader(block: Buffer): TarEntry {
  const text = (from: number, length: number) => block.toString("utf8", from, from + length).replace(/\0[\s\S]*$/, "");
  const octal = (from: number, length: number) => Number.parseInt(text(from, length).trim() || "0", 8);
  if (octal(148, 8) !== checksum(block)) throw damaged("the sum of a header is wrong");
  const bytes = octal(124, 12);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw damaged("a size is no number");
  const prefix = block.toString("latin1", 257, 262) === "ustar" ? text(345, 155) : "";
  return { name: prefix ? `${prefix}/${text(0, NAME_BYTES)}` : text(0, NAME_BYTES), bytes };
}

function parseExtension(bytes: Buffer): Partial<TarEntry> {
  const found: Partial<TarEntry> = {};
  for (let from = 0; from < bytes.length; ) {
    const length = Number.parseInt(bytes.toString("latin1", from, from + 20), 10);
    if (!(length > 4 && from + length <= bytes.length)) throw damaged("a header of it has a wrong length");
    const line = bytes.toString("utf8", from, from + length - 1).replace(/^\d+ /, "");
    const at = line.indexOf("=");
    if (line.slice(0, at) === "path") found.name = line.slice(at + 1);
    if (line.slice(0, at) === "size") found.bytes = Number(line.slice(at + 1));
    from += length;
  }
  if (found.bytes !== undefined && !(Number.isSafeInteger(found.bytes) && found.bytes >= 0))
    throw damaged("a size is no number");
  return found;
}

/** A stream of bytes, taken in pieces of one's own length. */
class Blocks {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async exactly(bytes: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.part(bytes)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** The next so many bytes. Asked for again, it goes on where it was left. */
  part(bytes: number): AsyncIterable<Uint8Array> {
    let wanted = bytes;
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      if (wanted === 0) return { done: true, value: undefined };
      while (this.#rest.byteLength === 0) {
        const { done, value } = await this.#source.next();
        if (done) throw damaged("it ends too early");
        this.#rest = value;
      }
      const value = this.#rest.subarray(0, wanted);
      this.#rest = this.#rest.subarray(value.byteLength);
      wanted -= value.byteLength;
      return { done: false, value };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }
}
