/** The retention policy at work: what it would do today, and doing it. Files go; rows, figures and lineage stay. */

import { rm } from "node:fs/promises";
import path from "node:path";
import type { Db, Tx } from "../../db.ts";
import type { Services } from "../../services.ts";
import { recordAudit } from "../audit.ts";
import { readRollbackTarget } from "../rollback-target.ts";
import { getSetting } from "../setting.ts";
import type { RetentionPlan } from "../views/registry.ts";
import { pipelineSchema } from "../views/schedule.ts";
import { lockAdapter } from "./lock.ts";
import { type Kept, retain } from "./retention.ts";

/** Of adapters that still have files, newest first. */
export async function retentionPlan(db: Db): Promise<RetentionPlan> {
  const [policy, rows] = await Promise.all([getSetting(db, "retention"), readKept(db)]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    policy,
    entries: retain(rows, policy).map(({ id, due, reason }) => {
      const { sha256, name, bytes } = byId.get(id)!;
      return {
        ...{ adapterId: id, sha256, name, bytes, due },
        reason: { area: "registry", code: `RETENTION_${reason}`, values: {} },
      };
    }),
  };
}

type Row = Kept & { sha256: string; name: string | null; bytes: number };

async function readKept(db: Db | Tx): Promise<Row[]> {
  const [adapters, target, needed] = await Promise.all([
    db.adapter.findMany({
      where: { filesDeletedAt: null },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      include: {
        deployments: { select: { deactivatedAt: true } },
        gates: { where: { status: "REFUSED" }, orderBy: { createdAt: "desc" }, take: 1, select: { finishedAt: true } },
      },
    }),
    readRollbackTarget(db),
    neededAdapters(db),
  ]);
  return adapters.map(({ deployments, gates, retiredAt, ...adapter }) => {
    const { id, sha256, name, status, createdAt } = adapter;
    const ends = deployments.flatMap(({ deactivatedAt }) => deactivatedAt?.getTime() ?? []);
    return {
      ...{ id, sha256, name, status, createdAt, bytes: Number(adapter.bytes) },
      outSince:
        status === "RETIRED"
          ? (retiredAt ?? createdAt)
          : status === "REJECTED"
            ? (gates[0]?.finishedAt ?? createdAt)
            : null,
      live: deployments.some(({ deactivatedAt }) => deactivatedAt === null),
      rollbackTarget: target?.adapterId === id,
      lastLiveAt: ends.length > 0 ? new Date(Math.max(...ends)) : null,
      needed: needed.has(id),
    };
  });
}

/** Whose files something that has not ended, or that will begin again, will open. */
async function neededAdapters(db: Db | Tx): Promise<Set<string>> {
  const open = { status: { in: ["QUEUED", "RUNNING", "EVALUATING"] as const } };
  const [runs, gates, schedules, firings] = await Promise.all([
    db.run.findMany({
      where: { status: { in: [...open.status.in] } },
      select: { fromAdapterId: true, rewardAdapterId: true },
    }),
    db.gate.findMany({
      where: { status: { in: ["QUEUED", "RUNNING"] } },
      select: { adapterId: true, liveAdapterId: true },
    }),
    db.schedule.findMany({ where: { deletedAt: null }, select: { pipeline: true } }),
    db.scheduleFiring.findMany({ where: { status: { in: ["WAITING", "RUNNING"] } }, select: { pipeline: true } }),
  ]);
  const named = [...schedules, ...firings].flatMap(({ pipeline }) => {
    const { start, stages } = pipelineSchema.parse(pipeline);
    return [start, ...stages.flatMap(({ from, rewardAdapterId }) => [from, rewardAdapterId])];
  });
  const ids = [
    ...runs.flatMap(({ fromAdapterId, rewardAdapterId }) => [fromAdapterId, rewardAdapterId]),
    ...gates.flatMap(({ adapterId, liveAdapterId }) => [adapterId, liveAdapterId]),
    ...named,
  ];
  return new Set(ids.filter((id): id is string => typeof id === "string"));
}

/** A process that marked a row and died before its files were gone: the next sweeps of this long look after them. */
const LEFT_OVER_MS = 24 * 60 * 60_000;

/**
 * Deletes the files that are due, if the policy is on. Any number of processes may do so: each row is locked and looked at once more,
 * and files go only after the row says so, so that nothing is served from half a folder.
 * @returns ids of the adapters whose files went
 */
export async function sweepAdapterFiles({ db, env }: Pick<Services, "db" | "env">, now: Date): Promise<string[]> {
  const { policy, entries } = await retentionPlan(db);
  const due = policy.enabled ? entries.filter((entry) => entry.due !== null && entry.due <= now) : [];
  const marked: string[] = [];
  for (const { adapterId } of due) if (await db.$transaction((tx) => mark(tx, adapterId, now))) marked.push(adapterId);
  const gone = await db.adapter.findMany({
    where: { filesDeletedAt: { gt: new Date(now.getTime() - LEFT_OVER_MS) } },
    select: { id: true },
  });
  for (const { id } of gone) await db.$transaction((tx) => removeFiles(tx, env.HONE_HOME, id));
  return marked;
}

/** False where somebody was faster, or began to use it. */
async function mark(tx: Tx, id: string, now: Date): Promise<boolean> {
  await lockAdapter(tx, id);
  const rows = await readKept(tx);
  const verdict = retain(rows, await getSetting(tx, "retention")).find((one) => one.id === id);
  const row = rows.find((one) => one.id === id);
  if (!row || !verdict?.due || verdict.due > now) return false;
  await tx.adapter.update({ where: { id }, data: { filesDeletedAt: now } });
  await recordAudit(tx, {
    ...{ actorId: null, action: "adapter.deleteFiles", subject: `Adapter:${id}` },
    after: { sha256: row.sha256, status: row.status, bytes: row.bytes },
  });
  return true;
}

/** Under the row's lock, which an import that puts the files back takes too. Only ever a folder that is named by the adapter's own hash. */
async function removeFiles(tx: Tx, home: string, id: string): Promise<void> {
  const row = await lockAdapter(tx, id);
  const folder = path.dirname(path.resolve(home, row.path));
  const shelves = ["adapters", "models"].map((shelf) => path.resolve(home, shelf, row.sha256));
  if (row.filesDeletedAt && shelves.includes(folder)) await rm(folder, { recursive: true, force: true });
}
