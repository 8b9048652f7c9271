/** How long replies are, day by day: worked out on the side, since a month of a busy instance is hundreds of thousands of them. */

import { z } from "zod";
import type { FigureSource } from "../kept-figures.ts";
import type { DayOfLengths } from "../views.ts";

const figuresSchema = z.array(
  z.object({ day: z.string(), replies: z.int(), mean: z.number(), deviation: z.number().nullable() }),
);
type Figures = z.infer<typeof figuresSchema>;

/** One more than a chart shows, so that the days of yesterday's figures reach back far enough tomorrow. */
const DAYS = 31;
/** Of the standard normal distribution: 95 % are within. */
const Z95 = 1.959_964;

export const LENGTHS: FigureSource<Figures> = {
  ...{ key: "reply lengths", schema: figuresSchema },
  version: async (db) => (await db.message.findFirst({ orderBy: { id: "desc" }, select: { id: true } }))?.id ?? "",
  work: async (db) => {
    const value = await db.$queryRaw<Figures>`
      SELECT to_char("createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "day", count(*)::int AS "replies",
        avg("completionTokens")::float8 AS "mean", stddev_samp("completionTokens")::float8 AS "deviation"
      FROM "Message"
      WHERE "createdAt" >= (SELECT max("createdAt") FROM "Message") - make_interval(days => ${DAYS}::int)
        AND "role" = 'ASSISTANT' AND "status" = 'COMPLETE' AND "completionTokens" IS NOT NULL
      GROUP BY 1 ORDER BY 1`;
    return { value, size: value.reduce((sum, { replies }) => sum + replies, 0) };
  },
};

/** The days in order, those without replies included. An interval needs two replies. */
export function lengthsPerDay(figures: Figures, days: readonly string[]): DayOfLengths[] {
  const byDay = new Map(figures.map((row) => [row.day, row]));
  return days.map((day) => {
    const { replies = 0, mean = 0, deviation = null } = byDay.get(day) ?? {};
    if (deviation === null) return { day, replies, mean: null };
    const half = (Z95 * deviation) / Math.sqrt(replies);
    return { day, replies, mean: { value: mean, low: Math.max(0, mean - half), high: mean + half } };
  });
}
