/** What the words of an event name besides its recorded figures, read from the row that it is about when it is told. */

import { z } from "zod";
import type { Db } from "../../db.ts";
import { DEFAULT_SLOT } from "../live.ts";
import { type Sentence, sentenceSchema } from "../views/sentence.ts";
import { type EventData, eventDataSchema } from "../views/watch.ts";

export interface EventFacts {
  /** For the places that the words have. */
  values: Record<string, string | number>;
  /** Suites of a gate that it did not pass, by their keys. */
  suites?: string[];
  /** Why it happened. */
  reason?: Sentence | null;
}

const SHORT_HASH = 6;

/** A row that is gone by now adds nothing to what was recorded. */
export async function factsOf(db: Db, { subject, data }: { subject: string; data: unknown }): Promise<EventFacts> {
  const recorded = eventDataSchema.parse(data);
  const [table = "", id = ""] = subject.split(":");
  const read = z.uuid().safeParse(id).success ? READERS[table] : undefined;
  const { values = {}, ...facts } = (await read?.(db, id, recorded)) ?? {};
  const plain = Object.entries(recorded).filter(([, value]) => typeof value === "string" || typeof value === "number");
  return { ...facts, values: { ...(Object.fromEntries(plain) as EventFacts["values"]), ...values } };
}

type Reader = (db: Db, id: string, recorded: EventData) => Promise<EventFacts | null>;

const READERS: Readonly<Record<string, Reader>> = {
  async Run(db, id) {
    const run = await db.run.findUnique({ where: { id }, select: { method: true, error: true } });
    return run && { values: { method: run.method, ...(run.error ? { error: run.error } : {}) } };
  },
  async Gate(db, id) {
    const gate = await db.gate.findUnique({
      where: { id },
      select: {
        error: true,
        adapter: { select: { sha256: true } },
        evaluations: { where: { status: { in: ["FAILED", "MISSING", "UNDECIDED"] } }, select: { suite: true } },
      },
    });
    if (!gate) return null;
    const suites = gate.evaluations.map(({ suite }) => suite).sort();
    const adapter = gate.adapter.sha256.slice(0, SHORT_HASH);
    return { values: { adapter, ...(gate.error ? { error: gate.error } : {}) }, suites };
  },
  async Deployment(db, id) {
    const release = await db.deployment.findUnique({
      where: { id },
      select: { number: true, slot: true, activatedAt: true, endReason: true },
    });
    if (!release) return null;
    const values = { release: `r${release.number}` };
    // Of an arm beside the default one it is its end that is told of.
    if (release.slot !== DEFAULT_SLOT) return { values, reason: sentenceOf(release.endReason) };
    // What it took the place of says why.
    const before = await db.deployment.findFirst({
      where: { deactivatedAt: { gte: release.activatedAt }, id: { not: id } },
      orderBy: { deactivatedAt: "asc" },
      select: { endReason: true },
    });
    return { values, reason: sentenceOf(before?.endReason) };
  },
  async Canary(db, id) {
    const canary = await db.canary.findUnique({
      where: { id },
      select: { reason: true, deployment: { select: { number: true } } },
    });
    return canary && { values: { release: `r${canary.deployment.number}` }, reason: sentenceOf(canary.reason) };
  },
  async Schedule(db, id, { firingId }) {
    const schedule = await db.schedule.findUnique({ where: { id }, select: { name: true } });
    if (!schedule) return null;
    const firing =
      typeof firingId === "string"
        ? await db.scheduleFiring.findUnique({ where: { id: firingId }, select: { reason: true } })
        : null;
    return { values: { name: schedule.name }, reason: sentenceOf(firing?.reason) };
  },
};

const sentenceOf = (stored: unknown): Sentence | null => sentenceSchema.safeParse(stored).data ?? null;
