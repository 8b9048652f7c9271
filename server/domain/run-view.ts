/** Runs as the pages see them. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, isErrorCode, notFound } from "../errors.ts";
import { DATASET_SUMMARY, viewDataset } from "./dataset-read.ts";
import { metricsSchema, runConfigRecord } from "./json.ts";
import { behind, pageOf } from "./page.ts";
import { defaultsBeside } from "./run-config.ts";
import { isFinal } from "./run-status.ts";
import { PERSON } from "./select.ts";
import type { Page, RunDetails, RunLogView, RunMetricView, RunView } from "./views.ts";

const ROW = {
  createdBy: PERSON,
  dataset: { select: { trainPairs: true, kind: true } },
} as const satisfies Prisma.RunInclude;

type Row = Prisma.RunGetPayload<{ include: typeof ROW }>;

/**
 * Seconds until the last step at this attempt's pace so far; null until it has one. The steps of earlier attempts do not count: a
 * resumed run would seem faster than it is.
 */
export function etaSeconds(
  run: Pick<Row, "status" | "step" | "totalSteps" | "attemptStep" | "attemptStartedAt">,
  now: Date,
): number | null {
  const done = run.step - run.attemptStep;
  if (run.status !== "RUNNING" || done <= 0 || !run.attemptStartedAt) return null;
  const elapsed = (now.getTime() - run.attemptStartedAt.getTime()) / 1000;
  return Math.max(0, Math.round((elapsed / done) * (run.totalSteps - run.step)));
}

function viewRun(row: Row): RunView {
  const { id, method, status, step, totalSteps, createdAt, startedAt, finishedAt, error } = row;
  const { seed, attempt, createdBy, datasetId, adapterId } = row;
  return {
    id,
    method,
    status,
    cancelling: row.cancelRequestedAt !== null && !isFinal(status),
    step,
    totalSteps,
    createdAt,
    startedAt,
    finishedAt,
    error,
    // A code that an older version wrote is not one that the pages know.
    errorCode: row.errorCode === null ? null : isErrorCode(row.errorCode) ? row.errorCode : "INTERNAL",
    seed,
    attempt,
    createdBy,
    datasetId,
    kind: row.dataset.kind,
    examples: row.dataset.trainPairs,
    adapterId,
    etaSeconds: etaSeconds(row, new Date()),
  };
}

export async function readRun(db: Db | Tx, id: string): Promise<RunView> {
  const row = await db.run.findUnique({ where: { id }, include: ROW });
  if (!row) throw notFound("run");
  return viewRun(row);
}

const PAGE = 30;

export async function listRuns(db: Db, cursor?: string): Promise<Page<RunView>> {
  const rows = await db.run.findMany({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: PAGE + 1,
    ...behind(cursor),
    include: ROW,
  });
  return pageOf(rows, PAGE, viewRun);
}

export async function getRun(db: Db, id: string): Promise<RunDetails> {
  const row = await db.run.findUnique({
    where: { id },
    include: {
      createdBy: PERSON,
      dataset: DATASET_SUMMARY,
      replayDataset: DATASET_SUMMARY,
      aiDataset: DATASET_SUMMARY,
      baseModel: true,
      fromAdapter: { select: { id: true, sha256: true } },
      rewardAdapter: { select: { id: true, sha256: true } },
      adapter: { include: { deployments: { orderBy: { number: "asc" } } } },
    },
  });
  if (!row) throw notFound("run");
  const { baseModel, adapter, fromAdapter, rewardAdapter, replayDataset, aiDataset } = row;
  const liked = row.method === "KTO" ? await countLiked(db, row.datasetId) : undefined;
  const scale = { parameters: Number(baseModel.parameters), examples: row.dataset.trainPairs, liked };
  return {
    ...viewRun(row),
    config: runConfigRecord.parse(row.config),
    defaults: defaultsBeside(row.method, row.config, scale),
    lineage: {
      dataset: viewDataset(row.dataset),
      base: {
        id: baseModel.id,
        name: baseModel.name,
        sha256: baseModel.sha256,
        architecture: baseModel.architecture,
        parameters: Number(baseModel.parameters),
      },
      fromAdapter,
      rewardModel: rewardAdapter,
      replay: replayDataset && viewDataset(replayDataset),
      aiPairs: aiDataset && viewDataset(aiDataset),
      adapter: adapter && {
        ...{ id: adapter.id, sha256: adapter.sha256 },
        ...{ kind: adapter.kind, tuning: adapter.tuning, servable: adapter.servable },
      },
      deployments: (adapter?.deployments ?? []).map((deployment) => ({
        id: deployment.id,
        number: deployment.number,
        active: deployment.deactivatedAt === null,
      })),
    },
  };
}

const countLiked = (db: Db, datasetId: string) =>
  db.datasetItem.count({ where: { datasetId, split: "TRAIN", content: { path: ["liked"], equals: true } } });

/** Figures recorded after the given seq, in the order they came. */
export async function metricsAfter(
  db: Db,
  runId: string,
  after: bigint,
  most: number,
): Promise<(RunMetricView & { seq: bigint })[]> {
  const rows = await db.runMetric.findMany({
    where: { runId, seq: { gt: after } },
    orderBy: { seq: "asc" },
    take: most,
  });
  return rows.map(({ seq, step, values, at }) => ({ seq, step, values: metricsSchema.parse(values), at }));
}

const LOG_LINES = 500;

/** Lines after the given one, oldest first; without `after` the last ones. */
export async function listRunLogs(db: Db, { id, after }: { id: string; after?: string }): Promise<RunLogView[]> {
  if (!(await db.run.findUnique({ where: { id }, select: { id: true } }))) throw notFound("run");
  if (after !== undefined && !/^\d{1,18}$/.test(after)) {
    throw new AppError("INVALID_INPUT", "The line to go on after must be the id of a line.");
  }
  const rows = await db.runLog.findMany({
    where: { runId: id, ...(after !== undefined && { id: { gt: BigInt(after) } }) },
    orderBy: { id: after === undefined ? "desc" : "asc" },
    take: LOG_LINES,
  });
  if (after === undefined) rows.reverse();
  return rows.map((row) => ({ id: String(row.id), at: row.at, level: row.level, text: row.text }));
}
