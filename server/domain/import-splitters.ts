/** Cuts streamed bytes into lines, or into the elements of a JSON list; holds one record at most, and none that is too long. */

interface Piece {
  number: number;
  /** Null: too long, and passed over. */
  bytes: Buffer | null;
  /** The file ended within the list. */
  cut?: boolean;
}

export interface Splitter {
  push(bytes: Buffer): Piece[];
  end(): Piece[];
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The bytes of a record that is not complete yet; forgotten once they are too many. */
function holder(longest: number) {
  let parts: Buffer[] = [];
  let length = 0;
  return {
    get empty() {
      return length === 0;
    },
    add(bytes: Buffer) {
      length += bytes.length;
      if (length > longest) parts = [];
      // A copy: the stream's own buffer would be kept alive by a few bytes of it.
      else if (bytes.length > 0) parts.push(Buffer.from(bytes));
    },
    take(last: Buffer): Buffer | null {
      length += last.length;
      const whole = length > longest ? null : parts.length === 0 ? last : Buffer.concat([...parts, last]);
      parts = [];
      length = 0;
      return whole;
    },
  };
}

/** @param options.whole everything is one record */
export function lineSplitter({ longest, whole = false }: { longest: number; whole?: boolean }): Splitter {
  const held = holder(longest);
  let number = 0;
  const piece = (last: Buffer): Piece => {
    const bytes = held.take(last);
    return { number: ++number, bytes: bytes?.at(-1) === RETURN && !whole ? bytes.subarray(0, -1) : bytes };
  };
  return {
    push(bytes) {
      const pieces: Piece[] = [];
      let from = 0;
      for (let at = whole ? -1 : bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
        pieces.push(piece(bytes.subarray(from, at)));
        from = at + 1;
      }
      held.add(bytes.subarray(from));
      return pieces;
    },
    end: () => (held.empty ? [] : [piece(Buffer.alloc(0))]),
  };
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Knows of JSON only what brackets and strings are; whether an element is good JSON its parser says. */
export function elementSplitter({ longest }: { longest: number }): Splitter {
  const held = holder(longest);
  let number = 0;
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let over = false;
  const piece = (last: Buffer): Piece => ({ number: ++number, bytes: held.take(last) });
  return {
    push(bytes) {
      const pieces: Piece[] = [];
      let from = 0;
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!;
        if (escaped) escaped = false;
        else if (quoted) {
          if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) quoted = false;
        } else if (byte === QUOTE) quoted = true;
        else if (OPENING.has(byte)) {
          if (++depth === 1 && !over) from = at + 1;
        } else if (CLOSING.has(byte)) {
          if (--depth === 0 && !over) {
            pieces.push(piece(bytes.subarray(from, at)));
            from = at + 1;
            over = true;
          }
        } else if (byte === COMMA && depth === 1 && !over) {
          pieces.push(piece(bytes.subarray(from, at)));
          from = at + 1;
        }
      }
      held.add(bytes.subarray(from));
      return pieces;
    },
    end() {
      const rest = piece(Buffer.alloc(0));
      if (!over) return [{ ...rest, cut: true, bytes: rest.bytes && Buffer.alloc(0) }];
      return rest.bytes?.toString("latin1").trim() === "" ? [] : [rest];
    },
  };
}
