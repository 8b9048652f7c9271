/** Gates as admins see them: the list, and the report of one. */

import type { Prisma } from "../../../prisma/generated/client.ts";
import type { Db } from "../../db.ts";
import { notFound } from "../../errors.ts";
import { metricsSchema } from "../json.ts";
import { activeDeployment, type LiveDeployment } from "../live.ts";
import { behind, pageOf } from "../page.ts";
import { PERSON } from "../select.ts";
import type { Page } from "../views/common.ts";
import { type GateReport, type GateSampleView, type GateSummary, gateProgressSchema, SUITES } from "../views/gate.ts";
import { type Sentence, sentencesSchema } from "../views/sentence.ts";
import type { Estimate } from "../views/trust.ts";
import { mayGoLive, policyOf } from "./may-go-live.ts";
import { estimateIn, SUITE_UNIT, thresholdSchema, turnsSchema, VALUE } from "./stored.ts";

const SUMMARY = {
  adapter: { select: { sha256: true } },
  liveAdapter: { select: { sha256: true } },
  evaluations: { where: { suite: "heldOutPairs" }, select: { metrics: true } },
  decisions: { where: { approved: true }, select: { userId: true } },
} as const satisfies Prisma.GateInclude;

/** Win rate on people's held-out pairs against what was live, and the pairs it rests on; of the Evaluation of suite heldOutPairs. */
export function winRateOf(evaluation: { metrics: unknown }): (Estimate & { pairs: number }) | null {
  const metrics = metricsSchema.parse(evaluation.metrics);
  const value = estimateIn(metrics, VALUE);
  return value && { ...value, pairs: metrics.pairs ?? 0 };
}

type SummaryRow = Prisma.GateGetPayload<{ include: typeof SUMMARY }>;

function summary(row: SummaryRow, live: LiveDeployment): GateSummary {
  const [pairs] = row.evaluations;
  return {
    ...{ id: row.id, status: row.status, adapterId: row.adapterId, adapterSha256: row.adapter.sha256 },
    ...{ createdAt: row.createdAt, startedAt: row.startedAt, finishedAt: row.finishedAt },
    liveAdapterSha256: row.liveAdapter?.sha256 ?? null,
    progress: row.progress === null ? null : gateProgressSchema.parse(row.progress),
    winRate: pairs ? winRateOf(pairs) : null,
    verdict: row.verdict === null ? [] : sentencesSchema.parse(row.verdict),
    stale: isOutdated(row, live),
    approvals: row.decisions.length,
    approvalsNeeded: policyOf(row).approvals,
  };
}

/** An adapter that went live was measured against what it replaced: that is history, not outdated. */
const isOutdated = (row: Pick<SummaryRow, "baseModelId" | "liveAdapterId" | "adapterId">, live: LiveDeployment) =>
  live.adapterId !== row.adapterId && (live.baseModelId !== row.baseModelId || live.adapterId !== row.liveAdapterId);

const PAGE = 30;

/** Newest first. */
export async function listGates(
  db: Db,
  { adapterId, cursor }: { adapterId?: string; cursor?: string } = {},
): Promise<Page<GateSummary>> {
  const rows = await db.gate.findMany({
    where: { adapterId },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: PAGE + 1,
    ...behind(cursor),
    include: SUMMARY,
  });
  const live = await activeDeployment(db);
  return pageOf(rows, PAGE, (row) => summary(row, live));
}

/** Samples that the report shows. */
const MOST_SAMPLES = 10;

const REPORT = {
  adapter: { select: { sha256: true, madeBy: { select: { id: true }, orderBy: { createdAt: "asc" }, take: 1 } } },
  liveAdapter: { select: { sha256: true } },
  evaluations: true,
  decisions: { orderBy: { createdAt: "asc" }, include: { user: PERSON } },
  samples: { orderBy: [{ telling: "desc" }, { ordinal: "asc" }], take: MOST_SAMPLES },
  tastes: { select: { choice: true, userId: true } },
  _count: { select: { samples: true } },
} as const satisfies Prisma.GateInclude;

type Row = Prisma.GateGetPayload<{ include: typeof REPORT }>;

/** @throws AppError NOT_FOUND */
export async function getGate(db: Db, viewerId: string, id: string): Promise<GateReport> {
  const row = await db.gate.findUnique({ where: { id }, include: REPORT });
  if (!row) throw notFound("gate");
  const policy = policyOf(row);
  const [live, deployment] = await Promise.all([
    activeDeployment(db),
    db.deployment.findFirst({
      where: { adapterId: row.adapterId },
      orderBy: { number: "desc" },
      select: { id: true, number: true, deactivatedAt: true },
    }),
  ]);
  const obstacles = await obstaclesOf(db, viewerId, row);
  const head = {
    ...row,
    evaluations: row.evaluations.filter(({ suite }) => suite === "heldOutPairs"),
    decisions: row.decisions.filter(({ approved }) => approved),
  };
  return {
    ...summary(head, live),
    policy,
    suites: suitesOf(row),
    samples: row.samples.map(sample),
    decisions: row.decisions.map(({ user, approved, note, createdAt }) => ({
      by: user,
      approved,
      note,
      at: createdAt,
    })),
    tastes: countTastes(row),
    yourTastes: { done: row.tastes.filter(({ userId }) => userId === viewerId).length, total: row._count.samples },
    ...{ error: row.error, errorCode: row.errorCode, runId: row.adapter.madeBy[0]?.id ?? null },
    deployment: deployment && {
      ...{ id: deployment.id, number: deployment.number, active: deployment.deactivatedAt === null },
    },
    mayApprove: obstacles.length === 0,
    obstacles,
  };
}

function suitesOf(row: Row): GateReport["suites"] {
  return SUITES.flatMap((suite) => {
    const found = row.evaluations.find((evaluation) => evaluation.suite === suite);
    if (!found) return [];
    const metrics = metricsSchema.parse(found.metrics);
    return {
      ...{ suite, status: found.status, seconds: found.seconds, metrics, unit: SUITE_UNIT[suite] },
      value: estimateIn(metrics, VALUE),
      threshold: found.threshold === null ? null : thresholdSchema.parse(found.threshold),
      reason: sentencesSchema.parse(found.reason),
    };
  });
}

const sample = (row: Row["samples"][number]): GateSampleView => ({
  ...{ ordinal: row.ordinal, suite: SUITES.find((suite) => suite === row.suite) ?? "length" },
  ...{ prompt: turnsSchema.parse(row.prompt), candidate: row.candidate, live: row.live },
  figures: metricsSchema.parse(row.figures),
});

function countTastes({ tastes }: Pick<Row, "tastes">) {
  const count = (choice: number) => tastes.filter((taste) => taste.choice === choice).length;
  return { candidate: count(1), live: count(-1), neither: count(0) };
}

/** Why this viewer cannot approve now; too few approvals by others are no obstacle to one more. */
async function obstaclesOf(db: Db, viewerId: string, row: Row): Promise<Sentence[]> {
  const newer = await db.gate.findFirst({
    where: { adapterId: row.adapterId, status: { not: "CANCELLED" }, createdAt: { gt: row.createdAt } },
    select: { id: true },
  });
  if (newer) return [{ area: "gate", code: "NOT_THE_NEWEST", values: {} }];
  const answer = await mayGoLive(db, { adapterId: row.adapterId, asked: viewerId });
  if (answer.allowed || answer.reason.code === "TOO_FEW_APPROVALS" || answer.reason.code === "REFUSED_BY_ADMIN")
    return [];
  return [answer.reason];
}
