/** What the overview tells of traffic: a canary that stands still, one that the system took back, and a freeze. */

import type { Db } from "../../db.ts";
import { DEFAULT_SLOT } from "../live.ts";
import { getSetting } from "../setting.ts";
import { sentenceSchema } from "../views/sentence.ts";
import type { Facts } from "./attention.ts";
import { isNews } from "./news.ts";

export async function readTrafficFacts(
  db: Db,
  now: Date,
): Promise<Pick<Facts, "pausedCanary" | "failedCanary" | "frozen">> {
  const [canary, freeze] = await Promise.all([
    db.canary.findFirst({
      orderBy: [{ startedAt: "desc" }, { id: "desc" }],
      include: { deployment: { select: { number: true } } },
    }),
    getSetting(db, "deploymentFreeze"),
  ]);
  const told = canary && {
    number: canary.deployment.number,
    reason: sentenceSchema.safeParse(canary.reason).data ?? null,
  };
  // Whoever stops one by hand, or puts another release in its place, knows it.
  const harmed = canary?.status === "ROLLED_BACK" && told?.reason?.code.startsWith("WORSE_");
  const failed = harmed && canary.endedAt !== null && isNews(canary.endedAt, now);
  const settled =
    failed &&
    (await db.deployment.findFirst({
      where: { slot: DEFAULT_SLOT, activatedAt: { gt: canary.endedAt! } },
      select: { id: true },
    }));
  return {
    pausedCanary: canary?.status === "PAUSED" ? told : null,
    failedCanary: failed && !settled ? told : null,
    frozen: freeze.frozen ? { reason: freeze.reason } : null,
  };
}
