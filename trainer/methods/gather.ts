/** Gathering before the first step: drafts, a teacher's replies, a judge's verdicts; in portions, kept, and gone on with. */

import { z } from "zod";
import type { Metrics } from "../engine/contract.ts";
import type { MethodRun } from "./run.ts";

/** Keeps any JSON value in the run's folder. */
export interface GatherCache {
  /** null where there is none. */
  read(): Promise<unknown>;
  write(value: unknown): Promise<void>;
}

export interface GatheringRun extends MethodRun {
  gatherCache?: GatherCache;
  /** Told in sentences how far it is. */
  log?: (sentence: string) => Promise<void> | void;
}

export interface Gathering<T> {
  /** Of one thing gathered, as it comes back from the cache. */
  schema: z.ZodType<T>;
  /** What there are `count` of, for the log: `prompts`. */
  what: string;
  count: number;
  /** Things gathered between two writes of the cache; a run that is stopped loses at most these. */
  portion: number;
}

const LOG_LINES = 10;

/**
 * Gathers `count` things in order. What was gathered before is read back, so a resumed run trains on the very same data;
 * a cache that does not fit counts as none.
 * @param gather makes the things from … to−1; called for one portion at a time, always with the same bounds
 * @throws the reason of `cancel` or `pause` between two portions
 */
export async function gathered<T>(
  run: GatheringRun,
  { schema, what, count, portion }: Gathering<T>,
  gather: (from: number, to: number) => Promise<T[]>,
): Promise<T[]> {
  const cached = z
    .array(schema)
    .max(count)
    .safeParse(await run.gatherCache?.read());
  const things = cached.success ? cached.data : [];
  if (things.length > 0) await run.log?.(`${things.length} of ${count} ${what} were done before.`);
  let told = Math.floor((things.length / count) * LOG_LINES);
  while (things.length < count) {
    run.cancel?.throwIfAborted();
    run.pause?.throwIfAborted();
    things.push(...(await gather(things.length, Math.min(count, things.length + portion))));
    await run.gatherCache?.write(things);
    const tenths = Math.floor((things.length / count) * LOG_LINES);
    if (tenths > told) await run.log?.(`${things.length} of ${count} ${what} done.`);
    told = tenths;
  }
  return things;
}

/** The run with these figures of its gathering added to its first step's. */
export function withFirstFigures<Run extends MethodRun>(run: Run, figures: Metrics): Run {
  const onStep: MethodRun["onStep"] = (report) =>
    run.onStep(report.step === 1 ? { ...report, metrics: { ...report.metrics, ...figures } } : report);
  return { ...run, onStep };
}
