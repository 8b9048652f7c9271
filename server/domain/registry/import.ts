/** Imports of adapters: a stranger's file is received, checked in a process of its own, put on the shelf under its hash, and measured by a Gate like any other. */

import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Prisma } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../db.ts";
import type { Services } from "../../services.ts";
import { type Adopted, doWeightsWork, WeightsRefused, type WorkBase } from "../../weights-work.ts";
import { moveWhole } from "../../whole-file.ts";
import { recordAudit } from "../audit.ts";
import { openGate } from "../gate/open.ts";
import { modelShapeSchema } from "../json.ts";
import { activeDeployment } from "../live.ts";
import type { ImportResult, ImportSource } from "../views/registry.ts";
import { type Arrived, GGUF_NAME, receive } from "./incoming.ts";
import { lockAdapter } from "./lock.ts";
import { ImportRefused, refusalOf } from "./refusal.ts";

export interface NewImport {
  actorId: string;
  /** As its sender calls it; shown, and never used as a path. */
  fileName: string;
  /** For people; null leaves it to its hash. */
  name: string | null;
  file: AsyncIterable<Uint8Array>;
  now: Date;
  mostBytes?: number;
}

/** With the refusal in English, for programs. */
export type Imported = ImportResult & { message?: string };

/**
 * Takes an adapter for the base model that is served. Weights that are here already are not taken twice; where their files were
 * deleted, they are put back. Nothing is left on disk of a file that is refused.
 */
export async function importAdapter({ db, env }: Pick<Services, "db" | "env">, wanted: NewImport): Promise<Imported> {
  let arrived: Arrived | undefined;
  try {
    const { baseModel } = await activeDeployment(db);
    const base = workBaseOf(baseModel);
    arrived = await receive(env, wanted.file, wanted.mostBytes);
    const { folder, format } = arrived;
    const adopted = await doWeightsWork({ kind: "ADOPT", format, folder, base });
    const source: ImportSource = {
      ...{ format, fileName: wanted.fileName, bytes: arrived.bytes, sha256: arrived.sha256 },
      ...{ baseNamed: adopted.baseNamed, importedAt: wanted.now.toISOString() },
    };
    return await db.$transaction((tx) =>
      shelve(tx, { ...wanted, source, adopted, folder, home: env.HONE_HOME, baseModelId: baseModel.id }),
    );
  } catch (error) {
    const refused = error instanceof WeightsRefused ? refusalOf(error) : error;
    if (!(refused instanceof ImportRefused)) throw error;
    return { refusal: refused.sentence, message: refused.message };
  } finally {
    if (arrived) await rm(arrived.folder, { recursive: true, force: true });
  }
}

function workBaseOf(row: { name: string; sha256: string; architecture: string; shape: Prisma.JsonValue }): WorkBase {
  const shape = modelShapeSchema.safeParse(row.shape);
  if (!shape.success)
    throw new ImportRefused(
      "BASE_UNKNOWN",
      `The shape of ${row.name} is not known, so nothing can be checked against it; start Hone again.`,
    );
  const { layers, width, heads, kvHeads, headWidth, feedForward } = shape.data;
  const { name, sha256, architecture } = row;
  return { name, sha256, architecture, layers, width, heads, kvHeads, headWidth, feedForward };
}

interface Shelving extends NewImport {
  source: ImportSource;
  adopted: Adopted;
  folder: string;
  home: string;
  baseModelId: string;
}

/** The row, its place on disk, the audit line and the Gate: all or, should the transaction fail, the row at least not. */
async function shelve(tx: Tx, shelving: Shelving): Promise<ImportResult> {
  const { adopted, actorId, source, name, now, baseModelId } = shelving;
  const { sha256, bytes, rank, alpha } = adopted;
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('Adapter'), hashtext(${sha256}))::text`;
  const found = await tx.adapter.findUnique({ where: { sha256 }, select: { id: true } });
  const known = found && (await lockAdapter(tx, found.id));
  const relative = path.posix.join("adapters", sha256, GGUF_NAME);
  await moveInto(shelving.folder, path.join(shelving.home, "adapters", sha256));
  if (known) {
    if (!known.filesDeletedAt) return { adapterId: known.id, sha256, known: true };
    await tx.adapter.update({ where: { id: known.id }, data: { filesDeletedAt: null, path: relative } });
    await audit(tx, { actorId, id: known.id, source, before: { filesDeletedAt: known.filesDeletedAt.toISOString() } });
    return { adapterId: known.id, sha256, known: true };
  }
  const { id } = await tx.adapter.create({
    data: {
      ...{ sha256, baseModelId, rank, alpha, bytes, path: relative, metrics: {}, createdAt: now },
      ...{ kind: "POLICY", tuning: "LORA", servable: true, name, source, importedById: actorId },
    },
  });
  await audit(tx, { actorId, id, source, before: null });
  await openGate(tx, { adapterId: id, firingId: null, requestedById: actorId });
  return { adapterId: id, sha256, known: false };
}

type Audit = { actorId: string; id: string; source: ImportSource; before: Prisma.InputJsonObject | null };

const audit = (tx: Tx, { actorId, id, source, before }: Audit) =>
  recordAudit(tx, { actorId, action: "adapter.import", subject: `Adapter:${id}`, before, after: { ...source } });

/** A folder that is there already holds these very bytes, for it is named by their hash; one that lacks the file gives way. */
async function moveInto(from: string, to: string): Promise<void> {
  if (await stat(path.join(to, GGUF_NAME)).catch(() => null)) return;
  await mkdir(path.dirname(to), { recursive: true });
  await rm(to, { recursive: true, force: true });
  await moveWhole(from, to);
}
