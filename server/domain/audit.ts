/** The audit trail: who did what to which row, written in the transaction that did it. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { auditNames } from "./audit-names.ts";
import { pageOf } from "./page.ts";
import { PERSON } from "./select.ts";
import { AUDIT_AREAS, type AuditAction, type AuditFilter, SYSTEM_ACTOR } from "./views/audit.ts";
import type { AuditView, Page } from "./views.ts";

interface AuditRecord {
  /** Null: the system itself. */
  actorId: string | null;
  action: AuditAction;
  /** "<table>:<id>" */
  subject: string;
  before?: Prisma.InputJsonObject | null;
  after?: Prisma.InputJsonObject | null;
}

/** Takes a transaction and nothing else, so that no deed is recorded that was not done. */
export async function recordAudit(tx: Tx, { before, after, ...record }: AuditRecord): Promise<void> {
  await tx.auditEvent.create({ data: { ...record, before: before ?? Prisma.DbNull, after: after ?? Prisma.DbNull } });
}

const PAGE = 50;

/** Newest first. */
export async function listAudit(db: Db, filter: AuditFilter = {}, cursor?: string): Promise<Page<AuditView>> {
  const before = cursor && /^\d{1,18}$/.test(cursor) ? { id: { lt: BigInt(cursor) } } : {};
  const rows = await db.auditEvent.findMany({
    where: { ...before, ...matching(filter) },
    orderBy: { id: "desc" },
    take: PAGE + 1,
    include: { actor: PERSON },
  });
  const names = await auditNames(db, [...new Set(rows.slice(0, PAGE).map(({ subject }) => subject))]);
  return pageOf(
    rows.map((row) => ({ ...row, id: String(row.id), at: row.createdAt })),
    PAGE,
    ({ id, at, actor, action, subject, before, after }) => ({
      ...{ id, at, actor, action, subject, subjectName: names.get(subject) ?? null, before, after },
    }),
  );
}

function matching({ area, actorId, subject }: AuditFilter): Prisma.AuditEventWhereInput {
  return {
    ...(area && { OR: AUDIT_AREAS[area].map((part) => ({ action: { startsWith: `${part}.` } })) }),
    ...(actorId && { actorId: actorId === SYSTEM_ACTOR ? null : actorId }),
    ...(subject && { subject }),
  };
}
