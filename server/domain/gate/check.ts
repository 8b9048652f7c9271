/** Check prompts: those that admins write, and those that come with Hone for the base that is served. */

import type { CheckKind } from "../../../prisma/generated/enums.ts";
import type { Db, Tx } from "../../db.ts";
import { AppError, notFound } from "../../errors.ts";
import { recordAudit } from "../audit.ts";
import { activeDeployment } from "../live.ts";
import type { Turns } from "../views/common.ts";
import { type CheckPromptView, type ReplyCheck, replyCheckSchema } from "../views/gate.ts";
import { passes } from "./check-reply.ts";
import { builtInChecks, setOf } from "./default-checks.ts";
import { turnsSchema } from "./stored.ts";

/** Puts the checks that come with Hone into the table where they are not; one that was changed or deleted stays as it is. */
export async function seedChecks(db: Db | Tx, baseName: string): Promise<void> {
  await db.checkPrompt.createMany({ data: builtInChecks(baseName), skipDuplicates: true });
}

/** Checks that apply to a base: those admins wrote, and the set that comes with Hone for it. */
export async function checksOf(
  db: Db | Tx,
  baseName: string,
  { kind, enabled }: { kind?: CheckKind; enabled?: boolean } = {},
): Promise<CheckPromptView[]> {
  await seedChecks(db, baseName);
  const rows = await db.checkPrompt.findMany({
    where: { kind, enabled, deletedAt: null, OR: [{ key: null }, { key: { startsWith: `${setOf(baseName)}/` } }] },
    orderBy: [{ kind: "asc" }, { createdAt: "asc" }, { id: "asc" }],
  });
  return rows.map(view);
}

interface Row extends Pick<CheckPromptView, "id" | "kind" | "enabled" | "createdAt"> {
  key: string | null;
  prompt: unknown;
  check: unknown;
}

const view = ({ id, kind, key, prompt, check, enabled, createdAt }: Row): CheckPromptView => ({
  ...{ id, kind, enabled, createdAt, builtIn: key !== null },
  prompt: turnsSchema.parse(prompt),
  check: replyCheckSchema.parse(check),
});

export async function listChecks(db: Db, { kind }: { kind?: CheckKind } = {}): Promise<CheckPromptView[]> {
  const { baseModel } = await activeDeployment(db);
  return checksOf(db, baseModel.name, { kind });
}

interface NewCheck {
  kind: CheckKind;
  prompt: Turns;
  check: ReplyCheck;
  enabled: boolean;
}

/** @throws AppError INVALID_INPUT for a pattern that cannot be used */
export async function createCheck(db: Db, actorId: string, input: NewCheck): Promise<CheckPromptView> {
  checkPattern(input.check);
  return db.$transaction(async (tx) => {
    const row = await tx.checkPrompt.create({ data: { ...input, createdById: actorId } });
    await recordAudit(tx, { actorId, action: "check.create", subject: `CheckPrompt:${row.id}`, after: { ...input } });
    return view(row);
  });
}

/** @throws AppError NOT_FOUND, INVALID_INPUT */
export async function updateCheck(
  db: Db,
  actorId: string,
  { id, ...change }: { id: string } & Partial<Omit<NewCheck, "kind">>,
): Promise<CheckPromptView> {
  if (change.check) checkPattern(change.check);
  return db.$transaction(async (tx) => {
    const before = view(await locked(tx, id));
    const row = await tx.checkPrompt.update({ where: { id }, data: change });
    const was = { prompt: before.prompt, check: before.check, enabled: before.enabled };
    await recordAudit(tx, {
      ...{ actorId, action: "check.update", subject: `CheckPrompt:${id}` },
      ...{ before: was, after: { ...was, ...change } },
    });
    return view(row);
  });
}

/** It is no part of later gates; reports that used it keep what it said. @throws AppError NOT_FOUND */
export async function deleteCheck(db: Db, actorId: string, { id, now }: { id: string; now: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    const { kind, prompt, check } = view(await locked(tx, id));
    await tx.checkPrompt.update({ where: { id }, data: { deletedAt: now } });
    const before = { kind, prompt, check };
    await recordAudit(tx, { actorId, action: "check.delete", subject: `CheckPrompt:${id}`, before });
  });
}

/** The row, held until the transaction ends, so that two changes at once both stand in the trail. */
async function locked(tx: Tx, id: string) {
  await tx.$queryRaw`SELECT 1 FROM "CheckPrompt" WHERE "id" = ${id}::uuid FOR UPDATE`;
  const row = await tx.checkPrompt.findUnique({ where: { id } });
  if (!row || row.deletedAt) throw notFound("check prompt");
  return row;
}

function checkPattern(check: ReplyCheck): void {
  if (check.type !== "PATTERN") return;
  passes(check, "");
  if (check.pattern.trim() === "") throw new AppError("INVALID_INPUT", "The pattern is empty; write what to look for.");
}
