/** Figures about everything there is, kept in the database: exact while there is little, at most some minutes old where working them out takes seconds. */

import type { z } from "zod";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { logger } from "../log.ts";

export interface FigureSource<Value> {
  /** Their name, and the version of how they are worked out: change it when that changes. */
  key: string;
  schema: z.ZodType<Value>;
  /** Changes with everything that they rest on; cheap. */
  version: (db: Db) => Promise<string>;
  /** @returns ids and numbers alone, since nothing looks for a person's words here; and how many rows they are about */
  work: (db: Db) => Promise<{ value: Value; size: number }>;
}

/** Up to so many rows figures are never old: they take a moment to work out, and on a young instance every judgement shows. */
const FEW_ROWS = 2000;
/** Figures about more rows are not even asked about sooner. */
const FRESH_MS = 60_000;
/** Nor before this many times as long as working them out took, so that it stays side work. */
const REST = 10;

/** By connection pool, so that a process that serves two databases, as tests do, keeps them apart. */
const underWay = new WeakMap<Db, Map<string, Promise<unknown>>>();

/**
 * The figures, and when they were worked out. Who asks for the first ones waits, and so does who asks for some about few rows that have changed since.
 * Old ones about many rows are answered at once and worked out anew behind the answer.
 */
export async function keptFigures<Value>(
  db: Db,
  source: FigureSource<Value>,
  now: Date = new Date(),
): Promise<{ value: Value; at: Date }> {
  const row = await db.figures.findUnique({ where: { key: source.key } });
  const known = row && source.schema.safeParse(row.value);
  if (!row || !known?.success) return workOut(db, source, await source.version(db));
  const kept = { value: known.data, at: row.at };
  const age = now.getTime() - row.at.getTime();
  const many = row.size > FEW_ROWS;
  if (many && age < Math.max(FRESH_MS, REST * row.tookMs)) return kept;
  const version = await source.version(db);
  if (row.version === version) return kept;
  if (!many) return workOut(db, source, version);
  workOut(db, source, version).catch((error) =>
    logger("figures").error({ err: error, key: source.key }, "figures could not be worked out; the old ones stay"),
  );
  return kept;
}

/** Works them out where something has changed, however many rows they are about; for a process to call now and then. */
export async function refreshFigures<Value>(db: Db, source: FigureSource<Value>): Promise<void> {
  const version = await source.version(db);
  const others = underWay.get(db)?.get(nameOf(source, version));
  if (others) return void (await others);
  const row = await db.figures.findUnique({ where: { key: source.key }, select: { version: true } });
  if (row?.version !== version) await workOut(db, source, version);
}

const nameOf = ({ key }: Pick<FigureSource<unknown>, "key">, version: string) => `${key} ${version}`;

/** Those who ask for the same figures of the same state wait for the same work. */
function workOut<Value>(db: Db, source: FigureSource<Value>, version: string): Promise<{ value: Value; at: Date }> {
  const works = underWay.get(db) ?? new Map<string, Promise<unknown>>();
  underWay.set(db, works);
  const name = nameOf(source, version);
  const before = works.get(name) as Promise<{ value: Value; at: Date }> | undefined;
  if (before) return before;
  const work = keep(db, source, version).finally(() => works.delete(name));
  works.set(name, work);
  return work;
}

async function keep<Value>(db: Db, source: FigureSource<Value>, version: string): Promise<{ value: Value; at: Date }> {
  const at = new Date();
  const { value, size } = await source.work(db);
  const row = { version, value: value as Prisma.InputJsonValue, size, tookMs: Date.now() - at.getTime(), at };
  await db.figures.upsert({ where: { key: source.key }, create: { key: source.key, ...row }, update: row });
  return { value, at };
}
