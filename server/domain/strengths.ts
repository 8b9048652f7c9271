/** How strong each adapter is, by every comparison of what they said: Bradley–Terry strengths on the Elo scale. Worked out on the side and kept. */

import { z } from "zod";
import { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { percentiles, seededRandom } from "./agreement/bootstrap.ts";
import { bradleyTerry, type Comparison, lengthControlled, winMatrix } from "./agreement/bradley-terry.ts";
import { breathing } from "./breathe.ts";
import { type FigureSource, keptFigures } from "./kept-figures.ts";
import { estimateSchema } from "./rater-figures.ts";
import type { Estimate, StrengthsView } from "./views.ts";

export interface Compared {
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

const figuresSchema = z.object({
  comparisons: z.int(),
  adapters: z.array(
    z.object({
      sha256: z.string().nullable(),
      strength: estimateSchema.unwrap(),
      ...{ wins: z.int(), losses: z.int(), ties: z.int() },
    }),
  ),
  wins: z.array(z.array(z.number())),
  lengthCoefficient: estimateSchema,
});
type Figures = z.infer<typeof figuresSchema>;

/** With length left out of account, and with it. */
export const STRENGTHS: Record<"plain" | "lengthControlled", FigureSource<Figures>> = {
  plain: source("strengths", false),
  lengthControlled: source("strengths by length", true),
};

function source(key: string, byLength: boolean): FigureSource<Figures> {
  return {
    ...{ key, schema: figuresSchema, version: versionOf },
    work: async (db) => {
      const value = await workOut(await readCompared(db), byLength);
      // Also of those that compare nothing, which are looked through.
      const [looked] = await db.$queryRaw<{ size: number }[]>`
        SELECT count(*)::int AS "size" FROM (SELECT 1 FROM "PreferencePair" WHERE "source" = 'FEEDBACK' LIMIT ${MOST}) pair`;
      return { value, size: Math.max(value.comparisons, looked?.size ?? 0) };
    },
  };
}

/** Pairs come and go with judgements and with the quarantine of raters. */
async function versionOf(db: Db): Promise<string> {
  const [row] = await db.$queryRaw<{ version: string }[]>`
    SELECT concat_ws(' ', (SELECT max("id") FROM "JudgementEvent"),
      (SELECT concat_ws(' ', count("quarantinedAt"), max("quarantinedAt"), max("releasedAt")) FROM "RaterTrust")) AS "version"`;
  return row?.version ?? "";
}

export async function getStrengths(
  db: Db,
  { lengthControlled: byLength }: { lengthControlled: boolean },
): Promise<StrengthsView> {
  const { value, at } = await keptFigures(db, byLength ? STRENGTHS.lengthControlled : STRENGTHS.plain);
  const adapters = await db.adapter.findMany({
    where: { sha256: { in: value.adapters.flatMap(({ sha256 }) => sha256 ?? []) } },
    select: { id: true, sha256: true, deployments: { select: { number: true }, orderBy: { number: "asc" }, take: 1 } },
  });
  const known = new Map<string | null, (typeof adapters)[number]>(adapters.map((one) => [one.sha256, one]));
  return {
    ...value,
    lengthControlled: byLength,
    adapters: value.adapters.map(({ sha256, ...figures }) => {
      const { id: adapterId = null, deployments = [] } = known.get(sha256) ?? {};
      return { ...{ adapterId, sha256, release: deployments[0]?.number ?? null }, ...figures };
    }),
    at,
  };
}

/**
 * Intervals are of prompts drawn anew with a fixed seed: comparisons about one prompt are not independent. Length is compared as the logarithm of the
 * ratio of characters, so γ is the logit that e times the length is worth.
 */
async function workOut(rows: readonly Compared[], byLength: boolean): Promise<Figures> {
  const names = [null, ...new Set(rows.flatMap(({ a, b }) => [a, b]).filter((sha256) => sha256 !== null))];
  const numbers = new Map(names.map((sha256, i) => [sha256, i]));
  const byPrompt = new Map<string, Comparison[]>();
  for (const { promptId, a, b, score, lengthA, lengthB } of rows) {
    const lengthDifference = Math.log((lengthA + 1) / (lengthB + 1));
    const comparison = { a: numbers.get(a)!, b: numbers.get(b)!, score, lengthDifference };
    const same = byPrompt.get(promptId);
    if (same) same.push(comparison);
    else byPrompt.set(promptId, [comparison]);
  }
  const prompts = [...byPrompt.values()];
  const all = prompts.flat();
  const strengthsOf = (comparisons: readonly Comparison[]) =>
    byLength
      ? lengthControlled(comparisons, names.length, PRIOR / 4) // a tie against strength 0 curves the likelihood by ¼
      : { strengths: bradleyTerry(winMatrix(comparisons, names.length), PRIOR), coefficient: 0 };
  const found = strengthsOf(all);
  const random = seededRandom(1);
  const breathe = breathing();
  const again: ReturnType<typeof strengthsOf>[] = [];
  for (let round = 0; prompts.length > 0 && round < ROUNDS; round++) {
    again.push(strengthsOf(prompts.flatMap(() => prompts[Math.floor(random() * prompts.length)]!)));
    await breathe();
  }
  const estimate = (value: number, values: readonly number[], scale: number): Estimate => {
    const { low, high } = percentiles(values, value);
    return { value: value * scale, low: low * scale, high: high * scale };
  };
  return {
    comparisons: all.length,
    adapters: names.map((sha256, i) => {
      const results = all.flatMap(({ a, b, score }) => (a === i ? [score] : b === i ? [1 - score] : []));
      const strength = estimate(
        found.strengths[i]!,
        again.map(({ strengths }) => strengths[i]!),
        ELO,
      );
      return {
        ...{ sha256, strength },
        wins: results.filter((score) => score === 1).length,
        losses: results.filter((score) => score === 0).length,
        ties: results.filter((score) => score === 0.5).length,
      };
    }),
    wins: winMatrix(all, names.length),
    lengthCoefficient: byLength
      ? estimate(
          found.coefficient,
          again.map(({ coefficient }) => coefficient),
          1,
        )
      : null,
  };
}

/**
 * Two generated replies of different weights on the same base, and which was preferred: rankings and choices with their ties, and thumbs.
 * OFFSET 0 keeps PostgreSQL from reading all of Message for a join: what is compared is looked up, and costs the same however much is said besides.
 * @param between leaves out what is not one of these two adapters against the other
 */
export const readCompared = (db: Db, between?: readonly [string, string]) => db.$queryRaw<Compared[]>`
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
  JOIN LATERAL (SELECT * FROM "Message" WHERE "id" = compared."aId" OFFSET 0) a ON true
  JOIN LATERAL (SELECT * FROM "Message" WHERE "id" = compared."bId" OFFSET 0) b ON true
  WHERE a."baseSha256" = b."baseSha256" AND a."adapterSha256" IS DISTINCT FROM b."adapterSha256"
    ${between ? Prisma.sql`AND a."adapterSha256" IN (${Prisma.join(between)}) AND b."adapterSha256" IN (${Prisma.join(between)})` : Prisma.empty}
  ORDER BY compared."at" DESC, compared."aId", compared."bId" LIMIT ${MOST}`;
