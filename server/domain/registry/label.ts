/** What people write on an adapter: name, notes and tags, and that it is retired. */

import type { AdapterStatus } from "../../../prisma/generated/enums.ts";
import type { Db, Tx } from "../../db.ts";
import { AppError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import { getAdapter } from "../adapter.ts";
import { recordAudit } from "../audit.ts";
import type { AdapterView } from "../views.ts";
import { lockAdapter } from "./lock.ts";

type Shelf = Pick<Services, "db" | "env">;

export interface Labels {
  /** Null or empty: none. */
  name?: string | null;
  notes?: string;
  tags?: readonly string[];
}

/** Sets what is given. @throws AppError NOT_FOUND */
export async function updateAdapter(
  shelf: Shelf,
  actorId: string,
  { id, ...labels }: Labels & { id: string },
): Promise<AdapterView> {
  await shelf.db.$transaction(async (tx) => {
    const { name, notes, tags } = await lockAdapter(tx, id);
    const after = {
      name: labels.name === undefined ? name : labels.name || null,
      notes: labels.notes ?? notes,
      tags: labels.tags ? [...new Set(labels.tags)].sort() : tags,
    };
    const before = { name, notes, tags };
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    await tx.adapter.update({ where: { id }, data: after });
    await recordAudit(tx, { actorId, action: "adapter.update", subject: `Adapter:${id}`, before, after });
  });
  return getAdapter(shelf, id);
}

/**
 * Takes an adapter out of use, or back into it; doing so twice changes nothing. What speaks to people now cannot be retired, and what
 * has lost its files cannot come back.
 * @throws AppError NOT_FOUND, ILLEGAL_STATE
 */
export async function setRetired(
  shelf: Shelf,
  actorId: string,
  { id, retired, now }: { id: string; retired: boolean; now: Date },
): Promise<AdapterView> {
  await shelf.db.$transaction(async (tx) => {
    const adapter = await lockAdapter(tx, id);
    if ((adapter.status === "RETIRED") === retired) return;
    const status = retired ? "RETIRED" : await statusBefore(tx, id);
    if (retired) await assertIdle(tx, id);
    else if (adapter.filesDeletedAt)
      throw new AppError(
        "ILLEGAL_STATE",
        "The files of this adapter were deleted; import them again to bring it back, or train it anew.",
      );
    await tx.adapter.update({ where: { id }, data: { status, retiredAt: retired ? now : null } });
    await recordAudit(tx, {
      ...{ actorId, action: retired ? "adapter.retire" : "adapter.unretire", subject: `Adapter:${id}` },
      ...{ before: { status: adapter.status }, after: { status } },
    });
  });
  return getAdapter(shelf, id);
}

async function assertIdle(tx: Tx, adapterId: string): Promise<void> {
  const [arm, gate, run] = await Promise.all([
    tx.deployment.findFirst({ where: { adapterId, deactivatedAt: null }, select: { number: true } }),
    tx.gate.findFirst({ where: { adapterId, status: { in: ["QUEUED", "RUNNING"] } }, select: { id: true } }),
    tx.run.findFirst({
      where: {
        OR: [{ fromAdapterId: adapterId }, { rewardAdapterId: adapterId }],
        status: { in: ["QUEUED", "RUNNING", "EVALUATING"] },
      },
      select: { id: true },
    }),
  ]);
  const busy = (why: string) => new AppError("ILLEGAL_STATE", `This adapter ${why}, so it cannot be retired now.`);
  if (arm) throw busy(`speaks to people as release ${arm.number}`);
  if (gate) throw busy("is being measured by a gate");
  if (run) throw busy("is used by a run that has not ended");
}

/** What it was before, as far as its history says. */
async function statusBefore(tx: Tx, adapterId: string): Promise<AdapterStatus> {
  if (await tx.deployment.findFirst({ where: { adapterId }, select: { id: true } })) return "APPROVED";
  const gate = await tx.gate.findFirst({
    where: { adapterId, status: { in: ["PASSED", "UNDECIDED", "REFUSED"] } },
    orderBy: { createdAt: "desc" },
    select: { status: true },
  });
  return gate?.status === "REFUSED" ? "REJECTED" : "CANDIDATE";
}

/** All tags there are, the most used first. */
export const listTags = (db: Db): Promise<{ tag: string; count: number }[]> =>
  db.$queryRaw<{ tag: string; count: number }[]>`
    SELECT "tag", count(*)::int AS "count" FROM "Adapter", unnest("tags") AS "tag" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200`;
