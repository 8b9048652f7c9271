/** Shows how a run goes: a bar on a terminal, a line now and then in a log, a JSON object per step for programs. */

import type { StepReport } from "../methods/run.ts";
import type { SamplePair } from "./samples.ts";

export interface Reporter {
  /** A sentence worth knowing. */
  note(sentence: string): void;
  step(report: StepReport): void;
  /** Replies from before and after, at the end. */
  samples(pairs: readonly SamplePair[]): void;
  /** The end, with what was made. */
  done(summary: Record<string, string | number>): void;
}

/** Where text goes; a subset of a stream, so that tests can read along. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

interface Streams {
  out: Output;
  err: Output;
  /** Milliseconds. */
  now?: () => number;
}

/** Steps and result on standard output as JSON lines, notes on standard error. */
export function jsonReporter({ out, err }: Streams): Reporter {
  const line = (value: object) => out.write(`${JSON.stringify(value)}\n`);
  return {
    note: (sentence) => void err.write(`${sentence}\n`),
    step: ({ step, totalSteps, metrics }) => void line({ type: "step", step, totalSteps, ...metrics }),
    samples: (pairs) => {
      for (const pair of pairs) line({ type: "sample", ...pair });
    },
    done: (summary) => void line({ type: "done", ...summary }),
  };
}

const BAR_CELLS = 24;
const LINE_EVERY_MS = 5000;

/** A bar with the time left where standard error is a terminal, else a line every few seconds. */
export function textReporter({ out, err, now = () => performance.now() }: Streams): Reporter {
  const pace = paceMeter(now);
  let lastLine = Number.NEGATIVE_INFINITY;
  let barShown = false;
  const clearBar = () => {
    if (barShown) err.write("\r\x1b[K");
    barShown = false;
  };
  return {
    note(sentence) {
      clearBar();
      err.write(`${sentence}\n`);
    },
    step(report) {
      const left = pace(report);
      if (err.isTTY) {
        const filled = Math.round((report.step / report.totalSteps) * BAR_CELLS);
        const bar = "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
        err.write(`\r\x1b[K${`${bar} ${describe(report, left)}`.slice(0, (err.columns ?? 80) - 1)}`);
        barShown = true;
      } else if (now() - lastLine >= LINE_EVERY_MS || report.step === report.totalSteps) {
        err.write(`${describe(report, left)}\n`);
        lastLine = now();
      }
    },
    samples(pairs) {
      clearBar();
      for (const { prompt, before, after } of pairs)
        out.write(`> ${prompt}\n  before: ${indented(before)}\n  after:  ${indented(after)}\n\n`);
    },
    done(summary) {
      clearBar();
      for (const [name, value] of Object.entries(summary)) out.write(`${`${name}:`.padEnd(10)} ${value}\n`);
    },
  };
}

/** Tells the seconds left, from the pace of the recent steps; null before two steps were seen. */
function paceMeter(now: () => number): (report: StepReport) => number | null {
  let last: number | null = null;
  let perStepMs: number | null = null;
  return ({ step, totalSteps }) => {
    const time = now();
    if (last !== null) perStepMs = perStepMs === null ? time - last : 0.8 * perStepMs + 0.2 * (time - last);
    last = time;
    return perStepMs === null ? null : (perStepMs * (totalSteps - step)) / 1000;
  };
}

const indented = (text: string) => text.replaceAll("\n", "\n          ");

/** What is shown of a step, where its method reports it: the figures that tell whether a run goes well. */
const SHOWN: readonly [metric: string, show: (value: number) => string][] = [
  ["loss", (loss) => `loss ${loss.toFixed(4)}`],
  ["rewards/margins", (margin) => `margin ${margin.toFixed(3)}`],
  ["rewards/accuracies", (share) => `accuracy ${percent(share)}`],
  ["accuracy", (share) => `accuracy ${percent(share)}`],
  ["reward", (reward) => `reward ${reward.toFixed(3)}`],
  ["objective/scores", (score) => `score ${score.toFixed(3)}`],
  ["kl_per_token", (kl) => `KL ${kl.toFixed(4)} per token`],
  ["kl", (kl) => `KL ${kl.toFixed(4)}`],
  ["eos_rate", (share) => `ended ${percent(share)}`],
];
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

function describe({ step, totalSteps, metrics }: StepReport, secondsLeft: number | null): string {
  const figures = SHOWN.flatMap(([name, show]) => (metrics[name] === undefined ? [] : [show(metrics[name])]));
  const left = secondsLeft === null ? "" : ` · ${duration(secondsLeft)} left`;
  return `${[`${step}/${totalSteps}`, ...figures].join(" · ")}${left}`;
}

/** 7 s, 2 min 05 s, 3 h 07 min */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}
