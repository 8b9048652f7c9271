/** Work that can wait until people pause: what is worked out about everything there is costs seconds of the processor that answers them. */

import type { Db } from "../db.ts";

/** Nobody judged for this long. */
const PAUSE_MS = 30_000;
/** A process that has just started has people waiting for it. */
const FIRST_MS = 60_000;

interface Patience {
  /** Not again sooner than this after it was done; the first time after a minute. */
  everyMs: number;
  /** However busy people are, it is not put off for longer. */
  atMostMs: number;
  /** In ms; a test has its own. */
  now?: () => number;
}

/**
 * The work as something to call often: it happens when it is due and nobody has judged a reply for half a minute.
 * @returns whether it was done this time
 */
export function whenCalm(db: Db, work: () => Promise<unknown>, { everyMs, atMostMs, now = Date.now }: Patience) {
  let done = now() + FIRST_MS - everyMs;
  return async (): Promise<boolean> => {
    const waited = now() - done;
    if (waited < everyMs) return false;
    if (waited < everyMs + atMostMs && now() - (await lastJudgedAt(db)) < PAUSE_MS) return false;
    await work();
    done = now();
    return true;
  };
}

/** When the newest judgement was written, in ms; 0 where nobody judged yet. */
async function lastJudgedAt(db: Db): Promise<number> {
  const newest = await db.judgementEvent.findFirst({ orderBy: { id: "desc" }, select: { at: true } });
  return newest?.at.getTime() ?? 0;
}
