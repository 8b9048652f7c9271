/** What can make a schedule fire besides its cron: enough new trusted pairs, or a live adapter that people have come to like less. */

import type { Db, Tx } from "../../db.ts";
import { DEFAULT_SLOT } from "../live.ts";
import { wilson } from "../wilson.ts";

/**
 * Pairs that a run could learn from and that came after an instant: active, of conversations that are there and not kept out of training,
 * and by nobody whose judgement is put aside. What a Dataset would leave out besides (gold, guards, duplicates) is not looked at.
 * @param atLeast counting stops here
 * @returns how many, and the newest of them, which names the slot
 */
export async function newTrustedPairs(
  db: Db | Tx,
  since: Date,
  atLeast = 2 ** 31 - 1,
): Promise<{ count: number; newestId: string | null }> {
  const [row] = await db.$queryRaw<{ count: number; newestId: string | null }[]>`
    SELECT count(*)::int AS "count", (array_agg("id"::text ORDER BY "createdAt" DESC, "id" DESC))[1] AS "newestId" FROM (
      SELECT pair."id", pair."createdAt" FROM "PreferencePair" pair
      JOIN "Message" prompt ON prompt."id" = pair."promptId"
      JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
        AND conversation."deletedAt" IS NULL AND NOT conversation."trainingOptOut"
      JOIN "User" person ON person."id" = conversation."userId" AND NOT person."trainingOptOut"
      WHERE pair."status" = 'ACTIVE' AND pair."source" <> 'AI' AND pair."createdAt" > ${since}
        AND NOT EXISTS (SELECT FROM "PairRater" link
          JOIN "User" rater ON rater."id" = link."raterId"
          LEFT JOIN "RaterTrust" trust ON trust."raterId" = link."raterId"
          WHERE link."pairId" = pair."id" AND (rater."disabledAt" IS NOT NULL OR trust."quarantinedAt" IS NOT NULL))
      ORDER BY pair."createdAt", pair."id" LIMIT ${atLeast}) AS trusted`;
  return row ?? { count: 0, newestId: null };
}

export interface LiveFigure {
  measure: "THUMBS" | "CHOICES";
  share: number;
  low: number;
  high: number;
  count: number;
}

/** Fewer judgements than this say nothing, whatever their interval. */
const LEAST_JUDGEMENTS = 20;

/**
 * How people take to the live adapter since it went live: the share of its thumbs that are up, and of the choices between one of its
 * replies and another adapter's that went its way. Each with its 95 % interval, where there are enough.
 */
export async function liveFigures(db: Db | Tx): Promise<{ deploymentId: string; figures: LiveFigure[] } | null> {
  const live = await db.deployment.findFirst({
    where: { slot: DEFAULT_SLOT, deactivatedAt: null },
    select: { id: true },
  });
  if (!live) return null;
  const [row] = await db.$queryRaw<{ up: number; thumbs: number; won: number; choices: number }[]>`
    WITH trusted AS (
      SELECT person."id" FROM "User" person LEFT JOIN "RaterTrust" trust ON trust."raterId" = person."id"
      WHERE person."disabledAt" IS NULL AND trust."quarantinedAt" IS NULL
    ), thumb AS (
      SELECT thumb."value" FROM "Message" reply JOIN "Feedback" thumb ON thumb."messageId" = reply."id"
      JOIN trusted ON trusted."id" = thumb."raterId"
      WHERE reply."deploymentId" = ${live.id}::uuid
    ), choice AS (
      SELECT true AS "won" FROM "PreferencePair" pair
      JOIN "Message" chosen ON chosen."id" = pair."chosenId" AND chosen."deploymentId" = ${live.id}::uuid
      JOIN "Message" rejected ON rejected."id" = pair."rejectedId" AND rejected."deploymentId" IS NOT NULL
        AND rejected."adapterSha256" IS DISTINCT FROM chosen."adapterSha256"
      WHERE pair."status" = 'ACTIVE' AND pair."source" IN ('CHOICE', 'RANKING')
      UNION ALL
      SELECT false FROM "PreferencePair" pair
      JOIN "Message" rejected ON rejected."id" = pair."rejectedId" AND rejected."deploymentId" = ${live.id}::uuid
      JOIN "Message" chosen ON chosen."id" = pair."chosenId" AND chosen."deploymentId" IS NOT NULL
        AND chosen."adapterSha256" IS DISTINCT FROM rejected."adapterSha256"
      WHERE pair."status" = 'ACTIVE' AND pair."source" IN ('CHOICE', 'RANKING')
    )
    SELECT (SELECT count(*) FILTER (WHERE "value" > 0) FROM thumb)::int AS "up", (SELECT count(*) FROM thumb)::int AS "thumbs",
      (SELECT count(*) FILTER (WHERE "won") FROM choice)::int AS "won", (SELECT count(*) FROM choice)::int AS "choices"`;
  const { up, thumbs, won, choices } = row!;
  const figure = (measure: LiveFigure["measure"], count: number, of: number): LiveFigure[] =>
    of >= LEAST_JUDGEMENTS ? [{ measure, ...wilson(count, of), count: of }] : [];
  return { deploymentId: live.id, figures: [...figure("CHOICES", won, choices), ...figure("THUMBS", up, thumbs)] };
}

/** The first figure that lies below the bar with all of its interval. Pure. */
export const fellBelow = (figures: readonly LiveFigure[], bar: number): LiveFigure | null =>
  figures.find(({ high }) => high < bar) ?? null;
