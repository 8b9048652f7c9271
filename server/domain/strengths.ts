/** How strong each adapter is, by every comparison of what they said: Bradley–Terry strengths on the Elo scale. */

import type { Db } from "../db.ts";
import { percentiles, seededRandom } from "./agreement/bootstrap.ts";
import { bradleyTerry, type Comparison, lengthControlled, winMatrix } from "./agreement/bradley-terry.ts";
import type { Estimate, StrengthsView } from "./views.ts";

interface Compared {
  promptId: string;
  a: string | null;
  b: string | null;
  score: number;
  lengthA: number;
  lengthB: number;
}

/** The newest; resampling more takes seconds. */
const MOST = 20_000;
const ROUNDS = 100;
/** A factor of ten in the odds is 400 points. */
const ELO = 400 / Math.LN10;
/** Games that each adapter is taken to have tied with an average one: whoever never lost has no finite strength otherwise. */
const PRIOR = 1;

/**
 * Intervals are of prompts drawn anew with a fixed seed: comparisons about one prompt are not independent. Length is compared as the logarithm of the
 * ratio of characters, so γ is the logit that e times the length is worth.
 */
export async function getStrengths(
  db: Db,
  { lengthControlled: byLength }: { lengthControlled: boolean },
): Promise<StrengthsView> {
  const rows = await readCompared(db);
  const names = [null, ...new Set(rows.flatMap(({ a, b }) => [a, b]).filter((sha256) => sha256 !== null))];
  const numbers = new Map(names.map((sha256, i) => [sha256, i]));
  const byPrompt = new Map<string, Comparison[]>();
  for (const { promptId, a, b, score, lengthA, lengthB } of rows) {
    const lengthDifference = Math.log((lengthA + 1) / (lengthB + 1));
    const comparison = { a: numbers.get(a)!, b: numbers.get(b)!, score, lengthDifference };
    byPrompt.set(promptId, [...(byPrompt.get(promptId) ?? []), comparison]);
  }
  const prompts = [...byPrompt.values()];
  const all = prompts.flat();
  const strengthsOf = (comparisons: readonly Comparison[]) =>
    byLength
      ? lengthControlled(comparisons, names.length, PRIOR / 4) // a tie against strength 0 curves the likelihood by ¼
      : { strengths: bradleyTerry(winMatrix(comparisons, names.length), PRIOR), coefficient: 0 };
  const found = strengthsOf(all);
  const random = seededRandom(1);
  const again = Array.from({ length: prompts.length > 0 ? ROUNDS : 0 }, () =>
    strengthsOf(prompts.flatMap(() => prompts[Math.floor(random() * prompts.length)]!)),
  );
  const estimate = (value: number, values: readonly number[], scale: number): Estimate => {
    const { low, high } = percentiles(values, value);
    return { value: value * scale, low: low * scale, high: high * scale };
  };
  const wins = winMatrix(all, names.length);
  return {
    lengthControlled: byLength,
    comparisons: all.length,
    adapters: await describe(
      db,
      names,
      all,
      names.map((_, i) =>
        estimate(
          found.strengths[i]!,
          again.map(({ strengths }) => strengths[i]!),
          ELO,
        ),
      ),
    ),
    wins,
    lengthCoefficient: byLength
      ? estimate(
          found.coefficient,
          again.map(({ coefficient }) => coefficient),
          1,
        )
      : null,
  };
}

/** Two generated replies of different weights on the same base, and which was preferred: rankings and choices with their ties, and thumbs. */
const readCompared = (db: Db) => db.$queryRaw<Compared[]>`
  SELECT compared."promptId", a."adapterSha256" AS "a", b."adapterSha256" AS "b", compared."score"::float8 AS "score",
    char_length(a."content") AS "lengthA", char_length(b."content") AS "lengthB"
  FROM (
    (SELECT pair."promptId", pair."chosenId" AS "aId", pair."rejectedId" AS "bId", 1 AS "score", pair."createdAt" AS "at"
      FROM "PreferencePair" pair WHERE pair."status" = 'ACTIVE' AND pair."source" = 'FEEDBACK' ORDER BY pair."createdAt" DESC LIMIT ${MOST})
    UNION ALL
    (SELECT comparison."promptId", one."messageId", other."messageId",
        CASE WHEN one."rank" < other."rank" THEN 1 WHEN one."rank" = other."rank" THEN 0.5 ELSE 0 END, given."createdAt"
      FROM (SELECT * FROM "Ranking" WHERE "round" = 0 AND "withdrawnAt" IS NULL AND NOT "allBad" ORDER BY "createdAt" DESC LIMIT ${MOST}) given
      JOIN "Comparison" comparison ON comparison."id" = given."comparisonId"
      JOIN "RankingEntry" one ON one."rankingId" = given."id"
      JOIN "RankingEntry" other ON other."rankingId" = given."id" AND one."messageId" < other."messageId")
  ) compared
  JOIN "Message" a ON a."id" = compared."aId" JOIN "Message" b ON b."id" = compared."bId"
  WHERE a."baseSha256" = b."baseSha256" AND a."adapterSha256" IS DISTINCT FROM b."adapterSha256"
  ORDER BY compared."at" DESC, compared."aId", compared."bId" LIMIT ${MOST}`;

async function describe(
  db: Db,
  names: readonly (string | null)[],
  comparisons: readonly Comparison[],
  strengths: readonly Estimate[],
): Promise<StrengthsView["adapters"]> {
  const adapters = await db.adapter.findMany({
    where: { sha256: { in: names.filter((sha256) => sha256 !== null) } },
    select: { id: true, sha256: true, deployments: { select: { number: true }, orderBy: { number: "asc" }, take: 1 } },
  });
  const known = new Map(adapters.map((adapter) => [adapter.sha256, adapter]));
  return names.map((sha256, i) => {
    const results = comparisons.flatMap(({ a, b, score }) => (a === i ? [score] : b === i ? [1 - score] : []));
    const adapter = sha256 === null ? undefined : known.get(sha256);
    return {
      adapterId: adapter?.id ?? null,
      sha256,
      release: adapter?.deployments[0]?.number ?? null,
      strength: strengths[i]!,
      wins: results.filter((score) => score === 1).length,
      losses: results.filter((score) => score === 0).length,
      ties: results.filter((score) => score === 0.5).length,
    };
  });
}
