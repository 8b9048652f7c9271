/** Raters as admins see them: each one's figures, and how far they agree. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Role } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { bootstrap } from "./agreement/bootstrap.ts";
import { cohenKappa, fleissKappa } from "./agreement/kappa.ts";
import { krippendorffAlpha } from "./agreement/krippendorff.ts";
import { agreementWith } from "./gold.ts";
import { BETTER, type GivenRanking, preferencesOf, readGiven, sharedTasks, TIE, WORSE } from "./rankings-read.ts";
import { raterFiguresSchema } from "./rater-figures.ts";
import { initialAccuracy } from "./rater-trust.ts";
import { PERSON } from "./select.ts";
import type { AgreementView, PersonRef, RaterRow, RaterView } from "./views.ts";

/** The newest rankings say how far people agree now; more would take seconds to resample. */
const MOST_RANKINGS = 4000;
const ROUNDS = 200;
const MOST_SHOWN = 50;
const EXCERPT = 160;

type Task = readonly GivenRanking[];

export async function getAgreement(db: Db): Promise<AgreementView> {
  const tasks = sharedTasks(await readGiven(db, { most: MOST_RANKINGS }));
  const people = new Map(
    (await db.user.findMany({ where: { id: { in: ratersOf(tasks) } }, ...PERSON })).map((one) => [one.id, one]),
  );
  const units = tasks.map(unitsOf);
  const counts = tasks.map(countsOf);
  return {
    tasks: tasks.length,
    raters: people.size,
    alpha: bootstrap(units, (sample) => krippendorffAlpha(sample.flat(), "ordinal"), { rounds: ROUNDS }),
    fleissKappa: bootstrap(counts, (sample) => fleissKappa(sample.flat()), { rounds: ROUNDS }),
    perTask: await leastAgreed(db, tasks),
    between: between(tasks, people),
  };
}

const ratersOf = (tasks: readonly Task[]) => [...new Set(tasks.flat().map(({ raterId }) => raterId))];

/** Per reply the ranks it got. */
function unitsOf(task: Task): number[][] {
  const ranks = new Map<string, number[]>();
  for (const given of task)
    for (const { messageId, rank } of given.ranks) ranks.set(messageId, [...(ranks.get(messageId) ?? []), rank]);
  return [...ranks.values()];
}

/** Per two replies how many said better, worse, tie. */
function countsOf(task: Task): number[][] {
  const counts = new Map<string, number[]>();
  for (const given of task) {
    for (const [pair, said] of preferencesOf(given.ranks)) {
      const row = counts.get(pair) ?? [0, 0, 0];
      row[said]!++;
      counts.set(pair, row);
    }
  }
  // Which of two replies comes first is the accident of their ids, so each is counted from both sides.
  return [...counts.values()].flatMap((row) => [row, [row[WORSE]!, row[BETTER]!, row[TIE]!]]);
}

async function leastAgreed(db: Db, tasks: readonly Task[]): Promise<AgreementView["perTask"]> {
  const scored = tasks.flatMap((task) => {
    const shares = task.flatMap((one, i) =>
      task.slice(i + 1).flatMap((other) => agreementWith(one.ranks, other.ranks) ?? []),
    );
    const agreement = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return shares.length > 0 ? [{ comparisonId: task[0]!.comparisonId, raters: task.length, agreement }] : [];
  });
  scored.sort((a, b) => a.agreement - b.agreement || (a.comparisonId < b.comparisonId ? -1 : 1));
  const shown = scored.slice(0, MOST_SHOWN);
  const rows = await db.comparison.findMany({
    where: { id: { in: shown.map(({ comparisonId }) => comparisonId) } },
    select: { id: true, prompt: { select: { content: true } } },
  });
  const prompts = new Map(rows.map(({ id, prompt }) => [id, prompt.content.slice(0, EXCERPT)]));
  return shown.map((task) => ({ ...task, prompt: prompts.get(task.comparisonId) ?? "" }));
}

/** Two raters' preferences about the replies that both ranked, most shared tasks first. */
function between(tasks: readonly Task[], people: ReadonlyMap<string, PersonRef>): AgreementView["between"] {
  const shared = new Map<string, { a: string; b: string; tasks: [number, number][][] }>();
  for (const task of tasks) {
    const order = [...task].sort((a, b) => (a.raterId < b.raterId ? -1 : 1));
    for (const [i, one] of order.entries()) {
      for (const other of order.slice(i + 1)) {
        const theirs = preferencesOf(other.ranks);
        const pairs = [...preferencesOf(one.ranks)].flatMap(([pair, said]): [number, number][] => {
          const answer = theirs.get(pair);
          return answer === undefined ? [] : [[said, answer]];
        });
        const key = `${one.raterId} ${other.raterId}`;
        const known = shared.get(key) ?? { a: one.raterId, b: other.raterId, tasks: [] };
        known.tasks.push(pairs);
        shared.set(key, known);
      }
    }
  }
  return [...shared.values()]
    .sort((x, y) => y.tasks.length - x.tasks.length)
    .slice(0, MOST_SHOWN)
    .flatMap(({ a, b, tasks: both }) => {
      const [one, other] = [people.get(a), people.get(b)];
      if (!one || !other) return [];
      const kappa = bootstrap(both, (sample) => cohenKappa(sample.flat().flatMap(bothSides)), { rounds: ROUNDS });
      return [{ a: one, b: other, tasks: both.length, kappa }];
    });
}

/** As in `countsOf`. */
const turned = (said: number) => (said === TIE ? TIE : said === BETTER ? WORSE : BETTER);
const bothSides = ([a, b]: [number, number]): [number, number][] => [
  [a, b],
  [turned(a), turned(b)],
];

interface Row {
  id: string;
  name: string | null;
  email: string;
  role: Role;
  accuracy: number | null;
  low: number | null;
  high: number | null;
  figures: unknown;
  quarantinedAt: Date | null;
  quarantineReason: string | null;
  judgements: number;
  lastAt: Date | null;
  pairs: number;
}

const MOST_RATERS = 1000;

/** Everybody who judged something, most judgements first. */
export const listRaters = (db: Db): Promise<RaterRow[]> => readRaters(db, null);

/** @param only one person, whose rows are found by their indexes; null reads everybody's */
async function readRaters(db: Db, only: string | null): Promise<RaterRow[]> {
  const of = (column: string) => (only ? Prisma.sql`${Prisma.raw(`"${column}"`)} = ${only}::uuid` : Prisma.sql`true`);
  const rows = await db.$queryRaw<Row[]>`
    WITH acts AS (
      SELECT "raterId", "updatedAt" AS "at" FROM "Feedback" WHERE ${of("raterId")}
      UNION ALL SELECT "raterId", "createdAt" FROM "Ranking" WHERE "withdrawnAt" IS NULL AND ${of("raterId")}
      UNION ALL SELECT "authorId", "createdAt" FROM "Edit" WHERE "withdrawnAt" IS NULL AND ${of("authorId")}
    ), judged AS (SELECT "raterId", count(*)::int AS "judgements", max("at") AS "lastAt" FROM acts GROUP BY "raterId"),
    pairs AS (SELECT "raterId", count(*)::int AS "pairs" FROM "PairRater" WHERE ${of("raterId")} GROUP BY "raterId")
    SELECT person."id", person."name", person."email", person."role", trust."accuracy", trust."low", trust."high", trust."figures",
      trust."quarantinedAt", trust."quarantineReason", coalesce(judged."judgements", 0) AS "judgements", judged."lastAt",
      coalesce(pairs."pairs", 0) AS "pairs"
    FROM "User" person LEFT JOIN judged ON judged."raterId" = person."id" LEFT JOIN pairs ON pairs."raterId" = person."id"
    LEFT JOIN "RaterTrust" trust ON trust."raterId" = person."id"
    WHERE (judged."raterId" IS NOT NULL OR pairs."raterId" IS NOT NULL OR trust."raterId" IS NOT NULL) AND ${only ? Prisma.sql`person."id" = ${only}::uuid` : Prisma.sql`true`}
    ORDER BY "judgements" DESC, person."id" LIMIT ${MOST_RATERS}`;
  return rows.map(viewRow);
}

function viewRow({ id, name, email, role, accuracy, low, high, figures, ...row }: Row): RaterRow {
  const known = raterFiguresSchema.parse(figures);
  const measured = accuracy !== null && low !== null && high !== null;
  return {
    ...row,
    ...known,
    confirmed: measured ? known.confirmed : initialAccuracy(role).confirmed,
    rater: { id, name, email, role },
    accuracy: measured ? { value: accuracy, low, high } : null,
  };
}

export async function getRater(db: Db, raterId: string): Promise<RaterView> {
  const [row] = await readRaters(db, raterId);
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
