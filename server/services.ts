/** The services of the web process: database, serving, queue and the replies being spoken here. Made once, at first use. */

import { type Db, db } from "./db.ts";
import { createRunQueue, type RunQueue } from "./domain/queue.ts";
import { ReplyHub } from "./domain/reply-hub.ts";
import { createScoreQueue, type ScoreQueue } from "./domain/score-queue.ts";
import { createEngineClient, type ServingBackend } from "./engine-client.ts";
import { type Env, env, requireEnv } from "./env.ts";

export interface Services {
  db: Db;
  engine: ServingBackend;
  queue: RunQueue;
  /** Texts for the trainer's reward models. */
  scores: ScoreQueue;
  /** Replies that this process is generating, and who listens to them. */
  replies: ReplyHub;
  env: Env;
}

// The development server evaluates modules again on every change; replies that are being spoken must survive that.
const shared = globalThis as { honeServices?: Services };

export function services(): Services {
  shared.honeServices ??= {
    db: db(),
    engine: createEngineClient({ url: requireEnv("INFERENCE_URL"), secret: requireEnv("INFERENCE_SECRET") }),
    queue: createRunQueue(requireEnv("DATABASE_URL")),
    scores: createScoreQueue(requireEnv("DATABASE_URL")),
    replies: new ReplyHub(),
    env: env(),
  };
  return shared.honeServices;
}
