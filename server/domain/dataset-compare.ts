/** Two Datasets side by side: what is in both, and what in one only; compared by content, since each has its own rows. */

import type { Split } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { itemHash } from "./content-hash.ts";
import { type DatasetExample, exampleBatches } from "./dataset-examples.ts";
import { textsOf } from "./dataset-texts.ts";
import { repliesOf } from "./formats/format.ts";
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
  const onlyA = await someOf(db, first, new Set(left.sort((one, other) => one - other).slice(0, SHOWN)));
  result.examples = [...onlyA.map((example) => shown("A", example)), ...onlyB.map((example) => shown("B", example))];
  return result;
}

async function datasetOf(db: Db, id: string): Promise<{ id: string; kind: DataKind }> {
  const dataset = await db.dataset.findUnique({ where: { id }, select: { id: true, kind: true } });
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

async function someOf(
  db: Db,
  dataset: { id: string; kind: DataKind },
  ordinals: Set<number>,
): Promise<DatasetExample[]> {
  const found: DatasetExample[] = [];
  if (ordinals.size === 0) return found;
  for await (const batch of exampleBatches(db, dataset)) {
    found.push(...batch.filter(({ ordinal }) => ordinals.has(ordinal)));
    if (found.length === ordinals.size) break;
  }
  return found;
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
