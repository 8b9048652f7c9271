/** How far raters agree, as admins see it: worked out from the newest rankings and kept. */

import { z } from "zod";
import type { Db } from "../db.ts";
import { bootstrap } from "./agreement/bootstrap.ts";
import { cohenKappa, fleissKappa } from "./agreement/kappa.ts";
import { krippendorffAlpha } from "./agreement/krippendorff.ts";
import { agreementWith } from "./gold.ts";
import { type FigureSource, keptFigures } from "./kept-figures.ts";
import { BETTER, type GivenRanking, preferencesOf, readGiven, sharedTasks, TIE, WORSE } from "./rankings-read.ts";
import { estimateSchema } from "./rater-figures.ts";
import { PERSON } from "./select.ts";
import type { AgreementView } from "./views.ts";

/** The newest rankings say how far people agree now; more would take seconds to resample. */
const MOST_RANKINGS = 4000;
const ROUNDS = 200;
const MOST_SHOWN = 50;
const EXCERPT = 160;

type Task = readonly GivenRanking[];

const figuresSchema = z.object({
  tasks: z.int(),
  raters: z.int(),
  alpha: estimateSchema,
  fleissKappa: estimateSchema,
  perTask: z.array(z.object({ comparisonId: z.uuid(), raters: z.int(), agreement: z.number() })),
  between: z.array(z.object({ a: z.uuid(), b: z.uuid(), tasks: z.int(), kappa: estimateSchema })),
});
type Figures = z.infer<typeof figuresSchema>;

export const AGREEMENT: FigureSource<Figures> = {
  key: "agreement",
  schema: figuresSchema,
  version: lastJudgement,
  work: async (db) => {
    const given = await readGiven(db, { most: MOST_RANKINGS });
    return { value: await workOut(sharedTasks(given)), size: given.length };
  },
};

/** Every ranking given, changed or withdrawn is an event. */
async function lastJudgement(db: Db): Promise<string> {
  const last = await db.judgementEvent.findFirst({ orderBy: { id: "desc" }, select: { id: true } });
  return String(last?.id ?? 0);
}

export async function getAgreement(db: Db): Promise<AgreementView> {
  const { value: figures, at } = await keptFigures(db, AGREEMENT);
  const raterIds = [...new Set(figures.between.flatMap(({ a, b }) => [a, b]))];
  const comparisonIds = figures.perTask.map(({ comparisonId }) => comparisonId);
  const [raters, comparisons] = await Promise.all([
    db.user.findMany({ where: { id: { in: raterIds } }, ...PERSON }),
    db.comparison.findMany({
      where: { id: { in: comparisonIds } },
      select: { id: true, prompt: { select: { content: true } } },
    }),
  ]);
  const people = new Map(raters.map((one) => [one.id, one]));
  const prompts = new Map(comparisons.map(({ id, prompt }) => [id, prompt.content.slice(0, EXCERPT)]));
  return {
    ...figures,
    perTask: figures.perTask.map((task) => ({ ...task, prompt: prompts.get(task.comparisonId) ?? "" })),
    between: figures.between.flatMap(({ a, b, ...both }) => {
      const [one, other] = [people.get(a), people.get(b)];
      return one && other ? [{ a: one, b: other, ...both }] : [];
    }),
    at,
  };
}

async function workOut(tasks: readonly Task[]): Promise<Figures> {
  const units = tasks.map(unitsOf);
  const counts = tasks.map(countsOf);
  return {
    tasks: tasks.length,
    raters: new Set(tasks.flat().map(({ raterId }) => raterId)).size,
    alpha: await bootstrap(units, (sample) => krippendorffAlpha(sample.flat(), "ordinal"), { rounds: ROUNDS }),
    fleissKappa: await bootstrap(counts, (sample) => fleissKappa(sample.flat()), { rounds: ROUNDS }),
    perTask: leastAgreed(tasks),
    between: await between(tasks),
  };
}

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

function leastAgreed(tasks: readonly Task[]): Figures["perTask"] {
  const scored = tasks.flatMap((task) => {
    const shares = task.flatMap((one, i) =>
      task.slice(i + 1).flatMap((other) => agreementWith(one.ranks, other.ranks) ?? []),
    );
    const agreement = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return shares.length > 0 ? [{ comparisonId: task[0]!.comparisonId, raters: task.length, agreement }] : [];
  });
  scored.sort((a, b) => a.agreement - b.agreement || (a.comparisonId < b.comparisonId ? -1 : 1));
  return scored.slice(0, MOST_SHOWN);
}

/** Two raters' preferences about the replies that both ranked, most shared tasks first. */
async function between(tasks: readonly Task[]): Promise<Figures["between"]> {
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
  const most = [...shared.values()].sort((x, y) => y.tasks.length - x.tasks.length).slice(0, MOST_SHOWN);
  const rows: Figures["between"] = [];
  for (const { a, b, tasks: both } of most) {
    const kappa = await bootstrap(both, (sample) => cohenKappa(sample.flat().flatMap(bothSides)), { rounds: ROUNDS });
    rows.push({ a, b, tasks: both.length, kappa });
  }
  return rows;
}

/** As in `countsOf`. */
const turned = (said: number) => (said === TIE ? TIE : said === BETTER ? WORSE : BETTER);
const bothSides = ([a, b]: [number, number]): [number, number][] => [
  [a, b],
  [turned(a), turned(b)],
];
