/** What every web process does on the side: end replies and take back runs whose process died, and forget what is old. */

import { reapReplies, sweepEvents } from "./domain/reply-log.ts";
import { reapRuns } from "./domain/run-reaper.ts";
import { logger } from "./log.ts";
import { sweepRateLimits } from "./rate-limit.ts";
import type { Services } from "./services.ts";

const REAP_MS = 5_000;
const SWEEP_MS = 10 * 60_000;

/**
 * Begins at once and goes on until the returned function is called, which resolves when nothing runs any more. Several processes may
 * do this at the same time: every step is a guarded update.
 */
export function startUpkeep({ db, queue, replies }: Pick<Services, "db" | "queue" | "replies">): () => Promise<void> {
  const reap = every(REAP_MS, async () => {
    for (const messageId of await reapReplies(db)) {
      logger("upkeep").warn({ messageId }, "a reply lost its generator");
      replies.announce(messageId);
    }
    await reapRuns(db, queue);
  });
  const sweep = every(SWEEP_MS, async () => {
    await sweepEvents(db);
    await sweepRateLimits(db);
  });
  return async () => {
    await Promise.all([reap(), sweep()]);
  };
}

/** Repeats the work with a pause in between, so that a slow pass is never overtaken by the next. */
function every(pauseMs: number, work: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let wake = () => {};
  const loop = (async () => {
    while (!stopped) {
      await work().catch((error) => logger("upkeep").error({ err: error }, "upkeep failed; it is tried again"));
      if (stopped) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, pauseMs);
        timer.unref();
      });
    }
  })();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    wake();
    await loop;
  };
}
