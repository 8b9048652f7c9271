/** How long the control takes for a reply of so many tokens, so that neither the brief nor the long-winded seem slow for that alone. Pure. */

import { z } from "zod";

/** Milliseconds from the request to the last word, and tokens, at least 1. */
export const timedSchema = z.object({ ms: z.number(), tokens: z.number() });
type Timed = z.output<typeof timedSchema>;

/** Milliseconds until the first word, and for each token. */
export const paceSchema = z.object({ start: z.number(), perToken: z.number() });
type Pace = z.output<typeof paceSchema>;

/**
 * A line through the replies that a few odd ones do not move: the median of the slopes between any two (Theil 1950, Sen 1968), and the median of
 * what it leaves. A slope is never below 0 nor above the median time per token, with which nothing would be left for the start. That is also
 * what it is where all replies are equally long.
 * @param replies at least one
 */
export function paceOf(replies: readonly Timed[]): Pace {
  const most = median(replies.map(({ ms, tokens }) => ms / tokens));
  const slopes = replies.flatMap((a, i) =>
    replies.slice(i + 1).flatMap((b) => (a.tokens === b.tokens ? [] : [(a.ms - b.ms) / (a.tokens - b.tokens)])),
  );
  const perToken = slopes.length === 0 ? most : Math.min(most, Math.max(0, median(slopes)));
  return { start: median(replies.map(({ ms, tokens }) => ms - perToken * tokens)), perToken };
}

/** Milliseconds that a reply of so many tokens takes at this pace. */
export const timeAt = ({ start, perToken }: Pace, tokens: number): number => start + perToken * tokens;

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
