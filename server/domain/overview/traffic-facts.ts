/** What the overview tells of traffic: a canary that stands still, what the system took back, and a freeze. */

import type { Db } from "../../db.ts";
import { DEFAULT_SLOT } from "../live.ts";
import { getSetting } from "../setting.ts";
import { sentenceSchema } from "../views/sentence.ts";
import type { Facts } from "./attention.ts";
import { isNews } from "./news.ts";

/** Codes of sentences that say what an arm did worse. */
const HARM = "WORSE_";

export async function readTrafficFacts(
  db: Db,
  now: Date,
): Promise<Pick<Facts, "pausedCanary" | "failedCanary" | "takenBack" | "frozen">> {
  const [canary, worse, freeze] = await Promise.all([
    db.canary.findFirst({
      orderBy: [{ startedAt: "desc" }, { id: "desc" }],
      include: { deployment: { select: { number: true } } },
    }),
    db.deployment.findFirst({
      where: { watch: { isNot: null }, endReason: { path: ["code"], string_starts_with: HARM } },
      ...{
        orderBy: [{ deactivatedAt: "desc" }, { id: "desc" }],
        select: { number: true, deactivatedAt: true, endReason: true },
      },
    }),
    getSetting(db, "deploymentFreeze"),
  ]);
  const told = canary && {
    number: canary.deployment.number,
    reason: sentenceSchema.safeParse(canary.reason).data ?? null,
  };
  // Whoever stops one by hand, or puts another release in its place, knows it.
  const harmed = canary?.status === "ROLLED_BACK" && told?.reason?.code.startsWith(HARM);
  const failed = harmed && (await needsTelling(db, canary.endedAt, now));
  const taken = worse && (await needsTelling(db, worse.deactivatedAt, now));
  return {
    pausedCanary: canary?.status === "PAUSED" ? told : null,
    failedCanary: failed ? told : null,
    takenBack: taken ? { number: worse.number, reason: sentenceSchema.safeParse(worse.endReason).data ?? null } : null,
    frozen: freeze.frozen ? { reason: freeze.reason } : null,
  };
}

/** It has just happened, and nothing has been made live since: what a rollback itself made live came at the same moment. */
async function needsTelling(db: Db, at: Date | null, now: Date): Promise<boolean> {
  if (at === null || !isNews(at, now)) return false;
  const later = await db.deployment.findFirst({
    where: { slot: DEFAULT_SLOT, activatedAt: { gt: at } },
    select: { id: true },
  });
  return later === null;
}
