/** Replies in the making in this process: how to stop each, and a nudge for everyone who follows one. */

import { EventEmitter } from "node:events";

export class ReplyHub {
  readonly #running = new Map<string, AbortController>();
  readonly #news = new EventEmitter().setMaxListeners(0);

  /** Takes note of a reply that begins here; the signal aborts when somebody stops it. */
  begin(messageId: string): AbortSignal {
    const controller = new AbortController();
    this.#running.set(messageId, controller);
    return controller.signal;
  }

  end(messageId: string): void {
    this.#running.delete(messageId);
    this.announce(messageId);
  }

  /** How many replies are being spoken here. */
  get running(): number {
    return this.#running.size;
  }

  /** Tells the reply to stop, if it is spoken here. */
  stop(messageId: string): void {
    this.#running.get(messageId)?.abort();
  }

  /** Tells followers that the log of this reply has grown or ended. */
  announce(messageId: string): void {
    this.#news.emit(messageId);
  }

  /**
   * Listens from this call on. `wait` resolves at the next announcement, after `mostMs`, or when the signal aborts; `stop` gives the
   * listener back and must be called in any case.
   */
  news(messageId: string, mostMs: number, signal: AbortSignal): { wait: Promise<void>; stop: () => void } {
    let stop = () => {};
    const wait = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      const done = () => resolve();
      this.#news.on(messageId, done);
      signal.addEventListener("abort", done);
      stop = () => {
        clearTimeout(timer);
        this.#news.off(messageId, done);
        signal.removeEventListener("abort", done);
        resolve();
      };
    });
    return { wait, stop };
  }
}
