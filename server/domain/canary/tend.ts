/** What every web process does for arms now and then: looks, takes away, moves canaries on, and begins those that a policy asks for. */

import { AppError } from "../../errors.ts";
import { logger } from "../../log.ts";
import { mayGoLive } from "../gate/may-go-live.ts";
import { getSetting } from "../setting.ts";
import { beginCanary, enterStage } from "./acts.ts";
import { type Finding, lookAtCanary } from "./look.ts";
import { openCanary, withdraw } from "./moves.ts";
import { sharesChanged } from "./shares.ts";
import { lockArms, rewarm, type Serving, warmArms } from "./stage.ts";
import { tendWatches } from "./take-away.ts";

/** A pass. Several processes may do this at the same time: one looks, and every act asks again under the lock whether it is still to be done. */
export async function tendCanary(serving: Serving, now: Date): Promise<void> {
  await actOn(serving, await lookAtCanary(serving.db, now), now);
  await tendWatches(serving, now);
  await beginByPolicy(serving, now);
}

/** Does what a look has found, if it is still so: another process may have found the same, or an admin may have been faster. */
export async function actOn(serving: Serving, finding: Finding, now: Date): Promise<void> {
  if (finding.kind === "WAIT") return;
  const by = { actorId: null, now };
  await serving.db.$transaction(async (tx) => {
    await lockArms(tx);
    const canary = await openCanary(tx);
    if (canary?.id !== finding.canaryId) return;
    if (finding.kind === "HARM") {
      await withdraw(tx, by, { canary, reason: finding.reason });
      await sharesChanged(tx);
      const { code, values } = finding.reason;
      logger("canary").warn({ canaryId: canary.id, code, ...values }, "the canary was rolled back");
      return;
    }
    const { frozen } = await getSetting(tx, "deploymentFreeze");
    if (frozen || canary.status !== "RUNNING" || canary.stage !== finding.stage) return;
    await enterStage(tx, by, { canary, stage: canary.stage + 1, reason: "STAGES_PASSED" });
  });
  await rewarm(serving);
}

/** Tells the inference process who speaks, which loads what it does not have; one that is away or not ready yet is told the next time. */
export async function warmUp(serving: Serving): Promise<void> {
  try {
    await warmArms(serving);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    logger("canary").debug({ code: error.code }, error.message);
  }
}

/** Candidates that are looked at in one pass. */
const FEW = 5;

/** Begins a Canary with the newest adapter that passed its Gate under a policy that asks for one. */
async function beginByPolicy(serving: Serving, now: Date): Promise<void> {
  const { db } = serving;
  const candidates = await db.gate.findMany({
    where: { status: "PASSED", deployments: { none: {} }, adapter: { status: "CANDIDATE" } },
    orderBy: { finishedAt: "desc" },
    take: FEW,
    select: { adapterId: true },
  });
  if (candidates.length === 0) return;
  if ((await getSetting(db, "deploymentFreeze")).frozen) return;
  if (await db.canary.findFirst({ where: { status: { in: ["RUNNING", "PAUSED"] } }, select: { id: true } })) return;
  for (const { adapterId } of candidates) {
    if (!(await mayGoLive(db, { adapterId, asked: null })).allowed) continue;
    try {
      await beginCanary({ ...serving, actorId: null, now }, { adapterId });
      return;
    } catch (error) {
      // Another process was first, somebody froze deployments, or the inference process is away: the next pass sees.
      if (!(error instanceof AppError)) throw error;
      logger("canary").warn({ adapterId, code: error.code }, error.message);
    }
  }
}
