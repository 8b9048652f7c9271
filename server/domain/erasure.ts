/** Erasing a person: their texts and judgements go, the adapters that learned from them are flagged, a report is kept. */

import { rm } from "node:fs/promises";
import path from "node:path";
import type { Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { logger } from "../log.ts";
import type { Services } from "../services.ts";
import { recordAudit } from "./audit.ts";
import { touchedAdapters } from "./erasure-flags.ts";
import { removeErased } from "./erasure-remove.ts";
import { keptSentences, reportFile } from "./erasure-report.ts";
import { gatherErased } from "./erasure-select.ts";
import { getErasure } from "./erasure-view.ts";
import { spoolPath } from "./import-spool.ts";
import { NO_LEASE } from "./run.ts";
import { PERSON } from "./select.ts";
import type { ErasurePreview, ErasureReport, ErasureView } from "./views.ts";

/** Somebody's years of conversations go in one transaction. */
const ERASING = { maxWait: 20_000, timeout: 600_000 };

/**
 * Takes everything of a person away, in one transaction: it is gone altogether or not at all. Unfinished Runs on Datasets that
 * lose examples are cancelled; other Runs may not use those Datasets any more.
 * @throws AppError NOT_FOUND also where they were erased before, LAST_ADMIN
 */
export async function eraseUser(
  { db, env }: Pick<Services, "db" | "env">,
  { userId, actorId }: { userId: string; actorId: string },
): Promise<ErasureView> {
  const { erasureId, ...left } = await db.$transaction(async (tx) => {
    const work = await takeAway(tx, userId);
    if (work.refusal === "LAST_ADMIN") throw lastAdmin();
    return record(tx, { userId, actorId, work });
  }, ERASING);
  await removeFiles(env, left);
  return getErasure(db, erasureId);
}

/** What `eraseUser` would do. It is done and undone: nothing else would tell as surely. */
export async function previewErasure({ db }: Pick<Services, "db">, userId: string): Promise<ErasurePreview> {
  let preview: ErasurePreview | undefined;
  await db
    .$transaction(async (tx) => {
      const { runIds: _, importIds: __, ...work } = await takeAway(tx, userId);
      preview = work;
      throw new Undone();
    }, ERASING)
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  if (!preview) throw new Error("an erasure was tried and left no figures");
  return preview;
}

/** Rolls a preview back. */
class Undone extends Error {}

const lastAdmin = () =>
  new AppError("LAST_ADMIN", "This is the last admin who can sign in; make somebody else an admin first.");

interface Work extends ErasurePreview {
  /** Of all Runs that were given the person's data, ended ones included. */
  runIds: string[];
  /** Files that they had begun to bring in. */
  importIds: string[];
}

async function takeAway(tx: Tx, userId: string): Promise<Work> {
  // Locks all admins: of two who leave at the same moment, the second sees what the first did.
  await tx.$queryRaw`SELECT "id" FROM "User" WHERE "role" = 'ADMIN' ORDER BY "id" FOR UPDATE`;
  await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId}::uuid FOR UPDATE`;
  const person = await tx.user.findFirst({ where: { id: userId, erasedAt: null }, ...PERSON });
  if (!person) throw notFound("person");
  await tx.$executeRaw`SELECT set_config('hone.erasing', 'on', true)`;
  // A Dataset that is being frozen meanwhile would take in what is being taken away: it waits, or is waited for.
  await tx.$executeRaw`LOCK TABLE "DatasetPair", "DatasetItem", "DatasetRater" IN SHARE ROW EXCLUSIVE MODE`;
  await gatherErased(tx, userId);
  const datasets = await tx.$queryRaw<ErasurePreview["datasets"]>`
    SELECT dataset."id", dataset."name", dataset."sha256", touched."examples"
    FROM touched JOIN "Dataset" dataset ON dataset."id" = touched."datasetId" ORDER BY dataset."frozenAt", dataset."id"`;
  const adapters = await touchedAdapters(tx);
  const runs = await runsOn(tx);
  const removed = await removeErased(tx, { userId, email: person.email });
  const imports = await tx.$queryRaw<{ id: string }[]>`
    DELETE FROM "Import" WHERE "createdById" = ${userId}::uuid AND "state" <> 'DONE' RETURNING "id"`;
  const left = await tx.user.count({ where: { role: "ADMIN", disabledAt: null } });
  return {
    ...{ person, removed, datasets, adapters },
    runs: runs.filter(({ unfinished }) => unfinished).map(({ id, method }) => ({ id, method })),
    runIds: runs.map(({ id }) => id),
    importIds: imports.map(({ id }) => id),
    refusal: left === 0 ? "LAST_ADMIN" : null,
  };
}

const runsOn = (tx: Tx) => tx.$queryRaw<(ErasurePreview["runs"][number] & { unfinished: boolean })[]>`
  SELECT "id", "method", "status" IN ('QUEUED', 'RUNNING', 'EVALUATING') AS "unfinished" FROM "Run"
  WHERE "datasetId" IN (SELECT "datasetId" FROM touched) OR "replayDatasetId" IN (SELECT "datasetId" FROM touched)
    OR "humanDatasetId" IN (SELECT "datasetId" FROM touched) ORDER BY "createdAt", "id"`;

async function record(
  tx: Tx,
  { userId, actorId, work }: { userId: string; actorId: string; work: Work },
): Promise<{ erasureId: string } & Files> {
  const { removed, runs, runIds, importIds } = work;
  // At once and not by asking: what a worker makes of it after this moment is a ghost's, and is not stored.
  await tx.run.updateMany({
    where: { id: { in: runs.map(({ id }) => id) } },
    data: { status: "CANCELLED", cancelRequestedAt: new Date(), finishedAt: new Date(), ...NO_LEASE },
  });
  const datasets = work.datasets.map(({ sha256, examples }) => ({ sha256, examples }));
  const adapters = work.adapters.map(({ adapterId: _, ...adapter }) => adapter);
  const report: ErasureReport = {
    subject: userId,
    at: new Date().toISOString(),
    requestedBy: actorId === userId ? "SELF" : "ADMIN",
    ...{ removed, datasets, adapters },
    kept: keptSentences({ datasets, adapters }),
  };
  const { sha256 } = reportFile(report);
  const { id: erasureId } = await tx.erasure.create({
    data: { userId, requestedById: actorId, report: { ...report }, sha256 },
    select: { id: true },
  });
  await tx.adapterFlag.createMany({
    data: work.adapters.map(({ adapterId, examples, inherited }) => ({ adapterId, erasureId, examples, inherited })),
  });
  await recordAudit(tx, {
    ...{ actorId, action: "user.erase", subject: `User:${userId}` },
    after: { erasureId, sha256, requestedBy: report.requestedBy },
  });
  return { erasureId, runIds, importIds };
}

type Files = Pick<Work, "runIds" | "importIds">;

/**
 * What Runs had gathered on disk: drafts and replies to the person's prompts may be among it; and files that they had begun to
 * bring in. Weights name nobody and stay.
 */
async function removeFiles(env: Pick<Env, "HONE_HOME">, { runIds, importIds }: Files): Promise<void> {
  const folders = runIds.map((runId) => path.join(env.HONE_HOME, "checkpoints", runId));
  for (const file of [...folders, ...importIds.map((id) => spoolPath(env, id))]) {
    await rm(file, { recursive: true, force: true }).catch((err) =>
      logger("erasure").error({ err, file }, "this could not be removed; remove it by hand"),
    );
  }
}
