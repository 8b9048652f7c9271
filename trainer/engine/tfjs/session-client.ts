/** Sessions as seen from the main thread: the same calls, answered by promises, over one worker per process. */

import { Worker } from "node:worker_threads";

import { EngineError } from "../contract.ts";
import type { Answer, Request } from "./session-worker.ts";
import type { Run, Sessions, Wires } from "./sessions.ts";

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

class SessionClient {
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;
  #numbers = 0;

  /** A number for an owner, a session or held values; never used twice. */
  number(): number {
    return this.#numbers++;
  }

  /** Hands the constants' memory over: their arrays are empty afterwards. */
  share(owner: number, constants: Wires): Promise<void> {
    const buffers = Object.values(constants).map(({ data }) => data.buffer as ArrayBuffer);
    return this.#call("share", [owner, constants], buffers);
  }
  open(...args: Parameters<Sessions["open"]>): Promise<void> {
    return this.#call("open", args);
  }
  /** Feeds are copied: weights stay in use here, and copying the rest costs less than a hundredth of a run. */
  run(session: number, work: Run): Promise<Record<string, Float32Array>> {
    return this.#call("run", [session, work]);
  }
  drop(held: number): Promise<void> {
    return this.#call("drop", [held]);
  }
  close(session: number): Promise<void> {
    return this.#call("close", [session]);
  }
  unshare(owner: number): Promise<void> {
    return this.#call("unshare", [owner]);
  }

  #call<T>(method: Request["method"], args: readonly unknown[], transfer: ArrayBuffer[] = []): Promise<T> {
    const id = this.#requests++;
    this.#worker ??= this.#start();
    this.#worker.ref(); // the process must not end while an answer is due
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#worker!.postMessage({ id, method, args } satisfies Request, transfer);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./session-thread.mjs", import.meta.url));
    worker.on("message", (answer: Answer) => this.#settle(worker, answer));
    worker.on("error", (error) => this.#fail(error));
    return worker;
  }

  #settle(worker: Worker, answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) worker.unref();
    if ("error" in answer) waiting?.reject(new EngineError(`onnxruntime: ${answer.error}`));
    else waiting?.resolve(answer.result);
  }

  /** The thread is gone and its sessions with it: whoever waits learns it, and the next call starts a new one. */
  #fail(error: Error): void {
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) {
      reject(new EngineError(`The engine's worker thread ended: ${error.message}`, { cause: error }));
    }
    this.#waiting.clear();
  }
}

export const sessionClient = new SessionClient();
