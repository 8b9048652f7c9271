// A seeded database with people in it, the services of a web process on top, and callers of its procedures.
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Role } from "../../prisma/generated/enums.ts";
import { seed } from "../../prisma/seed.ts";
import { appRouter } from "../../server/api/root.ts";
import { createCallerFactory } from "../../server/api/trpc.ts";
import { createDb, type Db, type Tx } from "../../server/db.ts";
import type { MessageStreamEvent } from "../../server/domain/message-stream.ts";
import { ReplyHub } from "../../server/domain/reply-hub.ts";
import { createScoreQueue } from "../../server/domain/score-queue.ts";
import type { ServingBackend } from "../../server/engine-client.ts";
import { parseEnv } from "../../server/env.ts";
import type { Services } from "../../server/services.ts";
import type { Viewer, ViewerSession } from "../../server/viewer.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { BASE_SHA256, ScriptedEngine } from "./scripted-engine.ts";

export const ADMIN_LOGIN = { email: "admin@example.com", password: "the admin's password" };
const createCaller = createCallerFactory(appRouter);
export type Caller = ReturnType<typeof createCaller>;

export interface World {
  url: string;
  db: Db;
  home: string;
  engine: ScriptedEngine;
  services: Services & { engine: ScriptedEngine };
  /** Runs that were enqueued, in order. */
  enqueued: string[];
  admin: Viewer;
  /** A new person. */
  person(name: string, role?: Role): Promise<Viewer>;
  /** The procedures as this viewer may call them; null is a visitor. */
  as(
    viewer: Viewer | null,
    options?: {
      sameOrigin?: boolean;
      ip?: string;
      replies?: ReplyHub;
      engine?: ServingBackend;
      /** Theirs is one whose password was just asked. */
      session?: ViewerSession | null;
      /** Who they turn out to be while a stream goes on; left out: who they were. */
      viewerNow?: () => Promise<Viewer | null>;
    },
  ): Caller;
}

/** Registers a world for the tests of this file: read its fields inside hooks and tests. */
export function testWorld(settings: Record<string, string> = {}): World {
  const world = {} as World;
  let database: TestDatabase;
  let closeScores = async () => {};
  const closing = new AbortController();
  beforeAll(async () => {
    database = await createTestDatabase();
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "hone-world-"));
    const facts = { name: "scripted", architecture: "qwen3", parameters: 5_000_000, contextLength: 512 };
    await seed(database.url, { ...ADMIN_LOGIN, base: { ...facts, sha256: BASE_SHA256 } });
    const db = createDb(database.url);
    const engine = new ScriptedEngine();
    const env = parseEnv({
      ...{ HONE_HOME: home, DATABASE_URL: database.url, CHAT_PER_MINUTE: "10000" },
      ...{ NEXTAUTH_SECRET: "the secret of a test", ...settings },
    });
    const enqueued: string[] = [];
    const queue = {
      enqueue: async (_tx: Tx, runId: string) => void enqueued.push(runId),
      close: async () => {},
    };
    const scores = createScoreQueue(database.url);
    closeScores = () => scores.close();
    const services = { db, engine, queue, scores, replies: new ReplyHub(), env };
    const viewer = { id: true, email: true, name: true, role: true } as const;
    const person = (name: string, role: Role = "USER") =>
      db.user.create({ data: { email: `${name.toLowerCase()}@example.com`, name, role }, select: viewer });
    const admin = await db.user.findUniqueOrThrow({ where: { email: ADMIN_LOGIN.email }, select: viewer });
    Object.assign(world, {
      url: database.url,
      db,
      home,
      engine,
      services,
      enqueued,
      admin,
      person,
    } satisfies Partial<World>);
    world.as = (
      viewer,
      {
        sameOrigin = true,
        ip = "203.0.113.1",
        session = justSignedIn(viewer),
        viewerNow = async () => viewer,
        ...own
      } = {},
    ) => createCaller({ viewer, session, viewerNow, services: { ...services, ...own }, ip, sameOrigin }, closing);
  });
  afterAll(async () => {
    closing.abort();
    await closeScores();
    await world.db?.$disconnect();
    await database?.drop();
    if (world.home) fs.rmSync(world.home, { recursive: true, force: true });
  });
  return world;
}

/** The events of a reply as its readers get them. */
export async function* follow(caller: Caller, messageId: string, lastEventId?: string) {
  // What the procedure yields is [id, event]; its type is that of the client, which unpacks it.
  const events = (await caller.message.stream({ messageId, lastEventId })) as unknown as AsyncIterable<
    [id: string, event: MessageStreamEvent]
  >;
  for await (const [id, event] of events) yield { id, ...event };
}

/** Waits until the reply has its final state, by following it as a reader does. */
export async function finished(caller: Caller, messageId: string) {
  let streamed = "";
  for await (const event of follow(caller, messageId)) {
    if (event.type === "end") return { ...event.message, streamed };
    streamed += event.text;
  }
  throw new Error(`the stream of ${messageId} ended without an end`);
}

const justSignedIn = (viewer: Viewer | null): ViewerSession | null =>
  viewer && { id: randomUUID(), authenticatedAt: new Date() };

let keys = 0;
/** A fresh key for a request. */
export const newKey = () => `test-key-${++keys}`;
