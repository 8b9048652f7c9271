/** Statistics of a Dataset: lengths, languages, sources, balance. Worked out once, in one pass, and kept beside it. */

import { z } from "zod";
import { PairSource } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { promptKey } from "./content-hash.ts";
import { type DatasetExample, exampleBatches } from "./dataset-examples.ts";
import { exampleLanguage } from "./dataset-texts.ts";
import type { DataKind } from "./run-config.ts";
import type { DatasetStatistics, Histogram } from "./views.ts";

const histogram = z.object({ edges: z.array(z.number()), counts: z.array(z.int()) });
const counted = z.int().min(0);

/** Dataset.statistics. */
const datasetStatisticsSchema = z.object({
  examples: counted,
  length: z.object({ prompt: histogram, chosen: histogram, rejected: histogram.nullable() }),
  lengthDifference: histogram.nullable(),
  languages: z.array(z.object({ language: z.string(), count: counted })),
  sources: z.array(z.object({ source: z.enum([...Object.values(PairSource), "UPLOAD"]), count: counted })),
  balance: z.array(z.object({ name: z.enum(["liked", "disliked", "longer", "shorter", "equal"]), count: counted })),
  raters: z.object({ count: counted, largestShare: z.number() }),
  clusters: z.object({ count: counted, largest: counted }),
  weight: histogram,
  epsilon: histogram.nullable(),
}) satisfies z.ZodType<DatasetStatistics>;

/** Characters; each bin is twice as wide as the one before. */
const LENGTHS = [0, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 2 ** 24];
const DIFFERENCES = [
  -(2 ** 24),
  -2048,
  -1024,
  -512,
  -256,
  -128,
  -64,
  -32,
  0,
  32,
  64,
  128,
  256,
  512,
  1024,
  2048,
  2 ** 24,
];
const TENTHS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const WEIGHTS = [...TENTHS, 1.1, 2, 5, 10, 2 ** 24];
const EPSILONS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5];

/** @throws AppError NOT_FOUND */
export async function datasetStatistics(db: Db, id: string): Promise<DatasetStatistics> {
  const dataset = await db.dataset.findUnique({
    where: { id },
    select: { id: true, kind: true, erased: true, statistics: true },
  });
  if (!dataset) throw notFound("dataset");
  const known = datasetStatisticsSchema.safeParse(dataset.statistics);
  // After an erasure it holds less than when it was looked at.
  if (known.success && dataset.erased === 0) return known.data;
  const statistics = await measured(db, dataset);
  if (dataset.erased === 0 && dataset.statistics === null)
    await db.dataset
      .updateMany({ where: { id, erased: 0 }, data: { statistics: { ...statistics } as object } })
      .catch(() => {
        // Somebody else has looked at the same moment, and theirs is the same.
      });
  return statistics;
}

async function measured(db: Db, dataset: { id: string; kind: DataKind }): Promise<DatasetStatistics> {
  const tally = new Tally();
  for await (const batch of exampleBatches(db, dataset)) for (const example of batch) tally.add(example);
  return tally.result(await ratersOf(db, dataset.id));
}

async function ratersOf(db: Db, datasetId: string): Promise<{ count: number; largest: number }> {
  const [row] = await db.$queryRaw<{ count: number; largest: number }[]>`
    SELECT count(*)::int AS "count", coalesce(max(examples), 0)::int AS "largest" FROM (
      SELECT count(*) AS examples FROM "DatasetRater" WHERE "datasetId" = ${datasetId}::uuid GROUP BY "raterId"
    ) AS rater`;
  return row!;
}

/** Values fall into bins as they come, so that memory does not grow with them. */
function bins(edges: readonly number[]) {
  const counts = new Array<number>(edges.length - 1).fill(0);
  let some = false;
  return {
    add(value: number) {
      some = true;
      const above = edges.findIndex((edge) => edge > value);
      const bin = above === -1 ? counts.length - 1 : Math.max(0, above - 1);
      counts[bin] = counts[bin]! + 1;
    },
    get some() {
      return some;
    },
    /** Without the empty bins at both ends. */
    histogram(): Histogram {
      const first = Math.max(
        0,
        counts.findIndex((count) => count > 0),
      );
      const last = counts.findLastIndex((count) => count > 0);
      const end = last === -1 ? first + 1 : last + 1;
      return { edges: edges.slice(first, end + 1), counts: counts.slice(first, end) };
    },
  };
}

function counter<Key>() {
  const counts = new Map<Key, number>();
  return {
    add: (key: Key) => void counts.set(key, (counts.get(key) ?? 0) + 1),
    sorted: () => [...counts].sort(([, a], [, b]) => b - a),
  };
}

type Balance = DatasetStatistics["balance"][number]["name"];

class Tally {
  #examples = 0;
  readonly #prompt = bins(LENGTHS);
  readonly #chosen = bins(LENGTHS);
  readonly #rejected = bins(LENGTHS);
  readonly #difference = bins(DIFFERENCES);
  readonly #weight = bins(WEIGHTS);
  readonly #epsilon = bins(EPSILONS);
  readonly #languages = counter<string>();
  readonly #sources = counter<PairSource | "UPLOAD">();
  readonly #balance = counter<Balance>();
  /** Six bytes of each prompt's key: enough to tell a million apart, small enough to hold them. */
  readonly #clusters = counter<number>();

  add({ content, source, weight }: DatasetExample): void {
    this.#examples++;
    this.#weight.add(weight);
    this.#languages.add(exampleLanguage(content));
    this.#clusters.add(Number.parseInt(promptKey(content).slice(0, 12), 16));
    this.#sources.add(source ?? "UPLOAD");
    if ("text" in content) {
      this.#chosen.add(content.text.length);
      return;
    }
    this.#prompt.add(content.prompt.reduce((total, turn) => total + turn.content.length, 0));
    if ("chosen" in content) {
      const [chosen, rejected] = [content.chosen.content.length, content.rejected.content.length];
      this.#chosen.add(chosen);
      this.#rejected.add(rejected);
      this.#difference.add(chosen - rejected);
      this.#balance.add(chosen > rejected ? "longer" : chosen < rejected ? "shorter" : "equal");
      if (content.epsilon !== undefined) this.#epsilon.add(content.epsilon);
    } else if ("completion" in content) {
      this.#chosen.add(content.completion.content.length);
      if ("liked" in content) this.#balance.add(content.liked ? "liked" : "disliked");
    } else if ("replies" in content) for (const reply of content.replies) this.#chosen.add(reply.content.length);
  }

  result(raters: { count: number; largest: number }): DatasetStatistics {
    const clusters = this.#clusters.sorted();
    const given = (bins: { some: boolean; histogram(): Histogram }) => (bins.some ? bins.histogram() : null);
    return {
      examples: this.#examples,
      length: { prompt: this.#prompt.histogram(), chosen: this.#chosen.histogram(), rejected: given(this.#rejected) },
      lengthDifference: given(this.#difference),
      languages: this.#languages.sorted().map(([language, count]) => ({ language, count })),
      sources: this.#sources.sorted().map(([source, count]) => ({ source, count })),
      balance: this.#balance.sorted().map(([name, count]) => ({ name, count })),
      raters: { count: raters.count, largestShare: this.#examples === 0 ? 0 : raters.largest / this.#examples },
      clusters: { count: clusters.length, largest: clusters[0]?.[1] ?? 0 },
      weight: this.#weight.histogram(),
      epsilon: given(this.#epsilon),
    };
  }
}
