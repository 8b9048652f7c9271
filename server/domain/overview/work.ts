/** What is under way, queued or due: runs, gates, a canary, firings that wait, and when a schedule is due next. */

import type { Db } from "../../db.ts";
import { etaSeconds } from "../run-view.ts";
import { nextDue } from "../schedule/view.ts";
import { canaryPlanSchema } from "../views/deployment.ts";
import { gateProgressSchema } from "../views/gate.ts";
import { sentenceSchema } from "../views/sentence.ts";
import type { WorkItem } from "../views.ts";

/** More than these are on their own pages. */
const MOST_OF_A_KIND = 5;
/** What is due later says little. */
const MOST_DUE = 2;

/** What is at work first, then what waits, then what is due. */
export async function readWork(db: Db, now: Date): Promise<WorkItem[]> {
  const [runs, gates, canary, firings, due] = await Promise.all([
    db.run.findMany({
      where: { status: { in: ["QUEUED", "RUNNING", "EVALUATING"] } },
      ...{ orderBy: [{ createdAt: "asc" }, { id: "asc" }], take: MOST_OF_A_KIND },
    }),
    db.gate.findMany({
      where: { status: { in: ["QUEUED", "RUNNING"] } },
      include: { adapter: { select: { sha256: true } } },
      ...{ orderBy: [{ createdAt: "asc" }, { id: "asc" }], take: MOST_OF_A_KIND },
    }),
    db.canary.findFirst({
      where: { status: { in: ["RUNNING", "PAUSED"] } },
      include: { deployment: { include: { adapter: { select: { sha256: true } } } } },
    }),
    db.scheduleFiring.findMany({
      where: { status: "WAITING" },
      include: { schedule: { select: { name: true } } },
      ...{ orderBy: [{ firedAt: "asc" }, { id: "asc" }], take: MOST_OF_A_KIND },
    }),
    nextDue(db, now),
  ]);
  const soonest = due.slice(0, MOST_DUE);
  const found: WorkItem[] = [
    ...runs.map((run): WorkItem => {
      const { id, method, status, step, totalSteps } = run;
      const done = totalSteps > 0 ? step / totalSteps : 0;
      return {
        kind: "RUN",
        id,
        method,
        status,
        done,
        secondsLeft: etaSeconds(run, now),
        at: run.startedAt ?? run.createdAt,
      };
    }),
    ...gates.map((gate): WorkItem => {
      const progress = gateProgressSchema.safeParse(gate.progress).data;
      return {
        ...{ kind: "GATE", id: gate.id, adapterSha256: gate.adapter.sha256, status: gate.status },
        ...{ done: progress?.done ?? 0, secondsLeft: progress?.secondsLeft ?? null },
        at: gate.startedAt ?? gate.createdAt,
      };
    }),
    ...(canary ? [canaryItem(canary)] : []),
    ...firings.map(
      ({ id, scheduleId, schedule, reason, firedAt }): WorkItem => ({
        ...{ kind: "FIRING", id, scheduleId, schedule: schedule.name, at: firedAt },
        reason: sentenceSchema.safeParse(reason).data ?? null,
      }),
    ),
    ...soonest.map(({ scheduleId, name, at }): WorkItem => ({ kind: "SCHEDULE", id: scheduleId, schedule: name, at })),
  ];
  return found.sort((a, b) => order(a) - order(b));
}

interface CanaryRow {
  id: string;
  status: "RUNNING" | "PAUSED" | "PROMOTED" | "ROLLED_BACK";
  plan: unknown;
  stage: number;
  startedAt: Date;
  deployment: { number: number; share: number; adapter: { sha256: string } | null };
}

function canaryItem({ id, status, plan, stage, startedAt, deployment }: CanaryRow): WorkItem {
  const { number, share, adapter } = deployment;
  return {
    ...{ kind: "CANARY", id, status, number, share, stage, at: startedAt },
    ...{ adapterSha256: adapter?.sha256 ?? null, stages: canaryPlanSchema.parse(plan).stages.length },
  };
}

function order(item: WorkItem): number {
  if (item.kind === "SCHEDULE") return 3;
  if (item.kind === "FIRING") return 2;
  return item.status === "QUEUED" || item.status === "PAUSED" ? 1 : 0;
}
