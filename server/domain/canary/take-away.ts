/** What is done about an arm that its watch has found worse, if it is still so: another process or an admin may have been faster. */

import { AppError } from "../../errors.ts";
import { logger } from "../../log.ts";
import { recordAudit } from "../audit.ts";
import { rollBack } from "../deployment.ts";
import { recordEvent } from "../events/event.ts";
import { close } from "./moves.ts";
import { sharesChanged } from "./shares.ts";
import { lockArms, rewarm, type Serving } from "./stage.ts";
import { type Harm, lookAtArm, watchedArms } from "./watch.ts";

/** A pass over all arms that are watched without a Canary. Several processes may do this at the same time. */
export async function tendWatches(serving: Serving, now: Date): Promise<void> {
  for (const deploymentId of await watchedArms(serving.db)) {
    const harm = await lookAtArm(serving.db, deploymentId, now);
    if (harm) await takeAway(serving, harm, now);
  }
}

/** An arm with a share is closed, and its conversations go on with the default arm; a default arm is rolled back. Works while frozen. */
export async function takeAway(serving: Serving, harm: Harm, now: Date): Promise<void> {
  const { deploymentId, controlId, reason } = harm;
  const by = { actorId: null, now };
  const what = await serving.db.$transaction(async (tx) => {
    const [live, ...others] = await lockArms(tx);
    if (live.id === deploymentId) return "default arm";
    const arm = others.find(({ id }) => id === deploymentId);
    if (!arm || live.id !== controlId) return null;
    await close(tx, by, arm.id, reason);
    await sharesChanged(tx);
    const figures = { number: arm.number, adapterSha256: arm.adapter?.sha256 ?? null, controlNumber: live.number };
    await recordAudit(tx, {
      ...{ actorId: null, action: "deployment.stopArm", subject: `Deployment:${arm.id}` },
      ...{ before: { share: arm.share }, after: { share: 0, reason: reason.code, ...figures } },
    });
    await recordEvent(tx, {
      ...{ kind: "arm.stopped", subject: `Deployment:${arm.id}` },
      data: { ...figures, reason: reason.code, automatic: true },
    });
    return "arm";
  });
  if (what === null) return;
  logger("canary").warn({ deploymentId, code: reason.code, ...reason.values }, `the ${what} was found worse`);
  if (what === "default arm") await takeBack(serving, harm, now);
  else await rewarm(serving);
}

/** It goes on speaking where what was there before it cannot speak any more; the next look tries again. */
async function takeBack(serving: Serving, { deploymentId, reason }: Harm, now: Date): Promise<void> {
  try {
    await rollBack({ ...serving, actorId: null, now }, { from: deploymentId, reason });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    logger("canary").error({ deploymentId, code: error.code }, error.message);
  }
}
