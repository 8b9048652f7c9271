/** Turns for everybody else: long work in the web process that asks between its steps keeps replies flowing. */

import { setImmediate } from "node:timers/promises";

/** A step that takes longer than this is felt. */
const TURN_MS = 25;

/** @returns what to await between steps: it lets others have their turn where this work has had its own */
export function breathing(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < TURN_MS) return;
    await setImmediate();
    began = performance.now();
  };
}

/** Long work without a database, which yields wherever it may rest: still a pure function, for whoever runs it to its end. */
export type Steps<Result> = Generator<void, Result, void>;

export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, with turns for everybody else in between. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  const breathe = breathing();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await breathe();
  }
}
