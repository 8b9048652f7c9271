/**
 * Drafts replies for Comparisons while nobody waits for the model: the live policy speaks one at a time, and the next step after
 * a person has asked for a reply stops it. What there is to do is read from the database at every step, so several web processes may do this at
 * once, and one that dies leaves nothing behind but a reply that the reaper ends.
 */

import { randomUUID } from "node:crypto";
import { Prisma } from "../../prisma/generated/client.ts";
import type { Tx } from "../db.ts";
import type { ServingBackend } from "../engine-client.ts";
import type { Env } from "../env.ts";
import { QUEUE, SOMEBODY_ELSE_ANNOTATES } from "./annotation-queue.ts";
import { chooseCandidates, LEAST_CANDIDATES } from "./comparison-candidates.ts";
import { SHOWABLE } from "./comparison-open.ts";
import { type Generator, startReply } from "./generation.ts";
import { UNFINISHED } from "./message-status.ts";
import { chatSampling, createReply } from "./reply.ts";
import { getSetting } from "./setting.ts";

export interface DraftServices extends Generator {
  engine: Pick<ServingBackend, "generate" | "health">;
  env: Env;
}

/** Comparisons looked at in one step. */
const PER_STEP = 10;
/** Tasks of the same or higher priority that may wait before drafting more stops: people are slower than the model. */
const MOST_WAITING = 100;
/** After somebody judged something, people are at work: the machine is left to them for a while. */
const QUIET_SECONDS = 3;
/** Drafts tried per candidate wanted: some say the same, some fail. */
const TRIES = 2;
/** A draft that ended so says nothing about its prompt; it is forgotten, and tried again. */
const PASSING = ["INFERENCE_UNAVAILABLE", "INFERENCE_LOST", "GENERATOR_LOST", "QUEUE_FULL"];

interface Waiting {
  id: string;
  promptId: string;
  conversationId: string;
}

export class DraftWorker {
  #speaking: { messageId: string; over: Promise<void> } | null = null;

  constructor(private readonly services: DraftServices) {}

  /** Does what can be done now: opens what is complete, begins one draft if the model is idle, or stops one if it is not. */
  async step(): Promise<void> {
    const { db, replies } = this.services;
    if (this.#speaking) {
      if (await isSomebodyAsking(db)) replies.stop(this.#speaking.messageId);
      return;
    }
    if (!(await db.comparison.findFirst({ where: { status: "DRAFTING" }, select: { id: true } }))) return;
    const isIdle = await this.#isIdle();
    const messageId = await db.$transaction((tx) => this.#prepare(tx, isIdle));
    if (!messageId) return;
    const over = startReply(this.services, messageId).finally(() => {
      this.#speaking = null;
    });
    this.#speaking = { messageId, over };
  }

  /** Resolves when no draft is being spoken here. */
  async settled(): Promise<void> {
    await this.#speaking?.over;
  }

  /** Stops what is being spoken here. */
  async close(): Promise<void> {
    if (this.#speaking) this.services.replies.stop(this.#speaking.messageId);
    await this.settled();
  }

  async #isIdle(): Promise<boolean> {
    const { engine } = this.services;
    const health = await engine.health().catch(() => null);
    return health?.ready === true && health.running === 0 && health.queued === 0;
  }

  /** @returns id of a reply that now waits to be spoken by the caller */
  async #prepare(tx: Tx, isIdle: boolean): Promise<string | null> {
    // One process at a time decides, so that no two drafts are ever spoken at once.
    const [lock] = await tx.$queryRaw<{ taken: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtext('hone.drafts')) AS "taken"`;
    if (!lock?.taken) return null;
    const mayDraft = isIdle && (await isQuiet(tx));
    for (const comparison of await waitingComparisons(tx)) {
      const replyId = await this.#advance(tx, comparison, mayDraft);
      if (replyId) return replyId;
    }
    return null;
  }

  /** Opens a Comparison that has its replies, or begins the next draft. @returns id of that draft */
  async #advance(tx: Tx, { id, promptId, conversationId }: Waiting, mayDraft: boolean): Promise<string | null> {
    const own = `draft:${id}:`;
    await forgetPassing(tx, promptId, own);
    const most = await getSetting(tx, "comparisonCandidates");
    const candidates = chooseCandidates(await siblingReplies(tx, promptId), most);
    const tried = await tx.message.count({ where: { parentId: promptId, requestKey: { startsWith: own } } });
    if (candidates.length < most && tried < most * TRIES) {
      if (!mayDraft) return null;
      const sampling = chatSampling(this.services.env);
      const requestKey = own + randomUUID();
      return (await createReply(tx, { conversationId, promptId, requestKey, sampling, forComparison: true })).id;
    }
    if (candidates.length < LEAST_CANDIDATES) {
      await tx.comparison.update({ where: { id }, data: { status: "CLOSED", closedAt: new Date() } });
      return null;
    }
    await tx.comparisonCandidate.createMany({
      data: candidates.map((reply, ordinal) => ({ comparisonId: id, messageId: reply.id, ordinal })),
    });
    await tx.comparison.update({ where: { id }, data: { status: "OPEN" } });
    return null;
  }
}

/** Nobody waits for a reply, and nobody has just judged one. */
async function isQuiet(tx: Tx): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ quiet: boolean }[]>`
    SELECT NOT EXISTS (SELECT 1 FROM "Message" WHERE "status" IN ('PENDING', 'STREAMING'))
      AND coalesce((SELECT "at" < now() - make_interval(secs => ${QUIET_SECONDS})
        FROM "JudgementEvent" ORDER BY "id" DESC LIMIT 1), true) AS "quiet"`;
  return row?.quiet ?? true;
}

const isSomebodyAsking = async (db: DraftServices["db"]) =>
  (await db.message.findFirst({
    where: { status: { in: [...UNFINISHED] }, forComparison: false },
    select: { id: true },
  })) !== null;

/** Those that wait for replies, first things first; left out while nobody could rank them. */
const waitingComparisons = (tx: Tx) =>
  tx.$queryRaw<Waiting[]>`
    SELECT comparison."id", comparison."promptId", prompt."conversationId" FROM ${QUEUE}
    WHERE comparison."status" = 'DRAFTING' AND ${SHOWABLE} AND ${SOMEBODY_ELSE_ANNOTATES}
      AND comparison."priority" > coalesce((SELECT ahead."priority" FROM "Comparison" ahead
        WHERE ahead."status" = 'OPEN' AND ahead."reason" <> 'CHAT' AND ahead."gold" IS NULL
        ORDER BY ahead."priority" DESC OFFSET ${MOST_WAITING - 1} LIMIT 1), '-Infinity')
    ORDER BY comparison."priority" DESC, comparison."createdAt", comparison."id" LIMIT ${PER_STEP}
    FOR UPDATE OF comparison SKIP LOCKED`;

/** Drafts that were stopped for somebody's sake, or whose process died. */
const forgetPassing = (tx: Tx, promptId: string, own: string) =>
  tx.message.deleteMany({
    where: {
      ...{ parentId: promptId, requestKey: { startsWith: own }, status: { in: ["INTERRUPTED", "FAILED"] } },
      OR: [{ endReason: "ABORTED" }, { errorCode: { in: PASSING } }],
    },
  });

/** Whole replies to a prompt, people's edits that stand included. */
const siblingReplies = (tx: Tx, promptId: string) =>
  tx.$queryRaw<{ id: string; content: string; createdAt: Date; judgements: number }[]>(Prisma.sql`
    SELECT reply."id", reply."content", reply."createdAt",
      ((SELECT count(*) FROM "Feedback" thumb WHERE thumb."messageId" = reply."id")
        + (SELECT count(*) FROM "RankingEntry" entry WHERE entry."messageId" = reply."id"))::int AS "judgements"
    FROM "Message" reply LEFT JOIN "Edit" edit ON edit."editedId" = reply."id"
    WHERE reply."parentId" = ${promptId}::uuid AND reply."role" = 'ASSISTANT' AND reply."status" = 'COMPLETE'
      AND edit."withdrawnAt" IS NULL`);
