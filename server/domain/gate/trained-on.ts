/** Which prompts an adapter may remember: those that any run in its lineage was given to train on. */

import type { Db } from "../../db.ts";
import { breathing } from "../breathe.ts";
import { historiesOf } from "../history.ts";
import { duplicatesAmong, promptText } from "../prompt-cluster.ts";

/** A dialogue up to a turn of the person's. */
type Prompt = readonly { role: string; content: string }[];

/** Rows read in one go. */
const BATCH = 1000;

/**
 * Finds among some prompts those that equal or nearly equal one that was trained on: by the adapters themselves, by those they continue from,
 * and by the reward models that taught them, however far back. What a Dataset holds out today may have been among what an upload, another
 * kind of Dataset or a judgement since withdrawn had to train on. Of an imported adapter nothing is known.
 * @returns indices into `prompts`
 */
export async function trainedOn(
  db: Db,
  adapterIds: readonly string[],
  prompts: readonly Prompt[],
): Promise<Set<number>> {
  const found = new Set<number>();
  if (prompts.length === 0) return found;
  const duplicates = duplicatesAmong(prompts.map(promptText));
  const breathe = breathing();
  const { ids, everyTurn } = await datasetsOf(db, adapterIds);
  for await (const batch of trainingPrompts(db, ids))
    for (const prompt of batch) {
      for (const asked of everyTurn ? beginningsOf(prompt) : [prompt])
        for (const i of duplicates(promptText(asked))) found.add(i);
      await breathe();
    }
  return found;
}

/** Every part of a dialogue that the assistant had to answer. */
const beginningsOf = (prompt: Prompt): Prompt[] =>
  prompt.flatMap(({ role }, i) => (role === "user" ? [prompt.slice(0, i + 1)] : []));

/** Datasets of whatever kind that the runs of a lineage took, and whether one of the runs learned earlier turns too. */
async function datasetsOf(db: Db, adapterIds: readonly string[]): Promise<{ ids: string[]; everyTurn: boolean }> {
  const rows = await db.$queryRaw<{ id: string; everyTurn: boolean }[]>`
    WITH RECURSIVE line AS (
      SELECT unnest(${[...adapterIds]}::uuid[]) AS "id"
      UNION SELECT taught."id" FROM line JOIN "Run" run ON run."adapterId" = line."id"
        CROSS JOIN LATERAL (VALUES (run."fromAdapterId"), (run."rewardAdapterId")) AS taught("id") WHERE taught."id" IS NOT NULL
    )
    SELECT taken."id", bool_or(coalesce(run."config"->>'learn' = 'all', false)) AS "everyTurn" FROM line JOIN "Run" run ON run."adapterId" = line."id"
      CROSS JOIN LATERAL (VALUES (run."datasetId"), (run."replayDatasetId"), (run."humanDatasetId"), (run."aiDatasetId")) AS taken("id")
    WHERE taken."id" IS NOT NULL GROUP BY taken."id" ORDER BY taken."id"`;
  return { ids: rows.map(({ id }) => id), everyTurn: rows.some(({ everyTurn }) => everyTurn) };
}

async function* trainingPrompts(db: Db, datasetIds: readonly string[]): AsyncGenerator<Prompt[]> {
  for (const datasetId of datasetIds)
    for (let last = -1; ; ) {
      const rows = await db.$queryRaw<{ ordinal: number; prompt: Prompt }[]>`
        SELECT "ordinal", "content"->'prompt' AS "prompt" FROM "DatasetItem"
        WHERE "datasetId" = ${datasetId}::uuid AND "ordinal" > ${last} AND "split" = 'TRAIN' AND "content" ? 'prompt'
        ORDER BY "ordinal" LIMIT ${BATCH}`;
      yield rows.map(({ prompt }) => prompt);
      if (rows.length < BATCH) break;
      last = rows.at(-1)!.ordinal;
    }
  // A prompt is in many Datasets of people's pairs, and its turns are read once.
  for (let last = "00000000-0000-0000-0000-000000000000"; ; ) {
    const rows = await db.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT pair."promptId" AS "id" FROM "DatasetPair" entry JOIN "PreferencePair" pair ON pair."id" = entry."pairId"
      WHERE entry."datasetId" = ANY(${[...datasetIds]}::uuid[]) AND entry."split" = 'TRAIN' AND pair."promptId" > ${last}::uuid
      ORDER BY "id" LIMIT ${BATCH}`;
    yield [
      ...(
        await historiesOf(
          db,
          rows.map(({ id }) => id),
        )
      ).values(),
    ];
    if (rows.length < BATCH) break;
    last = rows.at(-1)!.id;
  }
}
