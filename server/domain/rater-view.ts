/** Raters as admins see them: each one's figures. */

import { z } from "zod";
import { Prisma, type RaterTrust } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { type FigureSource, keptFigures } from "./kept-figures.ts";
import { raterFiguresSchema } from "./rater-figures.ts";
import { initialAccuracy } from "./rater-trust.ts";
import { PERSON } from "./select.ts";
import type { RaterRow, RaterView } from "./views.ts";

interface Acts {
  id: string;
  judgements: number;
  lastAt: string | null;
  pairs: number;
}

const MOST_RATERS = 1000;

const actsSchema = z.array(
  z.object({ id: z.uuid(), judgements: z.int(), lastAt: z.string().nullable(), pairs: z.int() }),
) satisfies z.ZodType<Acts[]>;

/** What everybody has done, most judgements first. */
export const RATER_ACTS: FigureSource<Acts[]> = {
  ...{ key: "raters", schema: actsSchema, version: versionOf },
  work: async (db) => {
    const value = await readActs(db, null);
    return { value, size: value.reduce((sum, { judgements }) => sum + judgements, 0) };
  },
};

/** Every judgement is an event; pairs come and go with them. */
async function versionOf(db: Db): Promise<string> {
  const [row] = await db.$queryRaw<{ version: string }[]>`
    SELECT concat_ws(' ', (SELECT max("id") FROM "JudgementEvent"), (SELECT count(*) FROM "RaterTrust")) AS "version"`;
  return row?.version ?? "";
}

/** Everybody who judged something, most judgements first. */
export async function listRaters(db: Db): Promise<RaterRow[]> {
  return rowsOf(db, (await keptFigures(db, RATER_ACTS)).value);
}

/** @param only one person, whose rows are found by their indexes; null reads everybody's */
function readActs(db: Db, only: string | null): Promise<Acts[]> {
  const of = (column: string) => (only ? Prisma.sql`${Prisma.raw(`"${column}"`)} = ${only}::uuid` : Prisma.sql`true`);
  return db.$queryRaw<Acts[]>`
    WITH acts AS (
      SELECT "raterId", "updatedAt" AS "at" FROM "Feedback" WHERE ${of("raterId")}
      UNION ALL SELECT "raterId", "createdAt" FROM "Ranking" WHERE "withdrawnAt" IS NULL AND ${of("raterId")}
      UNION ALL SELECT "authorId", "createdAt" FROM "Edit" WHERE "withdrawnAt" IS NULL AND ${of("authorId")}
    ), judged AS (SELECT "raterId", count(*)::int AS "judgements", max("at") AS "lastAt" FROM acts GROUP BY "raterId"),
    pairs AS (SELECT "raterId", count(*)::int AS "pairs" FROM "PairRater" WHERE ${of("raterId")} GROUP BY "raterId")
    SELECT person."id", coalesce(judged."judgements", 0) AS "judgements",
      to_char(judged."lastAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "lastAt", coalesce(pairs."pairs", 0) AS "pairs"
    FROM "User" person LEFT JOIN judged ON judged."raterId" = person."id" LEFT JOIN pairs ON pairs."raterId" = person."id"
    LEFT JOIN "RaterTrust" trust ON trust."raterId" = person."id"
    WHERE (judged."raterId" IS NOT NULL OR pairs."raterId" IS NOT NULL OR trust."raterId" IS NOT NULL) AND ${only ? Prisma.sql`person."id" = ${only}::uuid` : Prisma.sql`true`}
    ORDER BY "judgements" DESC, person."id" LIMIT ${MOST_RATERS}`;
}

/** With who they are and what is known of them now. */
async function rowsOf(db: Db, acts: readonly Acts[]): Promise<RaterRow[]> {
  const people = await db.user.findMany({
    where: { id: { in: acts.map(({ id }) => id) } },
    select: { ...PERSON.select, role: true, trust: true },
  });
  const known = new Map(people.map((person) => [person.id, person]));
  return acts.flatMap(({ id, lastAt, ...counts }) => {
    const person = known.get(id);
    return person ? [viewRow(person, { ...counts, lastAt: lastAt === null ? null : new Date(lastAt) })] : [];
  });
}

function viewRow(
  { trust, ...rater }: RaterRow["rater"] & { trust: RaterTrust | null },
  acts: Pick<RaterRow, "judgements" | "lastAt" | "pairs">,
): RaterRow {
  const known = raterFiguresSchema.parse(trust?.figures);
  const { accuracy = null, low = null, high = null } = trust ?? {};
  const measured = accuracy !== null && low !== null && high !== null;
  return {
    ...acts,
    ...known,
    quarantinedAt: trust?.quarantinedAt ?? null,
    quarantineReason: trust?.quarantineReason ?? null,
    confirmed: measured ? known.confirmed : initialAccuracy(rater.role).confirmed,
    rater,
    accuracy: measured ? { value: accuracy, low, high } : null,
  };
}

export async function getRater(db: Db, raterId: string): Promise<RaterView> {
  const [row] = await rowsOf(db, await readActs(db, raterId));
  if (!row) throw notFound("rater");
  const acts = await db.$queryRaw<{ day: string; kind: string; count: number }[]>`
    WITH acts AS (
      SELECT 'FEEDBACK' AS "kind", "createdAt" AS "at" FROM "Feedback" WHERE "raterId" = ${raterId}::uuid
      UNION ALL SELECT CASE WHEN comparison."reason" = 'CHAT' THEN 'CHOICE' ELSE 'RANKING' END, given."createdAt"
        FROM "Ranking" given JOIN "Comparison" comparison ON comparison."id" = given."comparisonId"
        WHERE given."raterId" = ${raterId}::uuid AND given."withdrawnAt" IS NULL
      UNION ALL SELECT 'EDIT', "createdAt" FROM "Edit" WHERE "authorId" = ${raterId}::uuid AND "withdrawnAt" IS NULL
    )
    SELECT to_char("at" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "day", "kind", count(*)::int AS "count" FROM acts GROUP BY 1, 2 ORDER BY 1, 2`;
  const sumBy = (key: "day" | "kind") => {
    const sums = new Map<string, number>();
    for (const act of acts) sums.set(act[key], (sums.get(act[key]) ?? 0) + act.count);
    return sums;
  };
  const days = sumBy("day");
  return {
    ...row,
    perDay: lastDays(30).map((day) => ({ day, count: days.get(day) ?? 0 })),
    byKind: [...sumBy("kind")].map(([kind, count]) => ({ kind, count })),
  };
}

/** Oldest first, today included; yyyy-mm-dd in UTC. */
const lastDays = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    new Date(Date.now() - (count - 1 - i) * 86_400_000).toISOString().slice(0, 10),
  );
