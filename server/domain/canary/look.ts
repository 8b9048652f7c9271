/** A look at the Canary that is under way: what was heard since the last one, what it shows, and what is to be done about it. */

import type { Canary } from "../../../prisma/generated/client.ts";
import type { Db, Tx } from "../../db.ts";
import { getSetting } from "../setting.ts";
import { type CanaryPlan, canaryPlanSchema } from "../views/deployment.ts";
import type { Sentence } from "../views/sentence.ts";
import { activeArms } from "./arms.ts";
import { absorbAll, harmOf, isBetter } from "./evidence.ts";
import { armFigures } from "./figures.ts";
import { observeArm } from "./observe.ts";
import { said } from "./said.ts";
import { type Evidence, stateOf } from "./state.ts";

export type Finding =
  | { kind: "WAIT" }
  /** The arm must be taken away. */
  | { kind: "HARM"; canaryId: string; reason: Sentence }
  /** The stage is over. */
  | { kind: "ADVANCE"; canaryId: string; stage: number };

const WAIT: Finding = { kind: "WAIT" };

/**
 * One process looks at a time; whoever comes meanwhile finds nothing to do. What was read, what it shows and how far it was read are stored
 * together, so that a look that breaks off was none.
 */
export async function lookAtCanary(db: Db, now: Date): Promise<Finding> {
  for (;;) {
    const { finding, more } = await db.$transaction((tx) => look(tx, now), { timeout: 30_000 });
    if (!more || finding.kind === "HARM") return finding;
  }
}

async function look(tx: Tx, now: Date): Promise<{ finding: Finding; more: boolean }> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Canary" WHERE "status" IN ('RUNNING', 'PAUSED') FOR UPDATE SKIP LOCKED`;
  if (!row) return { finding: WAIT, more: false };
  const canary = await tx.canary.findUniqueOrThrow({ where: { id: row.id } });
  const plan = canaryPlanSchema.parse(canary.plan);
  const before = stateOf(canary);
  const { observations, cursors, more } = await observeArm(tx, canary, before);
  const state = { ...absorbAll(before, observations), ...cursors };
  // Figures are for people: the last batch's are those of all.
  const figures = more
    ? {}
    : { figures: { arm: await armFigures(tx, canary.deploymentId), control: await armFigures(tx, canary.controlId) } };
  await tx.canary.update({ where: { id: canary.id }, data: { state, lookedAt: now, ...figures } });
  const reason = harmOf(state, plan);
  if (reason) return { finding: { kind: "HARM", canaryId: canary.id, reason }, more };
  const waits = await waitsFor(tx, canary, now);
  if (more || waits.length > 0) return { finding: WAIT, more };
  return { finding: { kind: "ADVANCE", canaryId: canary.id, stage: canary.stage }, more };
}

/** What is still missing before the next stage may begin; empty when it may. */
export async function waitsFor(db: Db | Tx, canary: Canary, now: Date): Promise<Sentence[]> {
  const plan = canaryPlanSchema.parse(canary.plan);
  const state = stateOf(canary);
  const { frozen } = await getSetting(db, "deploymentFreeze");
  const replies = await repliesOfStage(db, canary.deploymentId, state.stageFloor, plan.stages[canary.stage]!);
  return [
    ...(canary.status === "PAUSED" ? [said("PAUSED")] : []),
    ...(frozen ? [said("FROZEN")] : []),
    ...missing({ plan, state, stage: canary.stage, stageSince: canary.stageSince, now, replies }),
    ...(await squeezed(db, canary, plan)),
  ];
}

interface Progress {
  plan: CanaryPlan;
  state: Evidence;
  stage: number;
  stageSince: Date;
  now: Date;
  /** Of the arm, since the stage began. */
  replies: number;
}

/** Replies and minutes that the stage still wants; pure. */
export function missing({ plan, state, stage, stageSince, now, replies }: Progress): Sentence[] {
  const { leastReplies, leastMinutes } = plan.stages[stage]!;
  const minutes = Math.ceil(leastMinutes - (now.getTime() - stageSince.getTime()) / 60_000);
  const isProven = plan.earlyPromotion && isBetter(state, plan);
  return [
    ...(replies < leastReplies ? [said("REPLIES_MISSING", { replies, of: leastReplies })] : []),
    ...(minutes > 0 && !isProven ? [said("MINUTES_MISSING", { minutes })] : []),
  ];
}

/** Whole replies of the arm since the stage began; counted no further than the stage asks. */
async function repliesOfStage(
  db: Db | Tx,
  deploymentId: string,
  floor: string,
  { leastReplies }: CanaryPlan["stages"][number],
): Promise<number> {
  const [row] = await db.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) AS "count" FROM (SELECT 1 FROM "Message" WHERE "deploymentId" = ${deploymentId}::uuid AND "id" > ${floor}::uuid
      AND "status" = 'COMPLETE' LIMIT ${leastReplies}) reply`;
  return Number(row?.count ?? 0);
}

/** Other arms that leave too little for the next stage. */
async function squeezed(db: Db | Tx, { deploymentId, stage }: Canary, plan: CanaryPlan): Promise<Sentence[]> {
  const next = plan.stages[stage + 1];
  if (!next || stage + 1 === plan.stages.length - 1) return [];
  const [, ...arms] = await activeArms(db);
  const others = arms.filter(({ id }) => id !== deploymentId).reduce((sum, { share }) => sum + share, 0);
  return others + next.share > 1000 ? [said("OTHER_ARMS", { share: others / 1000 })] : [];
}
