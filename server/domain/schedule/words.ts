/** What schedules have to say, as sentences that the pages put into words. */

import type { Method } from "../../../prisma/generated/enums.ts";
import type { Sentence } from "../views/sentence.ts";

const say = (code: string, values: Sentence["values"] = {}): Sentence => ({ area: "schedule", code, values });

/** Stages count from 1 for people. */
const ofStage = (index: number, method: Method) => ({ stage: index + 1, method });

export const REASONS = {
  /** @param until null where it is quiet all week */
  quiet: (until: Date | null) => (until ? say("QUIET_HOURS", { until: until.toISOString() }) : say("QUIET_ALWAYS")),
  earlierRunning: () => say("EARLIER_RUNNING"),
  /** A stage waits for what the trainer does before it. */
  trainerBusy: () => say("TRAINER_BUSY"),
  alreadyWaiting: () => say("ALREADY_WAITING"),
  paused: () => say("PAUSED"),
  deleted: () => say("DELETED"),
  cancelled: () => say("CANCELLED"),
  missed: ({ count, first, last }: { count: number; first: Date; last: Date }) =>
    say("MISSED", { count, first: first.toISOString(), last: last.toISOString() }),
  monthSpent: (spent: number, limit: number) => say("MONTH_SPENT", { spent: Math.round(spent), limit }),
  newPairs: (count: number) => say("NEW_PAIRS", { count }),
  /** Shares in percent. */
  liveFell: (
    found: { measure: "THUMBS" | "CHOICES"; share: number; low: number; high: number; count: number },
    bar: number,
  ) =>
    say("LIVE_FELL", {
      ...{ measure: found.measure, count: found.count, bar: percent(bar) },
      ...{ share: percent(found.share), low: percent(found.low), high: percent(found.high) },
    }),
  /** @param error a code of errors.ts */
  stageRefused: (index: number, method: Method, error: string) =>
    say("STAGE_REFUSED", { ...ofStage(index, method), error }),
  /** @param advice a key of the run's advice */
  stageStopped: (index: number, method: Method, advice: string) =>
    say("STAGE_STOPPED", { ...ofStage(index, method), advice }),
  /** Rather longer than it may take, by its estimate. */
  stageTooLong: (index: number, method: Method, minutes: number, limit: number) =>
    say("STAGE_TOO_LONG", { ...ofStage(index, method), minutes, limit }),
  runFailed: (index: number, method: Method, error: string) => say("RUN_FAILED", { ...ofStage(index, method), error }),
  runCancelled: (index: number, method: Method) => say("RUN_CANCELLED", ofStage(index, method)),
};

const percent = (share: number) => Math.round(share * 1000) / 10;
