/** Texts that wait to be scored by a reward model: asked for here, answered by the trainer process. */

import { PgBoss } from "pg-boss";
import { z } from "zod";
import type { Db } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { logger } from "../log.ts";
import { takeToken } from "../rate-limit.ts";
import type { ScoreResult } from "./views.ts";

export const SCORE_QUEUE = "score";

export const SCORE_LIMITS = { items: 16, characters: 8_000, perMinute: 30 } as const;

/** What the trainer is sent. */
export interface ScoreMessage {
  adapterId: string;
  items: { prompt: string; reply: string }[];
}

/** What the trainer leaves behind; pg-boss keeps it with the message. */
export const scoreOutput = z.union([z.object({ scores: z.array(z.number()) }), z.object({ error: z.string() })]);

/** A person waits for it: it is tried once, soon, and its answer forgotten within the hour. */
export const SCORE_QUEUE_OPTIONS = {
  retryLimit: 0,
  expireInSeconds: 300,
  retentionSeconds: 600,
  deleteAfterSeconds: 3600,
} as const;

export interface ScoreQueue {
  ask(message: ScoreMessage): Promise<string>;
  /** Null: there is no such request, or it was too long ago. */
  look(id: string): Promise<{ state: string; output: unknown } | null>;
  close(): Promise<void>;
}

/** Connects at the first use, so that a web process starts without waiting for it. */
export function createScoreQueue(url: string): ScoreQueue {
  let opening: Promise<PgBoss> | undefined;
  const open = async () => {
    const boss = new PgBoss({
      ...{ connectionString: url, application_name: "hone-scores", max: 1 },
      ...{ supervise: false, schedule: false },
    });
    boss.on("error", (error) => logger("scores").error({ err: error }, "pg-boss"));
    await boss.start();
    await boss.createQueue(SCORE_QUEUE, SCORE_QUEUE_OPTIONS);
    return boss;
  };
  const boss = () => {
    opening ??= open().catch((error) => {
      opening = undefined; // the next call tries again
      throw error;
    });
    return opening;
  };
  return {
    async ask(message) {
      const id = await (await boss()).send(SCORE_QUEUE, message);
      if (!id) throw new Error("pg-boss took no score request");
      return id;
    },
    async look(id) {
      const [found] = await (await boss()).findJobs(SCORE_QUEUE, { id });
      return found ? { state: found.state, output: found.output } : null;
    },
    async close() {
      await (await opening)?.stop({ graceful: false });
    },
  };
}

/** @throws AppError NOT_FOUND, REWARD_MODEL_REFUSED, RATE_LIMITED */
export async function askForScores(
  { db, scores }: { db: Db; scores: Pick<ScoreQueue, "ask"> },
  viewerId: string,
  message: ScoreMessage,
): Promise<{ id: string }> {
  const adapter = await db.adapter.findUnique({ where: { id: message.adapterId }, select: { kind: true } });
  if (!adapter) throw notFound("reward model");
  if (adapter.kind !== "REWARD")
    throw new AppError("REWARD_MODEL_REFUSED", "This adapter is a policy and scores nothing; choose a reward model.");
  await takeToken(db, { key: `score:${viewerId}`, perMinute: SCORE_LIMITS.perMinute });
  return { id: await scores.ask(message) };
}

export async function scoreResult(scores: Pick<ScoreQueue, "look">, id: string): Promise<ScoreResult> {
  const found = await scores.look(id);
  if (!found) throw notFound("score");
  if (found.state === "created" || found.state === "retry" || found.state === "active") return { state: "WAITING" };
  const output = scoreOutput.safeParse(found.output);
  if (found.state === "completed" && output.success) {
    return "scores" in output.data ? { state: "DONE", ...output.data } : { state: "FAILED", ...output.data };
  }
  return { state: "FAILED", error: "The trainer died while it scored; look into its log, then ask again." };
}
