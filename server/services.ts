/** The services of the web process: database, serving, queue and the replies being spoken here. Made once, at first use. */

import type { Db } from "./db.ts";
import type { RunQueue } from "./domain/queue.ts";
import type { ReplyHub } from "./domain/reply-hub.ts";
import type { ServingBackend } from "./engine-client.ts";
import type { Env } from "./env.ts";

export interface Services {
  db: Db;
  engine: ServingBackend;
  queue: RunQueue;
  /** Replies that this process is generating, and who listens to them. */
  replies: ReplyHub;
  env: Env;
}
