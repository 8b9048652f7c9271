/** The way from the root of a conversation to a message: what the model is shown, and what a pair was judged on. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { MessageRole, MessageStatus } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { CHAT_ROLE } from "./chat-role.ts";
import type { PromptTurn } from "./dataset-content.ts";
import { samplingSchema } from "./json.ts";

interface Spoken {
  role: MessageRole;
  status: MessageStatus;
  content: string;
  /** Null in turns a program brought along: Prisma leaves an unset list null in the database, and raw queries show it. */
  tokenIds: number[] | null;
  sampling: unknown;
}

/**
 * The token ids that stand for a reply's text, null where the text must be tokenised: an interrupted reply may end
 * within a character, and one that a stop text ended has that text among its tokens but not in its content.
 */
export function sampledTokens({ role, status, tokenIds, sampling }: Spoken): number[] | null {
  if (role !== "ASSISTANT" || status !== "COMPLETE" || !tokenIds?.length) return null;
  const known = samplingSchema.safeParse(sampling);
  return known.success && known.data.stop.length > 0 ? null : tokenIds;
}

/** Turns from the root up to and including each given message, by that message's id. */
export async function historiesOf(db: Db | Tx, messageIds: readonly string[]): Promise<Map<string, PromptTurn[]>> {
  const histories = new Map<string, PromptTurn[]>(messageIds.map((id) => [id, []]));
  if (messageIds.length === 0) return histories;
  const ids = Prisma.join(messageIds.map((id) => Prisma.sql`${id}::uuid`));
  const rows = await db.$queryRaw<(Spoken & { leafId: string })[]>`
    WITH RECURSIVE path AS (
      SELECT "id" AS "leafId", 0 AS depth, "parentId", "role", "status", "content", "tokenIds", "sampling"
      FROM "Message" WHERE "id" IN (${ids})
      UNION ALL
      SELECT path."leafId", path.depth + 1, m."parentId", m."role", m."status", m."content", m."tokenIds", m."sampling"
      FROM path JOIN "Message" m ON m."id" = path."parentId"
    )
    SELECT * FROM path ORDER BY "leafId", depth DESC`;
  for (const row of rows) {
    const tokenIds = sampledTokens(row);
    histories.get(row.leafId)?.push({ role: CHAT_ROLE[row.role], content: row.content, ...(tokenIds && { tokenIds }) });
  }
  return histories;
}
