/** What people talk to: the history of releases, activation and rollback. Load and check first; then one transaction moves the active row. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { AppError } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { endCanary, type Move, openCanary, replaceDefault, withdraw } from "./canary/moves.ts";
import { type Admission, admit, assertFiles, type Candidate, prepare } from "./canary/prepare.ts";
import { said } from "./canary/said.ts";
import { assertNotFrozen, lockArms, rewarm, type TrafficStage } from "./canary/stage.ts";
import { beginWatch } from "./canary/watch.ts";
import { recordEvent } from "./events/event.ts";
import { activeDeployment, DEFAULT_SLOT, type LiveDeployment } from "./live.ts";
import { readRollbackTarget, rollbackTarget } from "./rollback-target.ts";
import { PERSON } from "./select.ts";
import { type Sentence, sentenceSchema } from "./views/sentence.ts";
import type { DeploymentView } from "./views.ts";

const ROW = {
  adapter: { select: { sha256: true } },
  baseModel: { select: { id: true, name: true } },
  activatedBy: PERSON,
  canary: { select: { id: true, status: true } },
} as const satisfies Prisma.DeploymentInclude;

type Row = Prisma.DeploymentGetPayload<{ include: typeof ROW }>;

const isDefault = ({ slot }: Pick<Row, "slot">) => slot === DEFAULT_SLOT;
const isActive = ({ deactivatedAt }: Pick<Row, "deactivatedAt">) => deactivatedAt === null;

const viewWith =
  (rows: readonly Row[]) =>
  (row: Row): DeploymentView => ({
    id: row.id,
    number: row.number,
    adapterId: row.adapterId,
    adapterSha256: row.adapter?.sha256 ?? null,
    base: row.baseModel,
    activatedAt: row.activatedAt,
    deactivatedAt: row.deactivatedAt,
    activatedBy: row.activatedBy,
    active: isActive(row),
    rollbackTo: row.id === rollbackTarget(rows)?.id,
    isDefault: isDefault(row),
    share: isActive(row) ? (isDefault(row) ? restOf(rows) : row.share) : 0,
    endReason: row.endReason === null ? null : sentenceSchema.parse(row.endReason),
    override: row.override,
    gateId: row.gateId,
    canary: row.canary,
  });

/** What the default arm has. */
const restOf = (rows: readonly Row[]) =>
  rows.filter((row) => isActive(row) && !isDefault(row)).reduce((rest, { share }) => rest - share, 1000);

/** Rows that the pages show, and among which a rollback looks. */
const HISTORY = 200;

const readHistory = (db: Db) => db.deployment.findMany({ orderBy: { number: "desc" }, take: HISTORY, include: ROW });

/** Newest first, arms that never were the default one included. */
export async function listDeployments(db: Db): Promise<DeploymentView[]> {
  const rows = await readHistory(db);
  return rows.map(viewWith(rows));
}

/**
 * Makes an adapter, or with null the bare base, what new replies are spoken with. Replies that run go on with what they
 * began with. Activating what is live changes nothing.
 * @throws AppError NOT_FOUND, GATE_REQUIRED, GATE_RUNNING, DEPLOYMENT_FROZEN, NOT_SERVABLE, BASE_MISMATCH, ADAPTER_MISSING, ADAPTER_REFUSED,
 *   INFERENCE_UNAVAILABLE: nothing has changed then
 */
export async function activateAdapter(stage: TrafficStage, candidate: Candidate): Promise<DeploymentView> {
  const { db, actorId } = stage;
  const { adapterId } = candidate;
  const live = await activeDeployment(db);
  if (live.adapterId === adapterId) return viewOf(db, live.id);
  // The adapter's own faults first: a gate says nothing about a file that is gone.
  await prepare(stage, adapterId, live.baseModelId);
  await admit(db, candidate, actorId);
  return move(stage, { action: "deployment.activate", adapterId, admit: (tx) => admit(tx, candidate, actorId) });
}

interface Rollback {
  /**
   * The default arm that is to go. Where another one is live by now nothing happens: whoever else was faster has been heard, and a second
   * rollback would bring back the very release that both wanted to be rid of.
   */
  from?: string;
  /** Why the system does it by itself. */
  reason?: Sentence;
}

/**
 * Goes back to what was live before, for this base model: a new release with the earlier adapter. Nothing but the adapter itself can forbid it.
 * @throws AppError NOTHING_TO_ROLL_BACK_TO, ADAPTER_MISSING, ADAPTER_REFUSED, INFERENCE_UNAVAILABLE; CONFLICT where another release than
 *   `from` is live by now
 */
export async function rollBack(stage: TrafficStage, rollback: Rollback = {}): Promise<DeploymentView> {
  const earlier = await readRollbackTarget(stage.db);
  if (!earlier) {
    throw new AppError("NOTHING_TO_ROLL_BACK_TO", "Nothing else was live before with this base model.");
  }
  await prepare(stage, earlier.adapterId, earlier.baseModelId);
  const { adapterId } = earlier;
  return move(stage, { action: "deployment.rollback", adapterId, ...rollback, admit: (tx) => keep(tx, adapterId) });
}

/** Takes part in no gate; what retention took a moment ago is not made live, though it is still in memory. */
async function keep(tx: Tx, adapterId: string | null): Promise<Admission> {
  if (adapterId !== null) await assertFiles(tx, adapterId);
  return { gateId: null, override: null };
}

interface Change extends Rollback {
  action: "deployment.activate" | "deployment.rollback";
  adapterId: string | null;
  /** Asked again under the lock: an approval may have been taken back meanwhile. */
  admit: (tx: Tx) => Promise<Admission>;
}

/** Closes the active row and opens the next, with the audit line and the event: all or nothing. */
async function move(stage: TrafficStage, { action, adapterId, from, reason, admit }: Change): Promise<DeploymentView> {
  const { db, actorId, now } = stage;
  const by: Move = { actorId, now };
  const id = await db.$transaction(async (tx) => {
    const arms = await lockArms(tx);
    const [live] = arms;
    if (live.adapterId === adapterId) return live.id;
    if (from !== undefined && from !== live.id) {
      if (actorId === null) return live.id;
      throw new AppError("CONFLICT", `Release ${live.number} is live by now; look again before you roll back.`);
    }
    if (action === "deployment.activate") await assertNotFrozen(tx);
    const admission = await admit(tx);
    const canary = await openCanary(tx);
    const code = action === "deployment.rollback" ? "ROLLED_BACK" : "REPLACED";
    const why = (number: number) => reason ?? said(code, { number });
    const opened = await replaceDefault(tx, by, arms, { ...admission, adapterId, reason: why });
    // What was there before is watched by nobody: back and forth would be worse than either.
    if (action === "deployment.activate") await beginWatch(tx, { deploymentId: opened.id, controlId: live.id });
    if (canary) {
      const arm = arms.find(({ id }) => id === canary.deploymentId);
      if (arm?.adapterId === adapterId) {
        await endCanary(tx, by, canary, { status: "PROMOTED", reason: said("PROMOTED_BY_HAND") });
      } else await withdraw(tx, by, { canary, reason: said("SUPERSEDED", { number: opened.number }) });
    }
    const before = { number: live.number, adapterSha256: live.adapter?.sha256 ?? null };
    const after = { number: opened.number, adapterSha256: opened.adapter?.sha256 ?? null };
    const { gateId, override } = admission;
    await recordAudit(tx, {
      ...{ actorId, action, subject: `Deployment:${opened.id}`, before },
      after: {
        ...after,
        ...(gateId && { gateId }),
        ...(override && { override }),
        ...(reason && { reason: reason.code }),
      },
    });
    await recordEvent(tx, {
      kind: action === "deployment.rollback" ? "deployment.rolledBack" : "deployment.activated",
      ...{
        subject: `Deployment:${opened.id}`,
        data: {
          ...{ ...after, controlNumber: live.number, automatic: actorId === null },
          ...(reason && { reason: reason.code }),
        },
      },
    });
    return opened.id;
  });
  await rewarm(stage);
  return viewOf(db, id);
}

async function viewOf(db: Db, id: LiveDeployment["id"]): Promise<DeploymentView> {
  const rows = await readHistory(db);
  const row =
    rows.find((row) => row.id === id) ?? (await db.deployment.findUniqueOrThrow({ where: { id }, include: ROW }));
  return viewWith(rows)(row);
}
