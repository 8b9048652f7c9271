/** The way from an adapter back to the judgements behind it, and from a judgement on to the weights it moved. */

import type { Dataset } from "../../prisma/generated/client.ts";
import type { JudgementKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { adaptersBelow, chainOf, type Link, lineageAdapters, rolesOf } from "./lineage-adapters.ts";
import { type Found, judgementsAbout, judgementsOf, type Trace } from "./lineage-judgement.ts";
import { PERSON } from "./select.ts";
import type { AdapterErasure, AdapterLineage, JudgementLineage, LineageDataset } from "./views.ts";

/** Beginning of a text, for a list. */
const BEGINNING = 200;
const SAMPLES = 20;

/** @throws AppError NOT_FOUND */
export async function adapterLineage(db: Db, id: string): Promise<AdapterLineage> {
  const row = await db.adapter.findUnique({
    where: { id },
    include: { continuedBy: { where: { adapterId: { not: null } }, select: { adapterId: true } } },
  });
  if (!row) throw notFound("adapter");
  const links = await chainOf(db, id);
  const roles = links.map(rolesOf);
  const datasetIds = [...new Set(roles.flat().map(([datasetId]) => datasetId))];
  const [adapters, datasets, counts, raters, samples, continuedBy, erasures] = await Promise.all([
    lineageAdapters(
      db,
      links.map(({ adapterId }) => adapterId),
    ),
    db.dataset.findMany({ where: { id: { in: datasetIds } } }),
    countExamples(db, datasetIds),
    ratersOf(db, datasetIds),
    samplesOf(db, links),
    lineageAdapters(db, [...new Set(row.continuedBy.flatMap(({ adapterId }) => adapterId ?? []))]),
    erasuresOf(db, id),
  ]);
  const byId = new Map(datasets.map((dataset) => [dataset.id, dataset]));
  const linkOf = new Map(links.map((link, i) => [link.adapterId, { link, roles: roles[i]! }]));
  return {
    chain: adapters.map((adapter) => {
      const { link, roles } = linkOf.get(adapter.id)!;
      return {
        adapter,
        datasets: roles.flatMap(([datasetId, role]) => viewDataset(byId.get(datasetId), role) ?? []),
        rewardAdapterId: link.rewardAdapterId,
      };
    }),
    pairs: counts.pairs,
    judgements: raters[0]?.total ?? 0,
    raters: raters.map(({ id, name, email, examples }) => ({
      rater: { id, name, email },
      examples,
      share: examples / Math.max(1, counts.examples),
    })),
    continuedBy: continuedBy.filter((adapter) => adapter.id !== id),
    erasures,
    samples,
  };
}

function viewDataset(row: Dataset | undefined, role: LineageDataset["role"]): LineageDataset | null {
  if (!row) return null;
  const { id, sha256, name, trainPairs, heldOutPairs, erased } = row;
  return { id, sha256, name, examples: trainPairs + heldOutPairs, erased, role };
}

/** Distinct examples of all the Datasets: most Datasets hold what an older one held. */
async function countExamples(db: Db, datasetIds: readonly string[]): Promise<{ pairs: number; examples: number }> {
  const [counts] = await db.$queryRaw<{ pairs: number; items: number }[]>`
    SELECT (SELECT count(DISTINCT "pairId") FROM "DatasetPair" WHERE "datasetId" = ANY(${datasetIds}::uuid[]))::int AS "pairs",
      (SELECT count(DISTINCT "messageId") FROM "DatasetItem"
        WHERE "datasetId" = ANY(${datasetIds}::uuid[]) AND "messageId" IS NOT NULL)::int AS "items"`;
  const { pairs = 0, items = 0 } = counts ?? {};
  return { pairs, examples: pairs + items };
}

const RATERS = 200;

/** Whose judgements the examples rested on when they were frozen, most examples first; `total` counts all raters'. */
function ratersOf(db: Db, datasetIds: readonly string[]) {
  return db.$queryRaw<{ id: string; name: string | null; email: string; examples: number; total: number }[]>`
    WITH judged AS (
      SELECT rater."raterId", entry."pairId" AS "exampleId"
      FROM "DatasetRater" rater JOIN "DatasetPair" entry USING ("datasetId", "ordinal")
      WHERE rater."datasetId" = ANY(${datasetIds}::uuid[])
      UNION
      SELECT rater."raterId", item."messageId"
      FROM "DatasetRater" rater JOIN "DatasetItem" item USING ("datasetId", "ordinal")
      WHERE rater."datasetId" = ANY(${datasetIds}::uuid[])
    ), counted AS (
      SELECT "raterId", count(*)::int AS "examples", (sum(count(*)) OVER ())::int AS "total"
      FROM judged GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${RATERS}
    )
    SELECT person."id", person."name", person."email", counted."examples", counted."total"
    FROM counted JOIN "User" person ON person."id" = counted."raterId" ORDER BY counted."examples" DESC, person."id"`;
}

/** Of the nearest Dataset that holds people's pairs. Ids of pairs grow with time, so their order needs no sorting. */
async function samplesOf(db: Db, links: readonly Link[]): Promise<AdapterLineage["samples"]> {
  for (const { datasetId } of links) {
    if (!datasetId) continue;
    const rows = await db.datasetPair.findMany({
      where: { datasetId },
      orderBy: { pairId: "desc" },
      take: SAMPLES,
      include: { pair: { select: { source: true, prompt: { select: { content: true } } } } },
    });
    if (rows.length > 0) {
      return rows.map(({ pairId, split, weight, epsilon, pair }) => ({
        ...{ pairId, source: pair.source, split, weight, epsilon },
        prompt: pair.prompt.content.slice(0, BEGINNING),
      }));
    }
  }
  return [];
}

async function erasuresOf(db: Db, adapterId: string): Promise<AdapterErasure[]> {
  const flags = await db.adapterFlag.findMany({
    where: { adapterId },
    include: { erasure: { select: { createdAt: true } }, run: { select: { status: true } } },
  });
  return flags
    .map(({ erasureId, erasure, examples, inherited, runId, run }) => ({
      ...{ id: erasureId, at: erasure.createdAt, examples, inherited },
      retrainedBy: runId && run ? { runId, status: run.status } : null,
    }))
    .sort((a, b) => b.at.getTime() - a.at.getTime());
}

/** @throws AppError NOT_FOUND */
export async function judgementLineage(
  db: Db,
  judgement: { kind: JudgementKind; subjectId: string },
): Promise<JudgementLineage> {
  return follow(db, await judgementsOf(db, judgement));
}

/** @throws AppError NOT_FOUND */
export async function pairLineage(db: Db, id: string): Promise<JudgementLineage> {
  return follow(db, await judgementsAbout(db, id));
}

/** From judgements and their pairs on: the Datasets that hold them, and all adapters that learned from those. */
async function follow(db: Db, { judgements, pairIds, items }: Trace): Promise<JudgementLineage> {
  const [pairs, entries, itemRows, people] = await Promise.all([
    db.preferencePair.findMany({
      where: { id: { in: pairIds } },
      select: { id: true, source: true, status: true, prompt: { select: { content: true } } },
    }),
    db.datasetPair.findMany({ where: { pairId: { in: pairIds } }, select: { datasetId: true } }),
    db.datasetItem.findMany({
      where: {
        dataset: { origin: "FEEDBACK" },
        OR: items.map(({ messageIds, kinds }) => ({ messageId: { in: messageIds }, dataset: { kind: { in: kinds } } })),
      },
      select: { datasetId: true },
    }),
    db.user.findMany({ where: { id: { in: judgements.map(({ raterId }) => raterId) } }, ...PERSON }),
  ]);
  const datasetIds = [...new Set([...entries, ...itemRows].map(({ datasetId }) => datasetId))];
  const [datasets, below] = await Promise.all([
    db.dataset.findMany({ where: { id: { in: datasetIds } }, orderBy: [{ frozenAt: "asc" }, { id: "asc" }] }),
    adaptersBelow(db, datasetIds),
  ]);
  const inherited = new Map(below.map(({ adapterId, inherited }) => [adapterId, inherited]));
  const adapters = await lineageAdapters(db, [...inherited.keys()]);
  const person = new Map(people.map((one) => [one.id, one]));
  return {
    judgements: judgements.flatMap(({ raterId, ...judgement }: Found) => {
      const rater = person.get(raterId);
      return rater ? { ...judgement, rater } : [];
    }),
    pairs: pairs.map(({ id, source, status, prompt }) => ({
      ...{ id, source, status },
      prompt: prompt.content.slice(0, BEGINNING),
    })),
    datasets: datasets.flatMap((row) => viewDataset(row, "DATA") ?? []),
    adapters: adapters.map((adapter) => ({ ...adapter, inherited: inherited.get(adapter.id) ?? true })),
  };
}
