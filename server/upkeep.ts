/**
 * What every web process does on the side: end replies and take back runs whose process died, forget what is old, and keep the queue
 * of annotators: drafting what they compare, ending leases, choosing what to ask about; and tell webhooks what happened.
 */

import { chooseActively } from "./domain/active-choice.ts";
import { endLeases } from "./domain/assignment.ts";
import { whenCalm } from "./domain/calm.ts";
import { tendCanary, warmUp } from "./domain/canary/tend.ts";
import { reviseComparisons } from "./domain/comparison-state.ts";
import { DraftWorker } from "./domain/draft-worker.ts";
import { deliverDue, sweepOldEvents } from "./domain/events/deliver.ts";
import { refreshKeptFigures } from "./domain/figures-refresh.ts";
import { sweepImports } from "./domain/import.ts";
import { tendRegistry } from "./domain/registry/tend.ts";
import { reapReplies, sweepEvents } from "./domain/reply-log.ts";
import { ReplyScorer } from "./domain/reply-score.ts";
import { enqueueForgotten, reapRuns } from "./domain/run-reaper.ts";
import { tickSchedules } from "./domain/schedule/tick.ts";
import { sweepSessions } from "./domain/session.ts";
import { keepBeating, ownSign, signOfInference } from "./domain/system/beat.ts";
import { trustRefresher } from "./domain/trust-recompute.ts";
import { logger } from "./log.ts";
import { sweepRateLimits } from "./rate-limit.ts";
import type { Services } from "./services.ts";

const REAP_MS = 5_000;
/** Soon enough to use a pause between two questions, and to give way to the next one. */
const DRAFT_MS = 2_000;
const DELIVER_MS = 5_000;
/** How long a canary does harm unseen, and an inference process that came back knows no arms. */
const TEND_MS = 5_000;
const QUEUE_MS = 60_000;
const SWEEP_MS = 10 * 60_000;
const HOUR_MS = 60 * 60_000;

/**
 * Begins at once and goes on until the returned function is called, which resolves when nothing runs any more. Several processes may
 * do this at the same time: every step is a guarded update.
 */
export function startUpkeep(services: Services): () => Promise<void> {
  const { db, queue, replies } = services;
  const drafts = new DraftWorker(services);
  const scorer = new ReplyScorer(services);
  const reap = every(REAP_MS, async () => {
    for (const messageId of await reapReplies(db)) {
      logger("upkeep").warn({ messageId }, "a reply lost its generator");
      replies.announce(messageId);
    }
    await reapRuns(db, queue);
  });
  const draft = every(DRAFT_MS, () => drafts.step(), { rest: REST });
  const tend = every(
    TEND_MS,
    async () => {
      await tendCanary(services, new Date());
      await warmUp(services);
    },
    { rest: REST },
  );
  const choose = whenCalm(db, () => chooseActively(db, new Date()), { everyMs: QUEUE_MS, atMostMs: SWEEP_MS });
  const ask = every(
    QUEUE_MS,
    async () => {
      const now = new Date();
      await endLeases(db, now);
      await scorer.step(now);
      await choose();
    },
    { rest: REST },
  );
  const schedules = every(REAP_MS, () => tickSchedules(db, new Date()));
  const imports = every(QUEUE_MS, async () => {
    await sweepImports(services);
    await enqueueForgotten(db, queue);
  });
  // Whoever freezes a Dataset gets fresh figures anyway; these are for pages.
  const patience = { everyMs: SWEEP_MS, atMostMs: HOUR_MS };
  const refreshTrust = whenCalm(db, trustRefresher(db), patience);
  const refreshFigures = whenCalm(db, () => refreshKeptFigures(db), patience);
  const figures = every(
    QUEUE_MS,
    async () => {
      await refreshTrust();
      await refreshFigures();
    },
    { rest: REST },
  );
  const stopping = new AbortController();
  const deliver = every(DELIVER_MS, () => deliverDue(services, { signal: stopping.signal }));
  const sweep = every(SWEEP_MS, async () => {
    await sweepEvents(db);
    await sweepRateLimits(db);
    await sweepSessions(db);
    await sweepOldEvents(db, new Date());
    await reviseComparisons(db, new Date());
    await tendRegistry(services, new Date());
  });
  const goodbye = keepBeating(db, async () => [ownSign("web"), ...(await signOfInference(services.engine))]);
  return async () => {
    stopping.abort();
    // At once: whoever ends the process does not wait for the others, whose steps can be broken off.
    const said = goodbye();
    await Promise.all([deliver(), schedules(), tend(), reap(), draft(), ask(), imports(), figures(), sweep()]);
    await drafts.close();
    await said;
  };
}

/** A pause is this many times as long as the pass before it: what can wait stays side work, however large the database. */
const REST = 10;

/**
 * Repeats the work with a pause in between, so that a slow pass is never overtaken by the next.
 * @param rest makes the pause after a slow pass longer, by this factor of what it took
 */
function every(pauseMs: number, work: () => Promise<unknown>, { rest = 0 } = {}): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let wake = () => {};
  const loop = (async () => {
    while (!stopped) {
      const began = Date.now();
      await work().catch((error) => logger("upkeep").error({ err: error }, "upkeep failed; it is tried again"));
      if (stopped) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, Math.max(pauseMs, rest * (Date.now() - began)));
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
