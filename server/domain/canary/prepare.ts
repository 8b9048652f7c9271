/** All that can keep an adapter from going live, before anything has changed: its Gate, its kind, its base, its file, the inference process. */

import { stat } from "node:fs/promises";
import type { Adapter } from "../../../prisma/generated/client.ts";
import type { Db, Tx } from "../../db.ts";
import { AppError, notFound } from "../../errors.ts";
import { adapterPath } from "../adapter.ts";
import { mayGoLive } from "../gate/may-go-live.ts";
import type { TrafficStage } from "./stage.ts";

export interface Candidate {
  /** Null is the bare base model. */
  adapterId: string | null;
  /** Why it may go live although its Gate does not say so. */
  override?: string;
}

/** How a candidate came through: by which Gate, or by whose reason. */
export interface Admission {
  gateId: string | null;
  override: string | null;
}

/**
 * Asks the candidate's Gate. `asked` is the admin whose act counts as an approval, null the system.
 * @throws AppError GATE_REQUIRED, GATE_RUNNING; ILLEGAL_STATE for a retired adapter, ADAPTER_MISSING where retention took its files
 */
export async function admit(db: Db | Tx, { adapterId, override }: Candidate, asked: string | null): Promise<Admission> {
  if (adapterId !== null) {
    const { status, sha256 } = await assertFiles(db, adapterId);
    if (status === "RETIRED")
      throw new AppError(
        "ILLEGAL_STATE",
        `Adapter ${sha256.slice(0, 8)} is retired; take it back on its page before it goes live.`,
      );
  }
  const answer = await mayGoLive(db, { adapterId, asked });
  if (answer.allowed) return { gateId: answer.gateId, override: null };
  if (override && answer.mayOverride) return { gateId: answer.gateId, override };
  const { code, reason, mayOverride } = answer;
  throw new AppError(
    code,
    `The adapter's gate does not let it through (${reason.code}); open its report${mayOverride ? ", or give a reason to override it" : ""}.`,
  );
}

/**
 * The row stays locked against being retired, and its files against being deleted, until a transaction that asks is over.
 * @throws AppError NOT_FOUND, ADAPTER_MISSING where retention took its files
 */
export async function assertFiles(db: Db | Tx, adapterId: string): Promise<Adapter> {
  await db.$queryRaw`SELECT 1 FROM "Adapter" WHERE "id" = ${adapterId}::uuid FOR SHARE`;
  const adapter = await db.adapter.findUnique({ where: { id: adapterId } });
  if (!adapter) throw notFound("adapter");
  if (!adapter.filesDeletedAt) return adapter;
  throw new AppError(
    "ADAPTER_MISSING",
    `Adapter ${adapter.sha256.slice(0, 8)}: its files were deleted by the retention policy; import them again, or train anew.`,
  );
}

/**
 * Checks the adapter and loads it beside what speaks.
 * @throws AppError NOT_FOUND, NOT_SERVABLE, BASE_MISMATCH, ADAPTER_MISSING, ADAPTER_REFUSED, INFERENCE_UNAVAILABLE
 */
export async function prepare(
  { db, engine, env }: Pick<TrafficStage, "db" | "engine" | "env">,
  adapterId: string | null,
  baseModelId: string,
): Promise<void> {
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
