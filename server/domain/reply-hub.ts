/** Replies in the making in this process: how to stop each, and a nudge for everyone who follows one. */

import { EventEmitter } from "node:events";

export class ReplyHub {
  readonly #running = new Map<string, AbortController>();
  readonly #news = new EventEmitter().setMaxListeners(0);

  /** Takes note of a reply that begins here; the signal ends when somebody stops it. */
  begin(messageId: string): AbortSignal {
    const controller = new AbortController();
    this.#running.set(messageId, controller);
    return controller.signal;
  }

  end(messageId: string): void {
    this.#running.delete(messageId);
    this.announce(messageId);
  }

  /** Whether the reply is generated here and was told to stop. */
  stop(messageId: string): boolean {
    const controller = this.#running.get(messageId);
    controller?.abort();
    return controller !== undefined;
  }

  /** Tells followers that the log of this reply has grown or ended. */
  announce(messageId: string): void {
    this.#news.emit(messageId);
  }

  /** Calls back at every announcement until the returned function is called. */
  follow(messageId: string, listener: () => void): () => void {
    this.#news.on(messageId, listener);
    return () => this.#news.off(messageId, listener);
  }
}
