/** About how many examples of each kind there could be, counted and kept: what a new run is offered before anything is chosen. */

import { z } from "zod";
import type { Db } from "../db.ts";
import { type FigureSource, keptFigures } from "./kept-figures.ts";

const countsSchema = z.object({ PAIRS: z.int(), THUMBS: z.int(), DIALOGUES: z.int(), PROMPTS: z.int() }).partial();
type Counts = z.infer<typeof countsSchema>;

export const JUDGED_COUNTS: FigureSource<Counts> = {
  ...{ key: "judged counts", schema: countsSchema, version: versionOf },
  work: async (db) => {
    const value = await judgedCounts(db);
    return { value, size: Object.values(value).reduce((sum, count) => sum + count, 0) };
  },
};

export const keptCounts = async (db: Db): Promise<Counts> => (await keptFigures(db, JUDGED_COUNTS)).value;

/** Every judgement is an event; prompts and their ends are messages, conversations and people. */
async function versionOf(db: Db): Promise<string> {
  const [row] = await db.$queryRaw<{ version: string }[]>`
    SELECT concat_ws(' ', (SELECT max("id") FROM "JudgementEvent"), (SELECT max("createdAt") FROM "Message"),
      (SELECT count(*) FROM "Message" WHERE "status" IN ('PENDING', 'STREAMING')),
      (SELECT concat_ws(' ', max("updatedAt"), count("deletedAt")) FROM "Conversation"),
      (SELECT concat_ws(' ', count("quarantinedAt"), max("quarantinedAt"), max("releasedAt")) FROM "RaterTrust"),
      (SELECT concat_ws(' ', count(*), count("disabledAt")) FROM "User")) AS "version"`;
  return row?.version ?? "";
}

/** About how many examples of each kind feedback gives: counted, not read, so equal prompts count twice. */
export async function judgedCounts(db: Pick<Db, "$queryRaw">): Promise<Counts> {
  const [row] = await db.$queryRaw<{ PAIRS: number; THUMBS: number; DIALOGUES: number; PROMPTS: number }[]>`
    WITH judged AS (
      SELECT reply."id", sum(thumb."value") AS votes FROM "Feedback" thumb
      JOIN "User" rater ON rater."id" = thumb."raterId" AND rater."disabledAt" IS NULL
      JOIN "Message" reply ON reply."id" = thumb."messageId" AND reply."status" = 'COMPLETE'
      JOIN "Conversation" conversation ON conversation."id" = reply."conversationId" AND conversation."deletedAt" IS NULL
      GROUP BY reply."id"
    )
    SELECT
      (SELECT count(*) FROM "PreferencePair" pair JOIN "Message" prompt ON prompt."id" = pair."promptId"
        JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId" AND conversation."deletedAt" IS NULL
        WHERE pair."status" = 'ACTIVE' AND pair."source" <> 'AI')::int AS "PAIRS",
      (SELECT count(*) FROM judged WHERE votes <> 0)::int AS "THUMBS",
      (SELECT count(*) FROM judged WHERE votes > 0)::int AS "DIALOGUES",
      (SELECT count(DISTINCT reply."parentId") FROM "Message" reply
        JOIN "Conversation" conversation ON conversation."id" = reply."conversationId" AND conversation."deletedAt" IS NULL
        WHERE reply."role" = 'ASSISTANT' AND reply."status" = 'COMPLETE')::int AS "PROMPTS"`;
  return row ?? {};
}
