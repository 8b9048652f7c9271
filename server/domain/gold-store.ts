/** What the checks say of raters: read from their rankings, and acted on where somebody falls below the bar. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import type { AnnotationServices } from "./annotation-queue.ts";
import { agreementWith, checkedAccuracy, goldSchema, type RaterChecks } from "./gold.ts";
import { quarantineRater } from "./trust-store.ts";
import type { Ranked } from "./views.ts";

/** Gold and repeats of raters, by their id; raters without any are left out. `since` counts only what came after an admin's release. */
export async function raterChecks(
  db: Db | Tx,
  raterIds?: readonly string[],
  since?: Date,
): Promise<Map<string, RaterChecks>> {
  const whose = raterIds ? Prisma.sql`AND given."raterId" = ANY(${[...raterIds]}::uuid[])` : Prisma.empty;
  const from = since ? Prisma.sql`AND given."createdAt" > ${since}` : Prisma.empty;
  const entries = (ranking: string) =>
    Prisma.raw(`(SELECT coalesce(jsonb_agg(jsonb_build_object('messageId', entry."messageId", 'rank', entry."rank")), '[]')
      FROM "RankingEntry" entry WHERE entry."rankingId" = ${ranking}."id")`);
  const rows = await db.$queryRaw<
    { raterId: string; round: number; gold: unknown; given: Ranked[]; before: Ranked[] | null }[]
  >`
    SELECT given."raterId", given."round", comparison."gold", ${entries("given")} AS "given",
      CASE WHEN before."id" IS NOT NULL THEN ${entries("before")} END AS "before"
    FROM "Ranking" given JOIN "Comparison" comparison ON comparison."id" = given."comparisonId"
    LEFT JOIN "Ranking" before ON given."round" = 1 AND before."round" = 0 AND before."withdrawnAt" IS NULL
      AND before."comparisonId" = given."comparisonId" AND before."raterId" = given."raterId"
    WHERE given."withdrawnAt" IS NULL AND comparison."reason" <> 'CHAT'
      AND (comparison."gold" IS NOT NULL OR given."round" = 1) ${whose} ${from}`;
  const checks = new Map<string, RaterChecks>();
  for (const { raterId, gold, given, before } of rows) {
    const known = goldSchema.safeParse(gold);
    const share = known.success ? agreementWith(given, known.data) : before && agreementWith(given, before);
    if (share === null) continue;
    const rater = checks.get(raterId) ?? { gold: { seen: 0, right: 0 }, repeats: { seen: 0, same: 0 } };
    checks.set(raterId, rater);
    if (known.success) {
      rater.gold.seen += 1;
      rater.gold.right += share;
    } else {
      rater.repeats.seen += 1;
      rater.repeats.same += share;
    }
  }
  return checks;
}

/** RaterTrust.quarantineReason where the checks decided; an admin gives reasons in words. */
const BELOW_BAR = "BELOW_BAR";

/** Puts a rater's pairs aside whose checks fall below the bar. What an admin knew when releasing them is not held against them again. */
export async function quarantineBelowBar(
  { db, now }: Pick<AnnotationServices, "db" | "now">,
  raterId: string,
  bar: number,
): Promise<void> {
  const trust = await db.raterTrust.findUnique({
    where: { raterId },
    select: { quarantinedAt: true, releasedAt: true },
  });
  if (trust?.quarantinedAt) return;
  const checks = (await raterChecks(db, [raterId], trust?.releasedAt ?? undefined)).get(raterId);
  const accuracy = checks && checkedAccuracy(checks);
  if (accuracy === undefined || accuracy === null || accuracy >= bar) return;
  await db.$transaction((tx) => quarantineRater(tx, { raterId, reason: BELOW_BAR, at: now() }));
}
