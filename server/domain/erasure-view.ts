/** The reports of erasures as pages show them and as they are handed out. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { erasureReportSchema, reportFile } from "./erasure-report.ts";
import { behind, pageOf } from "./page.ts";
import { PERSON } from "./select.ts";
import type { ErasureView, Page, PersonRef } from "./views.ts";

const ROW = {
  flags: {
    include: {
      run: { select: { status: true } },
      adapter: {
        select: {
          sha256: true,
          createdAt: true,
          deployments: { where: { deactivatedAt: null }, select: { id: true }, take: 1 },
        },
      },
    },
  },
} as const satisfies Prisma.ErasureInclude;

const PAGE = 30;

/** Newest first. */
export async function listErasures(db: Db, cursor?: string): Promise<Page<ErasureView>> {
  const rows = await db.erasure.findMany({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: PAGE + 1,
    ...behind(cursor),
    include: ROW,
  });
  const people = await db.user.findMany({
    where: { id: { in: rows.flatMap(({ requestedById }) => requestedById ?? []) } },
    ...PERSON,
  });
  const byId = new Map(people.map((person) => [person.id, person]));
  return pageOf(rows, PAGE, (row) => view(row, byId));
}

/** @throws AppError NOT_FOUND */
export async function getErasure(db: Db, id: string): Promise<ErasureView> {
  const row = await db.erasure.findUnique({ where: { id }, include: ROW });
  if (!row) throw notFound("erasure");
  const admin = row.requestedById && (await db.user.findUnique({ where: { id: row.requestedById }, ...PERSON }));
  return view(row, new Map(admin ? [[admin.id, admin]] : []));
}

function view(
  { id, createdAt, userId, requestedById, sha256, report, flags }: Prisma.ErasureGetPayload<{ include: typeof ROW }>,
  people: ReadonlyMap<string, PersonRef>,
): ErasureView {
  const oldestFirst = flags.sort((a, b) => a.adapter.createdAt.getTime() - b.adapter.createdAt.getTime());
  return {
    ...{ id, at: createdAt, subject: userId, sha256 },
    requestedBy: (requestedById && people.get(requestedById)) || null,
    report: erasureReportSchema.parse(report),
    adapters: oldestFirst.map(({ adapterId, adapter, examples, inherited, runId, run }) => ({
      ...{ adapterId, sha256: adapter.sha256, examples, inherited },
      live: adapter.deployments.length > 0,
      retrainedBy: runId && run ? { runId, status: run.status } : null,
    })),
  };
}

/** The report as a file, byte for byte what its hash is of. @throws AppError NOT_FOUND */
export async function erasureReportFile(db: Db, id: string): Promise<{ text: string; sha256: string }> {
  const row = await db.erasure.findUnique({ where: { id }, select: { report: true } });
  if (!row) throw notFound("erasure");
  return reportFile(row.report);
}
