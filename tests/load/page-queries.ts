// What each page asks for when it opens, by the names of the procedures: the same list is timed, explained and tested.
import type pg from "pg";
import type { JudgementKind } from "../../prisma/generated/enums.ts";
import { loadEmail } from "./seed.ts";

/** Rows that pages are opened on: the busiest of their kind. */
export interface Sights {
  personId: string;
  conversationId: string;
  pairId: string;
  datasetIds: string[];
  runId: string;
  adapterId: string;
  otherAdapterId: string;
  comparisonId: string;
  judgement: { kind: JudgementKind; subjectId: string };
}

/** The busiest person is the first, an annotator, with 2 % of all conversations. */
export const BUSIEST = loadEmail(0);

export async function findSights(client: pg.Client): Promise<Sights> {
  const one = async (sql: string, ...values: unknown[]): Promise<string> => {
    const { rows } = await client.query<{ id: string }>(sql, values);
    if (!rows[0]) throw new Error(`the database has not been seeded for the load tests: nothing for ${sql}`);
    return rows[0].id;
  };
  const personId = await one(`SELECT "id" FROM "User" WHERE "email" = $1`, BUSIEST);
  const datasets = await client.query<{ id: string }>(
    `SELECT "id" FROM "Dataset" WHERE "kind" = 'PAIRS' ORDER BY "trainPairs" DESC LIMIT 2`,
  );
  const subjectId = await one(
    `SELECT "messageId" AS "id" FROM "Feedback" WHERE "raterId" = $1 ORDER BY "createdAt" LIMIT 1`,
    personId,
  );
  return {
    personId,
    conversationId: await one(
      `SELECT "id" FROM "Conversation" WHERE "userId" = $1 AND "source" = 'CHAT' ORDER BY "updatedAt" DESC LIMIT 1`,
      personId,
    ),
    pairId: await one(`SELECT "id" FROM "PreferencePair" WHERE "source" = 'RANKING' ORDER BY "id" LIMIT 1`),
    datasetIds: datasets.rows.map(({ id }) => id),
    runId: await one(`SELECT "id" FROM "Run" WHERE "method" = 'DPO' ORDER BY "createdAt" DESC LIMIT 1`),
    adapterId: await one(`SELECT "id" FROM "Adapter" ORDER BY "createdAt" DESC LIMIT 1`),
    otherAdapterId: await one(`SELECT "id" FROM "Adapter" ORDER BY "createdAt" LIMIT 1`),
    comparisonId: await one(`SELECT "id" FROM "Comparison" WHERE "reason" <> 'CHAT' ORDER BY "id" DESC LIMIT 1`),
    judgement: { kind: "FEEDBACK", subjectId },
  };
}

export interface PageQueries {
  page: string;
  /** Who opens it. */
  as: "busiest" | "admin";
  /** Path of the procedure and its input. */
  queries: [path: string, input?: unknown][];
  /** Other than the 300 ms of every page, with the reason. */
  limitMs?: number;
}

export function pageQueries(sights: Sights): PageQueries[] {
  const { conversationId, pairId, datasetIds, runId, adapterId, otherAdapterId } = sights;
  const { comparisonId, judgement, personId } = sights;
  const [datasetId, olderId] = datasetIds as [string, string];
  return [
    { page: "chat", as: "busiest", queries: [["viewer.me"], ["conversation.list", {}]] },
    { page: "chat, a conversation", as: "busiest", queries: [["conversation.get", { id: conversationId }]] },
    { page: "my feedback", as: "busiest", queries: [["feedback.mine", {}], ["feedback.reasons"]] },
    { page: "my feedback, edits", as: "busiest", queries: [["feedback.mine", { kind: "EDIT" }]] },
    { page: "privacy", as: "busiest", queries: [["account.get"]] },
    { page: "annotate", as: "busiest", queries: [["annotation.progress"], ["annotation.guidelines"]] },
    { page: "overview", as: "admin", queries: [["overview.get"], ["overview.figures"]] },
    { page: "annotation queue", as: "admin", queries: [["comparison.queue"], ["comparison.list", {}]] },
    { page: "a comparison", as: "admin", queries: [["comparison.get", { id: comparisonId }]] },
    { page: "agreement", as: "admin", queries: [["trust.agreement"]] },
    { page: "strengths", as: "admin", queries: [["trust.strengths", { lengthControlled: false }]] },
    { page: "raters", as: "admin", queries: [["trust.raters"]] },
    { page: "a rater", as: "admin", queries: [["trust.rater", { id: personId }]] },
    { page: "pairs", as: "admin", queries: [["pair.list", {}], ["people.list"]] },
    { page: "pairs, filtered", as: "admin", queries: [["pair.list", { source: "RANKING", status: "ACTIVE" }]] },
    {
      page: "a pair",
      as: "admin",
      queries: [
        ["pair.get", { id: pairId }],
        ["lineage.pair", { id: pairId }],
      ],
    },
    { page: "datasets", as: "admin", queries: [["dataset.list", {}]] },
    { page: "a dataset", as: "admin", queries: [["dataset.get", { id: datasetId }]] },
    { page: "a dataset, statistics", as: "admin", queries: [["dataset.statistics", { id: datasetId }]] },
    { page: "two datasets compared", as: "admin", queries: [["dataset.compare", { a: datasetId, b: olderId }]] },
    { page: "imports", as: "admin", queries: [["import.list", {}]] },
    { page: "runs", as: "admin", queries: [["run.list", {}]] },
    {
      page: "a run",
      as: "admin",
      queries: [
        ["run.get", { id: runId }],
        ["run.samples", { id: runId }],
        ["run.logs", { id: runId }],
      ],
    },
    { page: "a new run", as: "admin", queries: [["run.options"], ["run.preview", { method: "DPO" }]] },
    { page: "adapters", as: "admin", queries: [["adapter.list", {}]] },
    { page: "an adapter", as: "admin", queries: [["adapter.get", { id: adapterId }], ["deployment.list"]] },
    { page: "lineage of an adapter", as: "admin", queries: [["lineage.adapter", { id: adapterId }]], limitMs: 1000 },
    { page: "lineage of a judgement", as: "admin", queries: [["lineage.judgement", judgement]], limitMs: 1000 },
    { page: "deployments", as: "admin", queries: [["deployment.traffic"], ["deployment.list"]] },
    { page: "two adapters compared", as: "admin", queries: [["adapter.compare", { a: adapterId, b: otherAdapterId }]] },
    { page: "retention", as: "admin", queries: [["adapter.retention"], ["adapter.tags"]] },
    { page: "gates", as: "admin", queries: [["gate.list", {}]] },
    { page: "check prompts", as: "admin", queries: [["check.list", {}]] },
    { page: "schedules", as: "admin", queries: [["schedule.list"]] },
    { page: "history of schedules", as: "admin", queries: [["schedule.history", {}]] },
    { page: "costs", as: "admin", queries: [["cost.months"]] },
    { page: "people", as: "admin", queries: [["people.list"], ["invite.list"]] },
    { page: "erasures", as: "admin", queries: [["erasure.list", {}]] },
    { page: "audit trail", as: "admin", queries: [["audit.list", {}]] },
    { page: "audit trail, of runs", as: "admin", queries: [["audit.list", { area: "runs" }]] },
    { page: "webhooks", as: "admin", queries: [["webhook.list"]] },
    { page: "system", as: "admin", queries: [["system.get"]] },
    { page: "settings", as: "admin", queries: [["setting.get"]] },
  ];
}
