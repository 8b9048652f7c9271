/** The worker thread's message loop around Sessions: one request at a time, in order, each answered by its number. */

import { parentPort } from "node:worker_threads";

import { Sessions } from "./sessions.ts";

/** One call of a method of Sessions, and its answer. */
export interface Request {
  id: number;
  method: Exclude<keyof Sessions, symbol>;
  args: readonly unknown[];
}
export type Answer = { id: number; result: unknown } | { id: number; error: string };

const port = parentPort!;
const sessions = new Sessions();
let last: Promise<void> = Promise.resolve();

port.on("message", (request: Request) => {
  last = last.then(() => answer(request));
});

async function answer({ id, method, args }: Request): Promise<void> {
  try {
    const result = await (sessions[method] as (...args: readonly unknown[]) => unknown).apply(sessions, args as []);
    const arrays = method === "run" ? Object.values(result as Record<string, Float32Array>) : [];
    port.postMessage(
      { id, result },
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
}
