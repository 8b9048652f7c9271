/** Signs of life: every process tells the database twice in ten seconds that it is there, and what it is doing. */

import { hostname } from "node:os";
import type { Prisma } from "../../../prisma/generated/client.ts";
import type { Db } from "../../db.ts";
import type { ServingBackend } from "../../engine-client.ts";
import { logger } from "../../log.ts";
import { ownVersion } from "../../version.ts";
import { doing } from "../../work.ts";
import { type BeatState, beatStateSchema, type ProcessView } from "../views/watch.ts";

export type ProcessKind = "web" | "inference" | "trainer";

const BEAT_MS = 5_000;
/** A training step on a slow machine keeps the event loop for seconds; one that is silent this long is gone. */
const SILENT_SECONDS = 30;
/** How long one that is gone is still shown. */
const FORGET_SECONDS = 24 * 60 * 60;

export interface Sign {
  /** "<kind>:<host>:<pid>" */
  id: string;
  kind: ProcessKind;
  startedAt: Date;
  state: BeatState;
}

const startedAt = new Date(Date.now() - process.uptime() * 1000);

export const processId = (kind: ProcessKind, host = hostname(), pid = process.pid) => `${kind}:${host}:${pid}`;

/** This process, as it is now. */
export function ownSign(kind: ProcessKind): Sign {
  const state = { doing: doing(), version: ownVersion, memoryBytes: process.memoryUsage.rss() };
  return { id: processId(kind), kind, startedAt, state };
}

/** The inference process as it answers; it has no database to beat in. None where nobody answers. */
export async function signOfInference(engine: Pick<ServingBackend, "health">): Promise<Sign[]> {
  const health = await engine.health({ signal: AbortSignal.timeout(BEAT_MS) }).catch(() => null);
  if (!health?.process) return [];
  const { host, pid, startedAt, memoryBytes } = health.process;
  const { running, queued, loaded } = health;
  const state = { doing: running > 0 ? "replies" : "idle", version: ownVersion, memoryBytes, running, queued, loaded };
  return [{ id: processId("inference", host, pid), kind: "inference", startedAt: new Date(startedAt), state }];
}

/** By the database's clock, so that machines whose clocks differ agree on who is silent. */
export async function beat(db: Db, { id, kind, startedAt, state }: Sign): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "ProcessBeat" (id, kind, "startedAt", "beatAt", state)
    VALUES (${id}, ${kind}, ${startedAt}, clock_timestamp(), ${JSON.stringify(state)}::jsonb)
    ON CONFLICT (id) DO UPDATE SET "startedAt" = EXCLUDED."startedAt", "beatAt" = EXCLUDED."beatAt", state = EXCLUDED.state`;
}

/** Says that a process ended in order, and forgets those that went long ago without a word. */
export async function sayGoodbye(db: Db, id: string): Promise<void> {
  await db.$executeRaw`DELETE FROM "ProcessBeat" WHERE id = ${id} OR "beatAt" < now() - make_interval(secs => ${FORGET_SECONDS})`;
}

/**
 * Beats until the returned function is called, which says goodbye.
 * @param signs asked for every time; this process first, others that cannot reach the database behind it
 */
export function keepBeating(db: Db, signs: () => Promise<Sign[]>): () => Promise<void> {
  let stopped = false;
  let own: string | undefined;
  let running = Promise.resolve();
  const step = async () => {
    for (const sign of await signs()) {
      own ??= sign.id;
      await beat(db, sign);
    }
  };
  const next = () => {
    running = step().catch((error) => logger("beat").warn({ err: error }, "a sign of life could not be given"));
    running.finally(() => {
      if (!stopped) timer = setTimeout(next, BEAT_MS).unref();
    });
  };
  let timer: NodeJS.Timeout | undefined;
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
    if (own) await sayGoodbye(db, own);
  };
}

interface Row {
  id: string;
  kind: ProcessKind;
  startedAt: Date;
  beatAt: Date;
  state: Prisma.JsonValue;
  alive: boolean;
}

/** Everyone who gave a sign of life within a day, those that live first; without those whose successor lives, as after a restart. */
export async function listProcesses(db: Db): Promise<(ProcessView & { state: BeatState })[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT id, kind, "startedAt", "beatAt", state, "beatAt" > now() - make_interval(secs => ${SILENT_SECONDS}) AS alive
    FROM "ProcessBeat" WHERE "beatAt" > now() - make_interval(secs => ${FORGET_SECONDS}) ORDER BY alive DESC, kind, id`;
  const succeeded = ({ kind, beatAt }: Row) =>
    rows.some((other) => other.alive && other.kind === kind && other.startedAt > beatAt);
  const shown = rows.filter((row) => row.alive || !succeeded(row));
  return shown.map(({ state, ...row }) => {
    const known = beatStateSchema.parse(state);
    return { ...row, state: known, doing: known.doing };
  });
}

/** Whether at least one process of this kind lives. */
export async function isAlive(db: Db, kind: ProcessKind): Promise<boolean> {
  const rows = await db.$queryRaw<{ alive: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM "ProcessBeat" WHERE kind = ${kind}
      AND "beatAt" > now() - make_interval(secs => ${SILENT_SECONDS})) AS alive`;
  return rows[0]!.alive;
}
