/** Asks the newest reward model, through the trainer, what it thinks of replies that annotators might compare, and keeps the answers. */

import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { appErrorOf } from "../errors.ts";
import { SHOWABLE } from "./comparison-open.ts";
import { DEFAULT_SLOT } from "./live.ts";
import { SCORE_LIMITS, type ScoreQueue, scoreResult } from "./score-queue.ts";

/** The newest reward model of the base model that is live, unless it was rejected or retired. */
export async function currentRewardModel(db: Db | Tx): Promise<{ id: string; sha256: string } | null> {
  return db.adapter.findFirst({
    where: {
      ...{ kind: "REWARD", status: { in: ["CANDIDATE", "APPROVED"] } },
      baseModel: { deployments: { some: { slot: DEFAULT_SLOT, deactivatedAt: null } } },
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { id: true, sha256: true },
  });
}

interface Unscored {
  id: string;
  prompt: string;
  reply: string;
}

/** How far back prompts are looked for. */
const DAYS = 30;
/** Prompts looked at in one step: the newest. */
const MOST_LOOKED_AT = 2000;
/** After a failure the trainer is left alone for this long. */
const PAUSE_MS = 10 * 60_000;

export class ReplyScorer {
  #asked: { requestId: string; adapterId: string; messageIds: string[] } | null = null;
  #pausedUntil = 0;

  constructor(private readonly services: { db: Db; scores: Pick<ScoreQueue, "ask" | "look"> }) {}

  /** Collects the answer to the last request, or makes the next one. A trainer that is training is left alone. */
  async step(now: Date): Promise<void> {
    if (this.#asked) return this.#collect(now);
    if (now.getTime() < this.#pausedUntil) return;
    const { db, scores } = this.services;
    const model = await currentRewardModel(db);
    if (!model) return;
    if (await db.run.findFirst({ where: { status: { in: ["RUNNING", "EVALUATING"] } }, select: { id: true } })) return;
    const replies = await unscored(db, model.id, new Date(now.getTime() - DAYS * 24 * 3600_000));
    if (replies.length === 0) return;
    const items = replies.map(({ prompt, reply }) => ({ prompt, reply }));
    const requestId = await scores.ask({ adapterId: model.id, items });
    this.#asked = { requestId, adapterId: model.id, messageIds: replies.map(({ id }) => id) };
  }

  async #collect(now: Date): Promise<void> {
    const { requestId, adapterId, messageIds } = this.#asked!;
    const result = await scoreResult(this.services.scores, requestId).catch((error) => {
      // Nobody took the request before the queue forgot it: no trainer runs.
      if (appErrorOf(error)?.code === "NOT_FOUND") return { state: "FAILED" as const };
      throw error;
    });
    if (result.state === "WAITING") return;
    this.#asked = null;
    if (result.state === "FAILED") {
      this.#pausedUntil = now.getTime() + PAUSE_MS;
      return;
    }
    await this.services.db.$executeRaw`
      INSERT INTO "ReplyScore" ("messageId", "adapterId", "score")
      SELECT reply."id", ${adapterId}::uuid, given."score"
      FROM unnest(${messageIds}::uuid[], ${result.scores}::float8[]) AS given("messageId", "score")
      JOIN "Message" reply ON reply."id" = given."messageId"
      ON CONFLICT DO NOTHING`;
  }
}

/**
 * Replies to openings of conversations that have a sibling to be compared with and no score yet; tasks that are open come first.
 * The trainer scores a prompt of one turn only, so replies further down are left out.
 */
const unscored = (db: Db, adapterId: string, since: Date) =>
  db.$queryRaw<Unscored[]>(Prisma.sql`
    SELECT reply."id", prompt."content" AS "prompt", reply."content" AS "reply"
    FROM (SELECT * FROM "Message" WHERE "createdAt" > ${since} AND "parentId" IS NULL AND "role" = 'USER'
      ORDER BY "createdAt" DESC LIMIT ${MOST_LOOKED_AT}) prompt
    JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
    JOIN "User" owner ON owner."id" = conversation."userId"
    JOIN "Message" reply ON reply."parentId" = prompt."id"
    WHERE ${SHOWABLE} AND length(prompt."content") BETWEEN 1 AND ${SCORE_LIMITS.characters}
      AND reply."status" = 'COMPLETE' AND length(reply."content") BETWEEN 1 AND ${SCORE_LIMITS.characters}
      AND EXISTS (SELECT 1 FROM "Message" sibling WHERE sibling."parentId" = prompt."id" AND sibling."id" <> reply."id"
        AND sibling."role" = 'ASSISTANT' AND sibling."status" = 'COMPLETE')
      AND NOT EXISTS (SELECT 1 FROM "ReplyScore" known WHERE known."messageId" = reply."id" AND known."adapterId" = ${adapterId}::uuid)
    ORDER BY EXISTS (SELECT 1 FROM "ComparisonCandidate" candidate JOIN "Comparison" open ON open."id" = candidate."comparisonId"
        WHERE candidate."messageId" = reply."id" AND open."status" = 'OPEN' AND open."reason" <> 'CHAT') DESC,
      prompt."createdAt" DESC, prompt."id", reply."id"
    LIMIT ${SCORE_LIMITS.items}`);
