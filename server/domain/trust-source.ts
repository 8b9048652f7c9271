/** The preferences by which raters are measured, read from what they judged, and what follows for each of them. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Role } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import type { RaterStanding } from "./dataset-trust.ts";
import { goldSchema } from "./gold.ts";
import { type PreferenceVote, type RaterAccuracy, raterAccuracies } from "./rater-trust.ts";
import type { Ranked } from "./views.ts";

export interface KnownRater extends RaterStanding {
  id: string;
  estimate: RaterAccuracy;
}

/** Everybody who judged anything, with what is known of them now. */
export async function readRaters(db: Db | Tx): Promise<KnownRater[]> {
  const people = await db.$queryRaw<{ id: string; role: Role; silenced: RaterStanding["silenced"] }[]>`
    SELECT person."id", person."role",
      CASE WHEN person."disabledAt" IS NOT NULL THEN 'RATER_DISABLED' WHEN trust."quarantinedAt" IS NOT NULL THEN 'QUARANTINED'
        WHEN person."trainingOptOut" THEN 'OPTED_OUT' END AS "silenced"
    FROM "User" person LEFT JOIN "RaterTrust" trust ON trust."raterId" = person."id"
    WHERE EXISTS (SELECT 1 FROM "PairRater" link WHERE link."raterId" = person."id")
      OR EXISTS (SELECT 1 FROM "Feedback" thumb WHERE thumb."raterId" = person."id")
      OR EXISTS (SELECT 1 FROM "Ranking" given WHERE given."raterId" = person."id")
    ORDER BY person."id"`;
  // Somebody whose word does not count vouches for nobody either.
  const roles = people.map(({ role, silenced }) => (silenced === null ? role : "USER"));
  const numbers = new Map(people.map(({ id }, i) => [id, i]));
  const found = new Found(numbers, (rater) => roles[rater] !== "USER");
  const appointed = people.filter((_, i) => roles[i] !== "USER").map(({ id }) => id);
  for (const row of await readPreferences(db, appointed)) found.add(row);
  for (const row of await readGold(db)) found.addGold(row);
  const { votes, items, gold } = found.votes();
  const accuracies = raterAccuracies(roles, votes, items, gold);
  return people.map(({ id, role, silenced }, i) => {
    const estimate = accuracies[i]!;
    return { id, role, silenced, accuracy: estimate.value, confirmed: estimate.confirmed, estimate };
  });
}

interface Preference {
  promptId: string;
  chosenId: string;
  rejectedId: string;
  raterId: string;
}

/** Of everybody, about prompts that an appointed rater judged: the others say nothing about anybody. */
const readPreferences = (db: Db | Tx, appointed: readonly string[]) =>
  appointed.length === 0
    ? Promise.resolve([])
    : db.$queryRaw<Preference[]>`
        WITH covered AS (
          SELECT DISTINCT pair."promptId" FROM "PairRater" link JOIN "PreferencePair" pair ON pair."id" = link."pairId"
          WHERE link."raterId" = ANY(${[...appointed]}::uuid[]) AND ${STANDING}
        )
        SELECT DISTINCT pair."promptId", pair."chosenId", pair."rejectedId", link."raterId"
        FROM covered JOIN "PreferencePair" pair ON pair."promptId" = covered."promptId"
        JOIN "PairRater" link ON link."pairId" = pair."id" WHERE ${STANDING}`;

const STANDING = Prisma.sql`pair."status" <> 'RETRACTED' AND pair."source" <> 'AI'`;

interface GoldRanking {
  comparisonId: string;
  raterId: string;
  gold: unknown;
  ranks: Ranked[];
}

const readGold = (db: Db | Tx) => db.$queryRaw<GoldRanking[]>`
  SELECT given."comparisonId", given."raterId", comparison."gold",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('messageId', entry."messageId", 'rank', entry."rank")), '[]')
      FROM "RankingEntry" entry WHERE entry."rankingId" = given."id") AS "ranks"
  FROM "Comparison" comparison JOIN "Ranking" given ON given."comparisonId" = comparison."id"
  WHERE comparison."gold" IS NOT NULL AND given."round" = 0 AND given."withdrawnAt" IS NULL`;

/** Gathers preferences as votes about numbered items. */
class Found {
  /** By item: every rater's label; null where they said both. */
  readonly #items = new Map<string, { promptId: string; labels: Map<number, number | null>; known?: number }>();

  constructor(
    readonly numbers: ReadonlyMap<string, number>,
    readonly appointed: (rater: number) => boolean,
  ) {}

  add({ promptId, chosenId, rejectedId, raterId }: Preference, known?: number): void {
    const rater = this.numbers.get(raterId);
    if (rater === undefined) return;
    const [first, second] = chosenId < rejectedId ? [chosenId, rejectedId] : [rejectedId, chosenId];
    const label = first === chosenId ? 0 : 1;
    const key = `${known === undefined ? "" : promptId} ${first} ${second}`;
    const item = this.#items.get(key) ?? { promptId, labels: new Map(), ...(known !== undefined && { known }) };
    this.#items.set(key, item);
    const before = item.labels.get(rater);
    item.labels.set(rater, before === undefined || before === label ? label : null);
  }

  /** A ranking of replies whose order is known: every two that both tell apart. */
  addGold({ comparisonId, raterId, gold, ranks }: GoldRanking): void {
    const known = goldSchema.safeParse(gold);
    if (!known.success) return;
    const place = new Map(known.data.map(({ messageId, rank }) => [messageId, rank]));
    for (const better of ranks) {
      for (const worse of ranks) {
        const [a, b] = [place.get(better.messageId), place.get(worse.messageId)];
        if (better.rank >= worse.rank || a === undefined || b === undefined || a === b) continue;
        const [chosenId, rejectedId] = [better.messageId, worse.messageId];
        const truth = (a < b ? chosenId : rejectedId) < (a < b ? rejectedId : chosenId) ? 0 : 1;
        this.add({ promptId: comparisonId, chosenId, rejectedId, raterId }, truth);
      }
    }
  }

  /** Items about which an appointed rater or gold says something. */
  votes(): { votes: PreferenceVote[]; items: number; gold: Map<number, number> } {
    const telling = [...this.#items.values()].filter(
      ({ labels, known }) => known !== undefined || [...labels].some(([rater]) => this.appointed(rater)),
    );
    const perTask = new Map<string, number>();
    const tasks = telling.map(({ promptId, labels }) => [...labels.keys()].map((rater) => `${rater} ${promptId}`));
    for (const task of tasks.flat()) perTask.set(task, (perTask.get(task) ?? 0) + 1);
    const votes = telling.flatMap(({ promptId, labels }, item) =>
      [...labels].flatMap(([rater, label]) => {
        // So many replies make so many preferences: see PreferenceVote.weight.
        const replies = (1 + Math.sqrt(1 + 8 * perTask.get(`${rater} ${promptId}`)!)) / 2;
        return label === null ? [] : [{ item, rater, label, weight: 2 / replies }];
      }),
    );
    const gold = telling.flatMap(({ known }, item) => (known === undefined ? [] : [[item, known] as const]));
    return { votes, items: telling.length, gold: new Map(gold) };
  }
}
