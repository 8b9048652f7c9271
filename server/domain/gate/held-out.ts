/** What a Gate measures a candidate on: people's pairs and prompts that nothing was ever trained on. */

import type { Db } from "../../db.ts";
import { exampleBatches } from "../dataset-examples.ts";
import type { LineContents } from "../dataset-lines.ts";
import { eachBatch, JOIN_PAIR_REPLIES, PAIR_REPLIES, type PairRow, pairContents, turnsOf } from "../dataset-rows.ts";
import { currentSelection } from "../dataset-source.ts";
import { promptClusters, promptText } from "../prompt-cluster.ts";
import { trainedOn } from "./trained-on.ts";

/** A pair that was held out. */
export interface HeldOutPair {
  content: LineContents["PAIRS"];
  /** By what is known of its raters. */
  weight: number;
  /** Equal for pairs about the same question, or nearly the same. */
  cluster: string;
}

/** What a candidate and what is live are both measured on. */
export interface HeldOut {
  pairs: HeldOutPair[];
  prompts: LineContents["PROMPTS"][];
  /** Pairs left out because candidate, live or what either came from was trained on their prompts after all. */
  remembered: number;
}

interface Contestants {
  adapterId: string;
  /** Null: the bare base. */
  liveAdapterId: string | null;
  /** Pairs that the policy asks for. */
  leastPairs: number;
}

/** Enough for an interval of ± 5 points; more would only take longer. */
const MOST_PAIRS = 400;

/**
 * Pairs that a Dataset frozen now would hold out, and pairs and prompts that were held out of the uploads the candidate was trained on; less
 * whatever one of the two may remember. In the order of their hashes, so that the first are a fixed draw from all.
 */
export async function heldOutFor(db: Db, { adapterId, liveAdapterId, leastPairs }: Contestants): Promise<HeldOut> {
  const most = Math.max(MOST_PAIRS, leastPairs);
  const candidates = [...(await ofPeople(db, most)), ...(await ofUploads(db, adapterId, "PAIRS", most))];
  const asked = await ofUploads(db, adapterId, "PROMPTS", most);
  const dialogues = [...candidates, ...asked].map(({ prompt }) => prompt);
  const remembered = await trainedOn(db, liveAdapterId ? [adapterId, liveAdapterId] : [adapterId], dialogues);
  const fresh = candidates.filter((_, i) => !remembered.has(i));
  const clusters = promptClusters(fresh.map(({ prompt }) => promptText(prompt)));
  return {
    pairs: fresh
      .map((content, i) => ({ content, weight: content.weight, cluster: String(clusters[i]) }))
      .slice(0, most),
    prompts: asked.filter((_, i) => !remembered.has(candidates.length + i)),
    remembered: candidates.length - fresh.length,
  };
}

async function ofPeople(db: Db, most: number): Promise<LineContents["PAIRS"][]> {
  const { pairs } = await currentSelection(db, "PAIRS");
  const chosen = pairs.filter(({ split }) => split === "HELDOUT").slice(0, most);
  const weights = new Map(chosen.map(({ id, weight }) => [id, weight]));
  const ids = [...weights.keys()];
  return eachBatch(
    (after, most) => db.$queryRaw<(PairRow & { id: string })[]>`
      SELECT pair."id", pair."promptId", pair."weight", ${PAIR_REPLIES} FROM "PreferencePair" pair ${JOIN_PAIR_REPLIES}
      WHERE pair."id" = ANY(${ids}::uuid[]) AND pair."id" > ${after}::uuid ORDER BY pair."id" LIMIT ${most}`,
    async (rows) =>
      (await pairContents(db, rows)).map((content, i) => ({
        ...content,
        prompt: turnsOf(content.prompt),
        weight: weights.get(rows[i]!.id) ?? 1,
      })),
  );
}

async function ofUploads<K extends "PAIRS" | "PROMPTS">(
  db: Db,
  adapterId: string,
  kind: K,
  most: number,
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
        if (found.length === most) return found;
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
