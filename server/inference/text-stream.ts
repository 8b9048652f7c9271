/** Turns a stream of tokens into text that may be shown at once: whole characters, and never a piece of a stop text. */

/**
 * Bytes in, showable text out. A character split over tokens waits for its last byte; text that may be the beginning
 * of a stop text waits until it is or is not.
 */
export class TextStream {
  // Bytes that are not UTF-8 become U+FFFD, as everywhere else; a byte order mark is content like any other.
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #held = "";
  #stopped = false;

  constructor(private readonly stops: readonly string[] = []) {}

  /** Whether a stop text was met; nothing after it is ever returned. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Adds a token's bytes; returns what can be shown now. */
  push(bytes: Uint8Array): string {
    return this.#show(this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** The reply is over: returns what was still held back. A character whose last bytes never came is left out. */
  finish(): string {
    return this.#show("", true);
  }

  #show(text: string, last: boolean): string {
    if (this.#stopped) return "";
    const all = this.#held + text;
    const start = firstStop(all, this.stops);
    if (start >= 0) {
      this.#stopped = true;
      this.#held = "";
      return all.slice(0, start);
    }
    const keep = last ? 0 : Math.max(0, ...this.stops.map((stop) => overlap(all, stop)));
    this.#held = all.slice(all.length - keep);
    return all.slice(0, all.length - keep);
  }
}

/**
 * Where the stop text begins that is complete first, or -1. Completion decides, not the beginning: else the text shown
 * would depend on how it was cut into tokens.
 */
function firstStop(text: string, stops: readonly string[]): number {
  const found = stops
    .map((stop) => ({ start: text.indexOf(stop), length: stop.length }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start + a.length - (b.start + b.length) || a.start - b.start);
  return found[0]?.start ?? -1;
}

/** Length of the longest beginning of `stop` that `text` ends with. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
