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
    const found = this.stops.map((stop) => all.indexOf(stop)).filter((index) => index >= 0);
    if (found.length > 0) {
      this.#stopped = true;
      this.#held = "";
      return all.slice(0, Math.min(...found));
    }
    const keep = last ? 0 : Math.max(0, ...this.stops.map((stop) => overlap(all, stop)));
    this.#held = all.slice(all.length - keep);
    return all.slice(0, all.length - keep);
  }
}

/** Length of the longest beginning of `stop` that `text` ends with. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
