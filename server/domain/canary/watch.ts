/**
 * Watches arms that no Canary moves, by the same tests: an arm with a fixed share beside the default arm, for as long as both speak; and a new
 * default arm beside what was kept of the release that it replaced, until that is used up. What is found to be worse loses its traffic by itself.
 */

import type { z } from "zod";
import type { ArmWatch } from "../../../prisma/generated/client.ts";
import type { Db, Tx } from "../../db.ts";
import { activeDeployment, DEFAULT_SLOT } from "../live.ts";
import { getSetting } from "../setting.ts";
import type { Sentence } from "../views/sentence.ts";
import { absorbAll, harmOf } from "./evidence.ts";
import { absorbBesideKept, isUsedUp, keptSchema, readKept, ripened, waitingSchema } from "./kept.ts";
import { observeArm } from "./observe.ts";
import { canaryStateSchema, noEvidence } from "./state.ts";

const watchStateSchema = canaryStateSchema.omit({ stageFloor: true }).extend({
  /** Of a default arm: words about the release before it that no new one stands beside yet. Null where it has not been looked at, and of other arms. */
  kept: keptSchema.nullable(),
  /** Of a default arm: words about it that are too young to count. */
  waiting: waitingSchema.default([]),
});
type WatchState = z.output<typeof watchStateSchema>;

export const watchStateOf = ({ state }: Pick<ArmWatch, "state">): WatchState => watchStateSchema.parse(state);

/** Words come so slowly after this long that they are of another time than those that were kept. */
const RELEASE_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;

/** Words about a new default arm before it may be taken back: a small place must not lose a release to its first five conversations. */
const LEAST_WORDS = 20;

interface Arms {
  deploymentId: string;
  controlId: string;
}

/** From now on the arm is watched beside the control. */
export async function beginWatch(tx: Tx, arms: Arms): Promise<void> {
  await tx.armWatch.create({ data: { ...arms, state: { ...(await noEvidence(tx, arms)), kept: null, waiting: [] } } });
}

/** Arms to look at. */
export async function watchedArms(db: Db): Promise<string[]> {
  const rows = await db.armWatch.findMany({
    where: { endedAt: null, deployment: { deactivatedAt: null } },
    orderBy: { deploymentId: "asc" },
    select: { deploymentId: true },
  });
  return rows.map(({ deploymentId }) => deploymentId);
}

/** An arm that must be taken away, and why. */
export interface Harm extends Arms {
  reason: Sentence;
}

/** One process looks at an arm at a time; whoever comes meanwhile finds nothing to do. */
export async function lookAtArm(db: Db, deploymentId: string, now: Date): Promise<Harm | null> {
  for (;;) {
    const { harm, more } = await db.$transaction((tx) => look(tx, deploymentId, now), { timeout: 30_000 });
    if (harm || !more) return harm;
  }
}

async function look(tx: Tx, deploymentId: string, now: Date): Promise<{ harm: Harm | null; more: boolean }> {
  const [found] = await tx.$queryRaw<{ slot: string; activatedAt: Date }[]>`
    SELECT arm."slot", arm."activatedAt" FROM "ArmWatch" watch JOIN "Deployment" arm ON arm."id" = watch."deploymentId"
    WHERE watch."deploymentId" = ${deploymentId}::uuid AND watch."endedAt" IS NULL AND arm."deactivatedAt" IS NULL
    FOR UPDATE OF watch SKIP LOCKED`;
  if (!found) return { harm: null, more: false };
  const isRelease = found.slot === DEFAULT_SLOT;
  const watch = await tx.armWatch.findUniqueOrThrow({ where: { deploymentId } });
  const controlId = isRelease ? watch.controlId : (await activeDeployment(tx)).id;
  const arms = { deploymentId, controlId };
  // Another default arm: what was heard beside the old one says nothing of the new one.
  const before =
    controlId === watch.controlId ? watchStateOf(watch) : { ...(await noEvidence(tx, arms)), kept: null, waiting: [] };
  const kept = isRelease ? (before.kept ?? (await readKept(tx, controlId))) : null;
  const { observations, cursors, more } = await observeArm(tx, arms, before);
  const { ripe, waiting } = ripened(before.waiting, observations, now.getTime());
  const heard = kept ? { ...absorbBesideKept({ ...before, kept }, ripe), waiting } : absorbAll(before, observations);
  const state: WatchState = { ...heard, ...cursors };
  const isOver =
    state.kept && (isUsedUp(state.kept) || now.getTime() - found.activatedAt.getTime() > RELEASE_DAYS * DAY_MS);
  await tx.armWatch.update({
    where: { deploymentId },
    data: { controlId, state, lookedAt: now, endedAt: isOver ? now : null },
  });
  const plan = await getSetting(tx, "canaryPlan");
  const reason = harmOf(state, { ...plan, leastWords: isRelease ? LEAST_WORDS : 1 });
  return { harm: reason && { ...arms, reason }, more };
}
