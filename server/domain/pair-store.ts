/** Keeps the stored pairs of a prompt equal to what its judgements say now. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { standingJudgements } from "./judgement-store.ts";
import {
  changesAnything,
  keyOf,
  type PairChanges,
  pairChanges,
  RATER_QUARANTINED,
  type StoredPair,
} from "./pair-changes.ts";
import { type DerivedPair, pairsFrom } from "./preference-pair.ts";

export { lockPrompt } from "./judgement-store.ts";

/** Derives the pairs of one prompt anew from its judgements, and brings the rows in line. The prompt must be locked. */
export async function rederivePairs(tx: Tx, promptId: string): Promise<void> {
  await storePairs(tx, promptId, pairsFrom(await standingJudgements(tx, promptId)));
}

/**
 * Makes these, and no others, the pairs of a prompt that people's judgements say. The prompt must be locked.
 * @returns whether anything had to change
 */
export async function storePairs(tx: Tx, promptId: string, wanted: readonly DerivedPair[]): Promise<boolean> {
  const changes = await changesOf(tx, promptId, wanted);
  await apply(tx, changes);
  return changesAnything(changes);
}

/** What would have to change for these to be the pairs of a prompt. */
async function changesOf(tx: Tx, promptId: string, wanted: readonly DerivedPair[]): Promise<PairChanges> {
  const stored = await storedPairs(tx, [promptId]);
  return pairChanges(wanted, stored, await quarantinedAmong(tx, wanted));
}

/** Every pair of people's judgements about these prompts, retracted ones included. */
export const storedPairs = (db: Db | Tx, promptIds: readonly string[]) =>
  db.$queryRaw<(StoredPair & { promptId: string })[]>`
    SELECT pair."id", pair."promptId", pair."chosenId", pair."rejectedId", pair."source", pair."status", pair."quarantineReason",
      array(SELECT link."raterId"::text FROM "PairRater" link WHERE link."pairId" = pair."id") AS "raterIds"
    FROM "PreferencePair" pair WHERE pair."promptId" = ANY(${promptIds}::uuid[]) AND pair."source" <> 'AI'`;

/** Those of the pairs' raters whose word does not count. */
export async function quarantinedAmong(db: Db | Tx, pairs: readonly DerivedPair[]): Promise<Set<string>> {
  const raterIds = [...new Set(pairs.flatMap((pair) => pair.raterIds))];
  if (raterIds.length === 0) return new Set();
  const rows = await db.raterTrust.findMany({
    where: { raterId: { in: raterIds }, quarantinedAt: { not: null } },
    select: { raterId: true },
  });
  return new Set(rows.map((row) => row.raterId));
}

async function apply(tx: Tx, { create, retract, restore, addRaters, removeRaters }: PairChanges): Promise<void> {
  if (retract.length > 0) {
    const data = { status: "RETRACTED" as const, retractedAt: new Date() };
    await tx.preferencePair.updateMany({ where: { id: { in: retract } }, data });
  }
  for (const { id, ...standing } of restore) {
    await tx.preferencePair.update({ where: { id }, data: { ...standing, retractedAt: null } });
  }
  const added = [...(await createPairs(tx, create)), ...addRaters];
  if (added.length > 0) await tx.pairRater.createMany({ data: added });
  if (removeRaters.length > 0) await tx.pairRater.deleteMany({ where: { OR: removeRaters } });
}

/** @returns what links the new pairs to whom they rest on. The pairs' ids grow with time, which their readers rely on. */
async function createPairs(tx: Tx, create: PairChanges["create"]): Promise<PairChanges["addRaters"]> {
  if (create.length === 0) return [];
  const made = await tx.preferencePair.createManyAndReturn({
    data: create.map(({ raterIds: _, ...pair }) => pair),
    select: { id: true, chosenId: true, rejectedId: true, source: true },
  });
  const ids = new Map(made.map((row) => [keyOf(row), row.id]));
  return create.flatMap((pair) => pair.raterIds.map((raterId) => ({ pairId: ids.get(keyOf(pair))!, raterId })));
}

/**
 * Brings a rater's pairs in line with RaterTrust.quarantinedAt after it was set or cleared: pairs that rest on nobody but quarantined
 * raters are put aside, and come back when one of them is trusted again. Doing it again changes nothing.
 */
export const applyQuarantine = (tx: Tx, raterId: string): Promise<void> =>
  settleQuarantine(tx, Prisma.sql`link."raterId" = ${raterId}::uuid`);

/**
 * The same for everybody who was ever quarantined: a judgement and a quarantine of the same instant do not see each other. Frozen data is right
 * without it, since freezing asks for the raters themselves.
 */
export const applyQuarantines = (db: Db): Promise<void> =>
  settleQuarantine(
    db,
    Prisma.sql`EXISTS (SELECT 1 FROM "RaterTrust" decided
    WHERE decided."raterId" = link."raterId" AND (decided."quarantinedAt" IS NOT NULL OR decided."releasedAt" IS NOT NULL))`,
  );

/** @param whose of a row `link` of PairRater */
async function settleQuarantine(tx: Db | Tx, whose: Prisma.Sql): Promise<void> {
  const restsOnNobodyElse = Prisma.sql`NOT EXISTS (
    SELECT 1 FROM "PairRater" link LEFT JOIN "RaterTrust" trust ON trust."raterId" = link."raterId"
    WHERE link."pairId" = pair."id" AND trust."quarantinedAt" IS NULL)`;
  const theirs = Prisma.sql`pair."id" IN (SELECT link."pairId" FROM "PairRater" link WHERE ${whose})`;
  await tx.$executeRaw`
    UPDATE "PreferencePair" pair SET "status" = 'QUARANTINED', "quarantineReason" = ${RATER_QUARANTINED}
    WHERE pair."status" = 'ACTIVE' AND ${theirs} AND ${restsOnNobodyElse}`;
  await tx.$executeRaw`
    UPDATE "PreferencePair" pair SET "status" = 'ACTIVE', "quarantineReason" = NULL
    WHERE pair."status" = 'QUARANTINED' AND pair."quarantineReason" = ${RATER_QUARANTINED} AND ${theirs} AND NOT ${restsOnNobodyElse}`;
}
