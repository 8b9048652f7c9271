/**
 * The log of a reply in the database: text is appended under a seq without gaps, a heartbeat says that its speaker
 * lives, and the end is one guarded update that only one caller can win.
 */

import { Prisma } from "../../prisma/generated/client.ts";
import type { EndReason, MessageStatus } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { UNFINISHED } from "./message-status.ts";

/** Tokens and the text they make. Text and tokens may run apart by a token: a character can take several. */
export interface Spoken {
  text: string;
  tokenIds: number[];
  logProbs: number[];
}

/** "gone": the reply was ended by somebody else; its speaker must stop. "stop": its reader asked for the end. */
export type Word = "ok" | "stop" | "gone";

const wordOf = (rows: { stopped: boolean }[]): Word => (!rows[0] ? "gone" : rows[0].stopped ? "stop" : "ok");

/** Says that the reply's speaker lives. */
export async function beat(db: Db, messageId: string): Promise<Word> {
  return wordOf(
    await db.$queryRaw<{ stopped: boolean }[]>`
      UPDATE "Message" SET "heartbeatAt" = now()
      WHERE "id" = ${messageId}::uuid AND "status" IN ('PENDING', 'STREAMING')
      RETURNING "stopRequestedAt" IS NOT NULL AS "stopped"`,
  );
}

/** Appends under the next seq. The number and the event are written by one statement, so no seq is ever skipped. */
export async function append(db: Db, messageId: string, spoken: Spoken): Promise<Word> {
  return wordOf(
    await db.$queryRaw<{ stopped: boolean }[]>`
      WITH alive AS (
        UPDATE "Message" SET "status" = 'STREAMING', "lastSeq" = "lastSeq" + 1, "heartbeatAt" = now(),
          "firstTokenAt" = coalesce("firstTokenAt", date_trunc('milliseconds', clock_timestamp()))
        WHERE "id" = ${messageId}::uuid AND "status" IN ('PENDING', 'STREAMING')
        RETURNING "id", "lastSeq", "stopRequestedAt"
      ), logged AS (
        INSERT INTO "MessageEvent" ("messageId", "seq", "text", "tokenIds", "logProbs")
        SELECT "id", "lastSeq", ${spoken.text}, ${spoken.tokenIds}::int[], ${spoken.logProbs}::real[] FROM alive
      )
      SELECT "stopRequestedAt" IS NOT NULL AS "stopped" FROM alive`,
  );
}

export interface Ending {
  status: Extract<MessageStatus, "COMPLETE" | "INTERRUPTED" | "FAILED">;
  spoken: Spoken;
  endReason: EndReason | null;
  promptTokens: number | null;
  error: { code: string; message: string } | null;
}

/** Ends the reply. @returns false when somebody else has ended it before, whose word then stands */
export async function finalise(db: Db, messageId: string, ending: Ending): Promise<boolean> {
  const { status, spoken, endReason, promptTokens, error } = ending;
  const { tokenIds, logProbs } = spoken;
  const { count } = await db.message.updateMany({
    where: { id: messageId, status: { in: [...UNFINISHED] } },
    data: {
      status,
      content: spoken.text,
      tokenIds,
      // One per token or none: a list that does not fit says nothing.
      logProbs: logProbs.length === tokenIds.length ? logProbs : [],
      promptTokens,
      completionTokens: tokenIds.length,
      endReason,
      errorCode: error?.code ?? null,
      error: error?.message ?? null,
      finishedAt: new Date(),
      heartbeatAt: null,
    },
  });
  return count === 1;
}

/** A speaker that was silent for this long is dead; it beats every few seconds. */
export const SILENCE_SECONDS = 15;

/**
 * Ends replies whose speaker died, with what the log holds of them: never complete, since nobody knows how they would
 * have ended.
 * @returns ids of the replies ended by this call
 */
export async function reapReplies(db: Db): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH dead AS (
      SELECT "id" FROM "Message" WHERE "status" IN ('PENDING', 'STREAMING')
        AND "heartbeatAt" < now() - make_interval(secs => ${SILENCE_SECONDS})
      FOR UPDATE SKIP LOCKED
    ), said AS (
      SELECT d."id",
        coalesce((SELECT string_agg(e."text", '' ORDER BY e."seq") FROM "MessageEvent" e WHERE e."messageId" = d."id"), '') AS "text",
        ARRAY(SELECT t FROM "MessageEvent" e, unnest(e."tokenIds") WITH ORDINALITY AS u(t, i)
          WHERE e."messageId" = d."id" ORDER BY e."seq", i) AS "tokenIds",
        ARRAY(SELECT p FROM "MessageEvent" e, unnest(e."logProbs") WITH ORDINALITY AS u(p, i)
          WHERE e."messageId" = d."id" ORDER BY e."seq", i) AS "logProbs"
      FROM dead d
    )
    UPDATE "Message" m SET
      "status" = CASE WHEN said."text" = '' THEN 'FAILED' ELSE 'INTERRUPTED' END::"MessageStatus",
      "content" = said."text", "tokenIds" = said."tokenIds",
      "logProbs" = CASE WHEN cardinality(said."logProbs") = cardinality(said."tokenIds") THEN said."logProbs" ELSE '{}' END,
      "completionTokens" = cardinality(said."tokenIds"),
      "errorCode" = 'GENERATOR_LOST', "error" = 'The process that wrote this reply died; ask for it again.',
      "finishedAt" = now(), "heartbeatAt" = NULL
    FROM said WHERE m."id" = said."id"
    RETURNING m."id"`;
  return rows.map(({ id }) => id);
}

/** Long enough for anybody who was cut off to come back and read on. */
const KEEP_EVENTS = Prisma.sql`interval '1 hour'`;

/** Drops the logs of replies that ended long ago; their text stands in the Message. */
export async function sweepEvents(db: Db): Promise<void> {
  await db.$executeRaw`
    WITH old AS (
      UPDATE "Message" SET "lastSeq" = 0 WHERE "lastSeq" > 0 AND "finishedAt" < now() - ${KEEP_EVENTS} RETURNING "id"
    )
    DELETE FROM "MessageEvent" WHERE "messageId" IN (SELECT "id" FROM old)`;
}
