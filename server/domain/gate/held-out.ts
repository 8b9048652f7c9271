/** What a Gate measures a candidate on: people's pairs and prompts that nothing was ever trained on. */

import type { Db } from "../../db.ts";
import { promptKey } from "../content-hash.ts";
import { exampleBatches } from "../dataset-examples.ts";
import type { LineContents } from "../dataset-lines.ts";
import { eachBatch, JOIN_PAIR_REPLIES, PAIR_REPLIES, type PairRow, pairContents, turnsOf } from "../dataset-rows.ts";
import { currentSelection } from "../dataset-source.ts";

/** A pair that was held out. */
export interface HeldOutPair {
  content: LineContents["PAIRS"];
  /** By what is known of its raters. */
  weight: number;
  /** Equal for pairs about the same question. */
  cluster: string;
}

/** Enough for an interval of ± 5 points; more would only take longer. */
const MOST_PAIRS = 400;

/**
 * Pairs that a Dataset frozen now would hold out, and those that were held out of the uploads the candidate was trained on. In the order
 * of their hashes, so that the first `MOST_PAIRS` are a fixed draw from all.
 */
export async function heldOutPairs(db: Db, adapterId: string): Promise<HeldOutPair[]> {
  const { pairs } = await currentSelection(db, "PAIRS");
  const chosen = pairs.filter(({ split }) => split === "HELDOUT").slice(0, MOST_PAIRS);
  const weights = new Map(chosen.map(({ id, weight }) => [id, weight]));
  const ids = [...weights.keys()];
  const found = await eachBatch(
    (after, most) => db.$queryRaw<(PairRow & { id: string })[]>`
      SELECT pair."id", pair."promptId", pair."weight", ${PAIR_REPLIES} FROM "PreferencePair" pair ${JOIN_PAIR_REPLIES}
      WHERE pair."id" = ANY(${ids}::uuid[]) AND pair."id" > ${after}::uuid ORDER BY pair."id" LIMIT ${most}`,
    async (rows) =>
      (await pairContents(db, rows)).map((content, i) =>
        heldOut({ ...content, prompt: turnsOf(content.prompt), weight: weights.get(rows[i]!.id) ?? 1 }),
      ),
  );
  const uploaded = await ofUploads(db, adapterId, "PAIRS");
  return [...found, ...uploaded.map(heldOut)].slice(0, MOST_PAIRS);
}

const heldOut = (content: LineContents["PAIRS"]): HeldOutPair => ({
  content,
  weight: content.weight,
  cluster: promptKey(content),
});

/** Prompts that were held out of uploads of prompts which the candidate was trained on. */
export const heldOutPrompts = (db: Db, adapterId: string): Promise<LineContents["PROMPTS"][]> =>
  ofUploads(db, adapterId, "PROMPTS");

async function ofUploads<K extends "PAIRS" | "PROMPTS">(
  db: Db,
  adapterId: string,
  kind: K,
): Promise<LineContents[K][]> {
  const datasets = await db.dataset.findMany({
    where: { kind, origin: "UPLOAD", heldOutPairs: { gt: 0 }, runs: { some: { adapterId } } },
    orderBy: { sha256: "asc" },
    select: { id: true },
  });
  const found: LineContents[K][] = [];
  for (const { id } of datasets)
    for await (const batch of exampleBatches(db, { id, kind }))
      for (const { split, content } of batch) {
        if (split === "HELDOUT") found.push(content);
        if (found.length === MOST_PAIRS) return found;
      }
  return found;
}

/** A reward model to score with. */
export interface Scorer {
  id: string;
  sha256: string;
  /** Relative to HONE_HOME. */
  path: string;
  /** The candidate was trained to please this very one, or comes from the same pipeline: its word counts, and the report says so. */
  partial: boolean;
}

/**
 * The reward model that scores: the newest of this base that the candidate was not trained to please and that does not come from the same
 * pipeline, as whoever poisoned one may have poisoned the other; where there is none, the newest of all.
 * @returns null where the base has no reward model
 */
export async function scorerFor(
  db: Db,
  { adapterId, baseModelId }: { adapterId: string; baseModelId: string },
): Promise<Scorer | null> {
  const [models, runs] = await Promise.all([
    db.adapter.findMany({
      where: { kind: "REWARD", baseModelId, retiredAt: null, filesDeletedAt: null },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: 50,
      select: { id: true, sha256: true, path: true, madeBy: { select: { firingId: true } } },
    }),
    db.run.findMany({ where: { adapterId }, select: { firingId: true, rewardAdapterId: true } }),
  ]);
  const related = ({ id, madeBy }: (typeof models)[number]) =>
    runs.some(
      ({ firingId, rewardAdapterId }) =>
        rewardAdapterId === id || (firingId !== null && madeBy.some((made) => made.firingId === firingId)),
    );
  const found = models.find((model) => !related(model)) ?? models[0];
  return found ? { id: found.id, sha256: found.sha256, path: found.path, partial: related(found) } : null;
}
