/** Preference pairs as admins read them: the prompt, both replies, and who judged. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import { MESSAGE_ROLE } from "./chat-role.ts";
import { historiesOf } from "./history.ts";
import { behind, pageOf } from "./page.ts";
import { PERSON } from "./select.ts";
import type { Page, PairDetails, PairFilter, PairView } from "./views.ts";

const REPLY = { select: { id: true, content: true, adapterSha256: true } } as const;

export const PAIR_ROW = {
  chosen: REPLY,
  rejected: REPLY,
  raters: { include: { rater: PERSON } },
} as const satisfies Prisma.PreferencePairInclude;

type PairRow = Prisma.PreferencePairGetPayload<{ include: typeof PAIR_ROW }>;

export async function viewPairs(db: Db, rows: readonly PairRow[]): Promise<PairView[]> {
  const histories = await historiesOf(db, [...new Set(rows.map((row) => row.promptId))]);
  const reply = ({ id, content, adapterSha256 }: PairRow["chosen"]) => ({ messageId: id, content, adapterSha256 });
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    status: row.status,
    createdAt: row.createdAt,
    prompt: (histories.get(row.promptId) ?? []).map(({ role, content }) => ({ role: MESSAGE_ROLE[role], content })),
    chosen: reply(row.chosen),
    rejected: reply(row.rejected),
    raters: row.raters.map(({ rater }) => rater),
    weight: row.weight,
    quarantineReason: row.quarantineReason,
  }));
}

const PAGE = 30;

/** Newest first, retracted ones included. */
export async function listPairs(db: Db, { cursor }: PairFilter & { cursor?: string } = {}): Promise<Page<PairView>> {
  const rows = await db.preferencePair.findMany({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: PAGE + 1,
    ...behind(cursor),
    include: PAIR_ROW,
  });
  const views = await viewPairs(db, rows);
  return pageOf(views, PAGE, (view) => view);
}

export async function getPair(_db: Db, _id: string): Promise<PairDetails> {
  throw new AppError("NOT_IMPLEMENTED", "This is not ready yet.");
}

/** @returns how many changed */
export async function setPairQuarantine(
  _db: Db,
  _actorId: string,
  _change: { ids: readonly string[]; quarantined: boolean; reason: string },
): Promise<{ changed: number }> {
  throw new AppError("NOT_IMPLEMENTED", "This is not ready yet.");
}
