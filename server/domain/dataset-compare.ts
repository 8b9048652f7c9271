/** Two Datasets side by side: what is in both, and what in one only; compared by content, since each has its own rows. */

import { z } from "zod";
import type { Split } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { itemHash } from "./content-hash.ts";
import { type DatasetExample, exampleBatches, examplesAt } from "./dataset-examples.ts";
import { textsOf } from "./dataset-texts.ts";
import { repliesOf } from "./formats/format.ts";
import { type FigureSource, keptFigures } from "./kept-figures.ts";
import type { DataKind } from "./run-config.ts";
import type { DatasetComparison } from "./views.ts";

/** Of each side. */
const SHOWN = 20;
const LONGEST = 500;

interface Seen {
  split: Split;
  weight: number;
  ordinal: number;
}

/**
 * An example is the same where its texts are: weight, side and tokens may differ. Of equal examples as many are common as both have.
 * Two Datasets of people's pairs are compared by the pairs themselves, without reading a text but those shown.
 * @throws AppError NOT_FOUND, WRONG_DATA_KIND
 */
export async function compareDatasets(db: Db, { a, b }: { a: string; b: string }): Promise<DatasetComparison> {
  const [first, second] = [await datasetOf(db, a), await datasetOf(db, b)];
  if (first.kind !== second.kind)
    throw new AppError(
      "WRONG_DATA_KIND",
      `One holds ${first.kind.toLowerCase()}, the other ${second.kind.toLowerCase()}; choose two of one kind.`,
    );
  const result: DatasetComparison = {
    ...{ a, b, common: 0, onlyA: 0, onlyB: 0, movedSplit: 0, reweighted: 0, examples: [] },
  };
  if ((await holdsPairs(db, a)) && (await holdsPairs(db, b))) return comparePairs(db, result, first, second);
  const seen = await examplesByText(db, first);
  const onlyB: DatasetExample[] = [];
  for await (const batch of exampleBatches(db, second)) {
    for (const example of batch) {
      const twin = seen.get(keyOf(example))?.pop();
      if (!twin) {
        result.onlyB++;
        if (onlyB.length < SHOWN) onlyB.push(example);
        continue;
      }
      result.common++;
      if (twin.split !== example.split) result.movedSplit++;
      if (twin.weight !== example.weight) result.reweighted++;
    }
  }
  const left = [...seen.values()].flat().map(({ ordinal }) => ordinal);
  result.onlyA = left.length;
  const onlyA = await examplesAt(db, first, left.sort((one, other) => one - other).slice(0, SHOWN));
  result.examples = [...onlyA.map((example) => shown("A", example)), ...onlyB.map((example) => shown("B", example))];
  return result;
}

const holdsPairs = async (db: Db, datasetId: string) =>
  (await db.datasetPair.findFirst({ where: { datasetId }, select: { ordinal: true } })) !== null;

type Of = { id: string; kind: DataKind; erased: number };

const figuresSchema = z.object({
  ...{ common: z.int(), movedSplit: z.int(), reweighted: z.int(), onlyA: z.int(), onlyB: z.int() },
  /** Ordinals of the first ones that only this side has. */
  ...{ shownA: z.array(z.int()), shownB: z.array(z.int()) },
});
type PairFigures = z.output<typeof figuresSchema>;

async function comparePairs(db: Db, result: DatasetComparison, first: Of, second: Of): Promise<DatasetComparison> {
  const { value } = await keptFigures(db, figuresOf(first, second));
  const { shownA, shownB, ...counts } = value;
  const [onlyA, onlyB] = [await examplesAt(db, first, shownA), await examplesAt(db, second, shownB)];
  return {
    ...{ ...result, ...counts },
    examples: [...onlyA.map((example) => shown("A", example)), ...onlyB.map((example) => shown("B", example))],
  };
}

/** What is frozen changes by erasures alone. */
function figuresOf(first: Of, second: Of): FigureSource<PairFigures> {
  return {
    key: `Datasets ${first.id} and ${second.id}`,
    schema: figuresSchema,
    version: async () => `1 ${first.erased} ${second.erased}`,
    work: (db) => countPairs(db, first.id, second.id),
  };
}

async function countPairs(db: Db, a: string, b: string): Promise<{ value: PairFigures; size: number }> {
  const [counts] = await db.$queryRaw<Pick<DatasetComparison, "common" | "movedSplit" | "reweighted">[]>`
    SELECT count(*)::int AS "common", (count(*) FILTER (WHERE a."split" <> b."split"))::int AS "movedSplit",
      (count(*) FILTER (WHERE a."weight" <> b."weight"))::int AS "reweighted"
    FROM "DatasetPair" a JOIN "DatasetPair" b ON b."pairId" = a."pairId" AND b."datasetId" = ${b}::uuid
    WHERE a."datasetId" = ${a}::uuid`;
  const size = (datasetId: string) => db.datasetPair.count({ where: { datasetId } });
  const own = async (of: string, other: string) => {
    const rows = await db.$queryRaw<{ ordinal: number }[]>`
      SELECT a."ordinal" FROM "DatasetPair" a WHERE a."datasetId" = ${of}::uuid AND NOT EXISTS (
        SELECT 1 FROM "DatasetPair" b WHERE b."datasetId" = ${other}::uuid AND b."pairId" = a."pairId")
      ORDER BY a."ordinal" LIMIT ${SHOWN}`;
    return rows.map(({ ordinal }) => ordinal);
  };
  const [sizeA, sizeB] = [await size(a), await size(b)];
  const { common } = counts!;
  const value = {
    ...{ ...counts!, onlyA: sizeA - common, onlyB: sizeB - common },
    ...{ shownA: await own(a, b), shownB: await own(b, a) },
  };
  return { value, size: sizeA + sizeB };
}

async function datasetOf(db: Db, id: string): Promise<Of> {
  const dataset = await db.dataset.findUnique({ where: { id }, select: { id: true, kind: true, erased: true } });
  if (!dataset) throw notFound("dataset");
  return dataset;
}

/** Half of the hash: enough to tell a million apart. */
const keyOf = ({ content }: DatasetExample): string =>
  itemHash({ text: JSON.stringify(textsOf(content)) }).slice(0, 32) + ("liked" in content ? content.liked : "");

async function examplesByText(db: Db, dataset: { id: string; kind: DataKind }): Promise<Map<string, Seen[]>> {
  const seen = new Map<string, Seen[]>();
  for await (const batch of exampleBatches(db, dataset))
    for (const example of batch) {
      const { split, weight, ordinal } = example;
      const key = keyOf(example);
      const same = seen.get(key);
      if (same) same.push({ split, weight, ordinal });
      else seen.set(key, [{ split, weight, ordinal }]);
    }
  return seen;
}

function shown(side: "A" | "B", { content }: DatasetExample): DatasetComparison["examples"][number] {
  const cut = (text: string | undefined) => text?.slice(0, LONGEST).toWellFormed();
  if ("text" in content) return { side, prompt: "", chosen: cut(content.text)!, rejected: null };
  const [first, second] = repliesOf(content);
  return {
    side,
    prompt: cut(content.prompt.at(-1)?.content) ?? "",
    chosen: cut(first?.content) ?? "",
    rejected: "chosen" in content ? (cut(second?.content) ?? null) : null,
  };
}
