/** The requests that are being worked on, by their id, so that any of them can be aborted from outside. */

import { AppError } from "../errors.ts";

export class Running {
  readonly #requests = new Map<string, AbortController>();
  #generating = 0;
  #idle: (() => void)[] = [];

  /** Replies being generated now. */
  get generating(): number {
    return this.#generating;
  }

  /** @throws AppError CONFLICT when a request of that id is under way. */
  begin(requestId: string): AbortController {
    if (this.#requests.has(requestId)) {
      throw new AppError("CONFLICT", `A request with the id "${requestId}" is running; choose another id.`);
    }
    const controller = new AbortController();
    this.#requests.set(requestId, controller);
    return controller;
  }

  end(requestId: string): void {
    this.#requests.delete(requestId);
    if (this.#requests.size === 0) for (const wake of this.#idle.splice(0)) wake();
  }

  /** Counts a reply as generating until the returned function is called. */
  generates(): () => void {
    this.#generating++;
    return () => void this.#generating--;
  }

  /** Ends a request; its stream ends with reason "aborted". Tells whether it was there. */
  abort(requestId: string): boolean {
    const controller = this.#requests.get(requestId);
    controller?.abort();
    return controller !== undefined;
  }

  /** Ends all requests for a reason that their callers are told. */
  abortAll(reason: AppError): void {
    for (const controller of this.#requests.values()) controller.abort(reason);
  }

  /** Resolves when no request is under way. */
  idle(): Promise<void> {
    if (this.#requests.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }
}
