/** Who has which share of the traffic, how each arm does, and how the Canary stands. */

import type { Prisma } from "../../../prisma/generated/client.ts";
import type { Db } from "../../db.ts";
import type { Env } from "../../env.ts";
import { DEFAULT_SLOT, type LiveDeployment } from "../live.ts";
import { readRollbackTarget } from "../rollback-target.ts";
import { PERSON } from "../select.ts";
import { getSetting } from "../setting.ts";
import {
  type ArmView,
  type ArmWatchView,
  type CanaryPlan,
  type CanaryView,
  canaryFiguresSchema,
  canaryPlanSchema,
  type TrafficView,
} from "../views/deployment.ts";
import { type Sentence, sentenceSchema } from "../views/sentence.ts";
import { activeArms } from "./arms.ts";
import { testsOf } from "./evidence.ts";
import { armFigures } from "./figures.ts";
import { readFreeze } from "./freeze.ts";
import { waitsFor } from "./look.ts";
import { stateOf } from "./state.ts";
import { watchStateOf } from "./watch.ts";

interface Reader {
  db: Db;
  env: Pick<Env, "INFERENCE_ADAPTERS">;
  /** Left out: this moment. */
  now?: Date;
}

const CANARY = {
  deployment: { select: { number: true, adapterId: true, adapter: { select: { sha256: true } } } },
  control: { select: { number: true } },
  startedBy: PERSON,
} as const satisfies Prisma.CanaryInclude;

type CanaryRow = Prisma.CanaryGetPayload<{ include: typeof CANARY }>;

/** Canaries that are over, as the page shows them. */
const PAST = 20;

export async function readTraffic({ db, env, now = new Date() }: Reader): Promise<TrafficView> {
  const [arms, watches, canaries, target, frozen, plan] = await Promise.all([
    activeArms(db),
    db.armWatch.findMany({ where: { deployment: { deactivatedAt: null } }, include: WATCH }),
    db.canary.findMany({ orderBy: { startedAt: "desc" }, take: PAST + 1, include: CANARY }),
    readRollbackTarget(db),
    readFreeze(db),
    getSetting(db, "canaryPlan"),
  ]);
  const running = canaries.find(({ endedAt }) => endedAt === null);
  const rest = arms.reduce((rest, { share }) => rest - share, 1000);
  return {
    arms: await Promise.all(
      arms.map(async (arm) => {
        const watch = watches.find(({ deploymentId }) => deploymentId === arm.id);
        return { ...(await viewArm(db, arm, rest)), watch: watch ? viewWatch(watch, plan) : null };
      }),
    ),
    canary: running ? viewCanary(running, await waitsFor(db, running, now)) : null,
    past: canaries.filter((canary) => canary !== running).map((canary) => viewCanary(canary, [])),
    ...{ frozen, plan, mostArms: env.INFERENCE_ADAPTERS },
    rollback: target && { number: target.number, adapterSha256: target.adapter?.sha256 ?? null },
  };
}

async function viewArm(
  db: Db,
  { id, number, adapter, slot, share, activatedAt }: LiveDeployment,
  rest: number,
): Promise<Omit<ArmView, "watch">> {
  const isDefault = slot === DEFAULT_SLOT;
  return {
    ...{ deploymentId: id, number, isDefault, share: isDefault ? rest : share, since: activatedAt },
    ...{ adapterId: adapter?.id ?? null, adapterSha256: adapter?.sha256 ?? null, figures: await armFigures(db, id) },
  };
}

const WATCH = { control: { select: { number: true } } } as const satisfies Prisma.ArmWatchInclude;

/** What a default arm is not compared in has no observations, and is left out. */
function viewWatch(
  row: Prisma.ArmWatchGetPayload<{ include: typeof WATCH }>,
  plan: Pick<CanaryPlan, "alpha">,
): ArmWatchView {
  const state = watchStateOf(row);
  const tests = testsOf(state, plan).filter(({ metric }) => !state.kept || metric in state.kept);
  return { controlNumber: row.control.number, tests, endedAt: row.endedAt };
}

function viewCanary(row: CanaryRow, waits: Sentence[]): CanaryView {
  const { id, status, deploymentId, deployment, control, stage, stageSince, automatic, startedBy } = row;
  const plan = canaryPlanSchema.parse(row.plan);
  return {
    ...{ id, status, deploymentId, number: deployment.number, adapterId: deployment.adapterId },
    ...{ adapterSha256: deployment.adapter?.sha256 ?? null, controlNumber: control.number, plan, stage, stageSince },
    ...{ waitsFor: waits, tests: testsOf(stateOf(row), plan), automatic, startedBy, startedAt: row.startedAt },
    ...{ endedAt: row.endedAt, reason: row.reason === null ? null : sentenceSchema.parse(row.reason) },
    lookedAt: row.lookedAt,
    figures: row.figures === null ? null : canaryFiguresSchema.parse(row.figures),
  };
}
