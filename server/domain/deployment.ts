/** What people talk to: activation and rollback. Load and check first; then one transaction moves the active row. */

import { stat } from "node:fs/promises";
import type { Adapter, Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import type { ServingBackend } from "../engine-client.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { logger } from "../log.ts";
import { adapterPath } from "./adapter.ts";
import { recordAudit } from "./audit.ts";
import { activeDeployment, DEFAULT_SLOT, type LiveDeployment } from "./live.ts";
import { PERSON } from "./select.ts";
import type { DeploymentView } from "./views.ts";

interface Stage {
  db: Db;
  engine: Pick<ServingBackend, "ensureAdapter" | "releaseAdapter">;
  env: Pick<Env, "HONE_HOME">;
}

const ROW = {
  adapter: { select: { sha256: true } },
  baseModel: { select: { id: true, name: true } },
  activatedBy: PERSON,
} as const satisfies Prisma.DeploymentInclude;

type Row = Prisma.DeploymentGetPayload<{ include: typeof ROW }>;

const view = (row: Row, target?: Row): DeploymentView => ({
  id: row.id,
  number: row.number,
  adapterId: row.adapterId,
  adapterSha256: row.adapter?.sha256 ?? null,
  base: row.baseModel,
  activatedAt: row.activatedAt,
  deactivatedAt: row.deactivatedAt,
  activatedBy: row.activatedBy,
  active: row.deactivatedAt === null,
  rollbackTo: row.id === target?.id,
});

/** Rows that the pages show, and among which a rollback looks. */
const HISTORY = 200;

const readHistory = (db: Db) =>
  db.deployment.findMany({ where: { slot: DEFAULT_SLOT }, orderBy: { number: "desc" }, take: HISTORY, include: ROW });

/** The last release before the live one that differs from it and is of the same base model; rows newest first. */
function rollbackTarget(rows: readonly Row[]): Row | undefined {
  const at = rows.findIndex((row) => row.deactivatedAt === null);
  const live = rows[at];
  if (!live) return undefined;
  return rows.slice(at + 1).find((row) => row.baseModelId === live.baseModelId && row.adapterId !== live.adapterId);
}

/** Newest first. */
export async function listDeployments(db: Db): Promise<DeploymentView[]> {
  const rows = await readHistory(db);
  const target = rollbackTarget(rows);
  return rows.map((row) => view(row, target));
}

/**
 * Makes an adapter, or with null the bare base, what new replies are spoken with. Replies that run go on with what they
 * began with. Activating what is live changes nothing.
 * @throws AppError NOT_FOUND, NOT_SERVABLE, BASE_MISMATCH, ADAPTER_MISSING, ADAPTER_REFUSED, INFERENCE_UNAVAILABLE: nothing has changed then
 */
export async function activateAdapter(
  stage: Stage,
  actorId: string,
  adapterId: string | null,
): Promise<DeploymentView> {
  await prepare(stage, adapterId, (await activeDeployment(stage.db)).baseModelId);
  return move(stage, actorId, "deployment.activate", adapterId);
}

/** Goes back to what was live before, for this base model: a new release with the earlier adapter. */
export async function rollBack(stage: Stage, actorId: string): Promise<DeploymentView> {
  const earlier = rollbackTarget(await readHistory(stage.db));
  if (!earlier) {
    throw new AppError("NOTHING_TO_ROLL_BACK_TO", "Nothing else was live before with this base model.");
  }
  await prepare(stage, earlier.adapterId, earlier.baseModelId);
  return move(stage, actorId, "deployment.rollback", earlier.adapterId);
}

/** All that can fail, before anything has changed: the row, the base, the file, and the inference process's own checks. */
async function prepare({ db, engine, env }: Stage, adapterId: string | null, baseModelId: string): Promise<void> {
  if (adapterId === null) return;
  const adapter = await db.adapter.findUnique({ where: { id: adapterId }, include: { baseModel: true } });
  if (!adapter) throw notFound("adapter");
  const name = `Adapter ${adapter.sha256.slice(0, 8)}`;
  if (!adapter.servable) throw new AppError("NOT_SERVABLE", `${name} ${whyNotServable(adapter)}`);
  if (adapter.baseModelId !== baseModelId) {
    throw new AppError(
      "BASE_MISMATCH",
      `${name} was trained on ${adapter.baseModel.name} (${adapter.baseModel.sha256.slice(0, 8)}), another model is served; set HONE_MODEL to that model, or train anew.`,
    );
  }
  const file = adapterPath(env, adapter.path);
  if (!(await stat(file).catch(() => null))?.isFile()) {
    throw new AppError(
      "ADAPTER_MISSING",
      `${name}: its file ${adapter.path} is not in HONE_HOME; restore it or train anew.`,
    );
  }
  await engine.ensureAdapter({ sha256: adapter.sha256, path: file });
}

/** The end of a sentence: what it is and what can be done with it instead. */
function whyNotServable({ kind, tuning, path }: Pick<Adapter, "kind" | "tuning" | "path">): string {
  if (kind === "REWARD")
    return "is a reward model: it scores replies and gives none. Choose it for a PPO, GRPO or best-of-K run.";
  if (tuning === "FULL")
    return `is a whole model, not an adapter. Set HONE_MODEL to ${path} in HONE_HOME and start again to serve it.`;
  return (
    `is of tuning ${tuning.toLowerCase()}, and the serving engine applies LoRA adapters only. ` +
    "Train with tuning=lora to serve it, or compare it by its figures here."
  );
}

/** Closes the active row and opens the next, with the audit line: all or nothing. */
async function move(
  { db, engine }: Stage,
  actorId: string,
  action: "deployment.activate" | "deployment.rollback",
  adapterId: string | null,
): Promise<DeploymentView> {
  const { opened, closed } = await db.$transaction(async (tx) => {
    const live = await lockActive(tx);
    if (live.adapterId === adapterId) return { opened: live.id, closed: null };
    await tx.deployment.update({ where: { id: live.id }, data: { deactivatedAt: new Date() } });
    const opened = await tx.deployment.create({
      data: { number: await nextNumber(tx), baseModelId: live.baseModelId, adapterId, activatedById: actorId },
      include: { adapter: { select: { sha256: true } } },
    });
    if (adapterId) {
      await tx.adapter.updateMany({ where: { id: adapterId, status: "CANDIDATE" }, data: { status: "APPROVED" } });
    }
    await recordAudit(tx, {
      actorId,
      action,
      subject: `Deployment:${opened.id}`,
      before: { number: live.number, adapterSha256: live.adapter?.sha256 ?? null },
      after: { number: opened.number, adapterSha256: opened.adapter?.sha256 ?? null },
    });
    return { opened: opened.id, closed: live };
  });
  if (closed?.adapter) await release(engine, closed.adapter.sha256);
  return view(await db.deployment.findUniqueOrThrow({ where: { id: opened }, include: ROW }));
}

/** One activation at a time: a row lock alone would let the second one look for an active row that is gone. */
async function lockActive(tx: Tx): Promise<LiveDeployment> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('Deployment'), hashtext(${DEFAULT_SLOT}))::text`;
  return activeDeployment(tx);
}

async function nextNumber(tx: Tx): Promise<number> {
  const { _max } = await tx.deployment.aggregate({ _max: { number: true } });
  return (_max.number ?? 0) + 1;
}

/** Frees what is no longer live once its last reply ends. The swap has happened: a failure here only costs memory. */
async function release(engine: Stage["engine"], sha256: string): Promise<void> {
  try {
    await engine.releaseAdapter(sha256);
  } catch (error) {
    logger("deployment").warn({ err: error, sha256 }, "the adapter before could not be released");
  }
}
