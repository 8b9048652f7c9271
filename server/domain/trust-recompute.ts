/** Working out anew what is known of each rater, from all judgements, and keeping it in RaterTrust. */

import type { Db } from "../db.ts";
import { raterChecks } from "./gold-store.ts";
import { applyQuarantines } from "./pair-store.ts";
import { readGiven } from "./rankings-read.ts";
import { rankingFigures } from "./rater-figures.ts";
import { readRaters } from "./trust-source.ts";

/** Works the figures of every rater out anew from all judgements; who is quarantined stays so, and pairs are brought in line with it. @returns how many raters there are */
export async function recomputeTrust(db: Db): Promise<{ raters: number }> {
  const raters = await readRaters(db);
  const [figures, checks, acts] = [rankingFigures(await readGiven(db)), await raterChecks(db), await readActs(db)];
  const rows = raters.map(({ id, estimate, confirmed }) => {
    const { judgements = 0, burst = 0 } = acts.get(id) ?? {};
    const { gold = { seen: 0, right: 0 }, repeats = { seen: 0, same: 0 } } = checks.get(id) ?? {};
    const { firstPlace = null, agreement = null, medianSeconds = null } = figures.get(id) ?? {};
    const { value: accuracy, low, high } = estimate;
    return {
      ...{ raterId: id, accuracy, low: Math.min(low, accuracy), high: Math.max(high, accuracy), judgements },
      figures: { confirmed, gold, repeats, firstPlace, agreement, medianSeconds, burst },
    };
  });
  await db.$executeRaw`
    INSERT INTO "RaterTrust" ("raterId", "accuracy", "low", "high", "judgements", "figures", "updatedAt")
    SELECT "raterId", "accuracy", "low", "high", "judgements", "figures", now()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS entry("raterId" uuid, "accuracy" float8, "low" float8, "high" float8, "judgements" int, "figures" jsonb)
    WHERE EXISTS (SELECT 1 FROM "User" person WHERE person."id" = "raterId")
    ON CONFLICT ("raterId") DO UPDATE SET ("accuracy", "low", "high", "judgements", "figures", "updatedAt") =
      (excluded."accuracy", excluded."low", excluded."high", excluded."judgements", excluded."figures", excluded."updatedAt")`;
  await applyQuarantines(db);
  return { raters: rows.length };
}

/** Per rater how many judgements there are, and the most within any hour. */
async function readActs(db: Db): Promise<Map<string, { judgements: number; burst: number }>> {
  const rows = await db.$queryRaw<{ raterId: string; judgements: number; burst: number }[]>`
    WITH acts AS (
      SELECT "raterId", "createdAt" AS "at" FROM "Feedback"
      UNION ALL SELECT "raterId", "createdAt" FROM "Ranking" WHERE "withdrawnAt" IS NULL
      UNION ALL SELECT "authorId", "createdAt" FROM "Edit" WHERE "withdrawnAt" IS NULL
    ), counted AS (
      SELECT "raterId", count(*) OVER (PARTITION BY "raterId" ORDER BY "at" RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW) AS "in"
      FROM acts
    )
    SELECT "raterId", count(*)::int AS "judgements", max("in")::int AS "burst" FROM counted GROUP BY "raterId"`;
  return new Map(rows.map(({ raterId, ...row }) => [raterId, row]));
}

/** Recomputes when something was judged since the last time; for a process to call now and then. */
export function trustRefresher(db: Db): () => Promise<void> {
  let last: bigint | null = null;
  return async () => {
    const { id = 0n } = (await db.judgementEvent.findFirst({ orderBy: { id: "desc" }, select: { id: true } })) ?? {};
    if (id === last) return;
    await recomputeTrust(db);
    last = id;
  };
}
