/** Takes up the stages of schedules: the firing's row is the queue, so that no message can be lost or come twice. */

import type { Db } from "../server/db.ts";
import type { RunPlanner } from "../server/domain/run-plan.ts";
import { beginStage, stagesToBegin } from "../server/domain/schedule/stage.ts";
import { logger } from "../server/log.ts";
import { inWork } from "../server/work.ts";
import type { Turns } from "./turns.ts";

export interface StageServices extends RunPlanner {
  db: Db;
  turns: Turns;
  now?: () => Date;
}

/** How soon a new stage is noticed; one look is one statement over the few firings that run. */
const LOOK_MS = 1000;
/** After a failure that may pass. */
const PAUSE_MS = 30_000;

/** @returns stops looking, and waits for the stage that is being begun */
export function workOnStages({ turns, now = () => new Date(), ...services }: StageServices): () => Promise<void> {
  const stopping = new AbortController();
  let wake = () => {};
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  /** Firings whose stage could not be begun for a reason that may pass, and when to try again: they must not keep others waiting. */
  const resting = new Map<string, number>();
  const next = async () => {
    const at = now();
    return (await stagesToBegin(services.db, at)).find((id) => (resting.get(id) ?? 0) <= Date.now());
  };
  const beginNext = async () => {
    // Another one may have become more urgent while this waited for its turn.
    const firingId = await next();
    if (!firingId) return;
    try {
      await inWork({ kind: "stage", id: firingId }, async () => {
        const runId = await beginStage(services, firingId, now());
        logger("stage").info({ runId }, runId ? "a stage begins" : "a stage does not begin");
      });
    } catch (err) {
      logger("stage").error({ err, firingId }, "a stage could not be begun; it is tried again");
      resting.set(firingId, Date.now() + PAUSE_MS);
    }
  };
  const work = (async () => {
    while (!stopping.signal.aborted) {
      try {
        // Freezing reads everything people have judged: as heavy as what else the trainer does.
        if (await next()) await turns.take(beginNext, { soon: true, signal: stopping.signal });
      } catch (err) {
        if (stopping.signal.aborted) return;
        logger("stage").warn({ err }, "schedules cannot be looked at");
      }
      if (!stopping.signal.aborted) await rest(LOOK_MS);
    }
  })();
  return async () => {
    stopping.abort();
    wake();
    await work;
  };
}
