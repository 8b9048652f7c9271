/** The ids of what is being done, carried along by everything it calls: every log line bears them without being told. */

import { AsyncLocalStorage } from "node:async_hooks";

/** `requestId` of a call, `runId`, `gateId` or `stageId` of work in the trainer. */
export type LogIds = Partial<Record<"requestId" | "runId" | "gateId" | "stageId", string>>;

// A bundler may evaluate this module several times in one process; the lines of all copies bear the ids of all.
const shared = globalThis as { honeLogIds?: AsyncLocalStorage<LogIds> };
shared.honeLogIds ??= new AsyncLocalStorage();
const store = shared.honeLogIds;

/** Does the work, and whatever it leaves behind, under these ids besides those it is done under already. */
export const withIds = <T>(ids: LogIds, work: () => T): T => store.run({ ...store.getStore(), ...ids }, work);

export const currentIds = (): LogIds => store.getStore() ?? {};

/** The header that carries the id of a call from process to process, and back to whoever called. */
export const REQUEST_ID = "x-request-id";

/** What a caller says may become part of a log line: letters, digits and a few signs, not too many; otherwise a new id. */
export function requestIdOf(said: string | null | undefined): string {
  return said && /^[\w.:-]{1,100}$/.test(said) ? said : crypto.randomUUID();
}
