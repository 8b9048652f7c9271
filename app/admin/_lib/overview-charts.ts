// What the charts of the overview find: their titles say it.

import type { DayOfLengths, DayOfPairs, ReleasePoint } from "../../../server/domain/views/overview.ts";
import { certainty } from "./certainty.ts";

/** The source with the most pairs, and how many there are of all; null where there are none. */
export function pairsFinding(days: readonly DayOfPairs[]) {
  const totals = pairTotals(days);
  const count = totals.reduce((sum, one) => sum + one.count, 0);
  const most = totals.reduce((best, one) => (one.count > best.count ? one : best), totals[0]!);
  return count > 0 ? { count, source: most.source } : null;
}

const SOURCES = ["FEEDBACK", "CHOICE", "EDIT", "RANKING", "AI"] as const;

/** Of all days together, by source. */
export const pairTotals = (days: readonly DayOfPairs[]) =>
  SOURCES.map((source) => ({ source, count: days.reduce((sum, { counts }) => sum + counts[source], 0) }));

const WEEK = 7;
/** With many replies the smallest difference is sure, and still no drift. */
const NOTICEABLE = 0.02;

type LengthFinding = { key: "longer" | "shorter"; share: number } | { key: "same" };

/**
 * The last seven days with replies beside the first seven, each as the mean over its replies: longer or shorter only where the 95 %
 * interval of the difference leaves out 0 and it is large enough to be noticed. Null until there are two days.
 */
export function lengthFinding(days: readonly DayOfLengths[]): LengthFinding | null {
  const known = days.flatMap(({ replies, mean }) => (mean ? [{ replies, ...mean }] : []));
  if (known.length < 2) return null;
  const few = Math.min(WEEK, Math.floor(known.length / 2));
  const [before, after] = [pooled(known.slice(0, few)), pooled(known.slice(-few))];
  const difference = after.mean - before.mean;
  const half = Z95 * Math.hypot(before.error, after.error);
  const share = Math.abs(difference) / before.mean;
  if (Math.abs(difference) <= half || !(share >= NOTICEABLE)) return { key: "same" };
  return { key: difference > 0 ? "longer" : "shorter", share };
}

/** Of the standard normal distribution: 95 % are within. */
const Z95 = 1.959_964;

/** Mean over all replies of the days, and its standard error, from the days' own means and intervals. */
function pooled(days: readonly { replies: number; value: number; low: number; high: number }[]) {
  const replies = days.reduce((sum, day) => sum + day.replies, 0);
  const weigh = (day: (typeof days)[number]) => day.replies / replies;
  return {
    mean: days.reduce((sum, day) => sum + weigh(day) * day.value, 0),
    // The upper half of an interval: the lower one may have been cut off at 0.
    error: Math.sqrt(days.reduce((sum, day) => sum + (weigh(day) * ((day.high - day.value) / Z95)) ** 2, 0)),
  };
}

/** Releases of which a Gate had held-out comparisons, and how many of them were surely better than what they replaced. */
export function releasesFinding(releases: readonly ReleasePoint[]) {
  const measured = releases.flatMap(({ winRate }) => winRate ?? []);
  return measured.length > 0 ? measured.filter((one) => certainty(one) === "better").length : null;
}

/** Ends of a scale of shares that holds all intervals and ½, in tenths. */
export function shareScale(intervals: readonly { low: number; high: number }[]): [number, number] {
  const low = Math.min(0.4, ...intervals.map((one) => one.low));
  const high = Math.max(0.6, ...intervals.map((one) => one.high));
  return [Math.floor(low * 10 + 1e-9) / 10, Math.ceil(high * 10 - 1e-9) / 10];
}

export interface ReleaseMark {
  /** Index of the day. */
  i: number;
  /** "r3", or "r3–r5" of a day with several. */
  text: string;
  /** Line of its label, 0 at the top: what would be written over another is written lower. */
  row: number;
  /** Where the day stands on its label: those at the right end are written to its left. */
  anchor: "start" | "end";
}

/** What a label takes of the chart's width, as a share. */
const LABEL = 0.16;

/** The days with releases, each with one label that no other is written over; releases of other days are left out. */
export function releaseMarks(
  releases: readonly Pick<ReleasePoint, "number" | "at">[],
  days: readonly Pick<DayOfLengths, "day">[],
): ReleaseMark[] {
  const last = Math.max(1, days.length - 1);
  const ends: number[] = [];
  return days.flatMap(({ day }, i) => {
    const numbers = releases.flatMap(({ number, at }) => (at.toISOString().slice(0, 10) === day ? number : []));
    if (numbers.length === 0) return [];
    const anchor = i / last > 1 - LABEL ? "end" : "start";
    const from = anchor === "end" ? i - LABEL * last : i;
    const free = ends.findIndex((end) => end <= from);
    const row = free < 0 ? ends.length : free;
    ends[row] = from + LABEL * last;
    return {
      i,
      text: [...new Set([Math.min(...numbers), Math.max(...numbers)])].map((n) => `r${n}`).join("–"),
      row,
      anchor,
    };
  });
}
