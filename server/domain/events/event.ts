/** Things that happened and that somebody outside may want to hear of, written in the transaction that did them. */

import type { Tx } from "../../db.ts";
import type { EventData, EventKind } from "../views/watch.ts";

export interface NewEvent {
  kind: EventKind;
  /** "<table>:<id>" */
  subject: string;
  /** Figures and ids, no words of users. */
  data: EventData;
}

/** Of each text among the figures; most are shorter by far, and receivers have limits. */
const MOST_CHARACTERS = 500;

/**
 * Takes a transaction and nothing else, so that no event tells of what did not happen; who is told of it is settled in the same
 * transaction, so that none is forgotten.
 */
export async function recordEvent(tx: Tx, { kind, subject, data }: NewEvent): Promise<void> {
  const event = await tx.event.create({ data: { kind, subject, data: short(data) }, select: { id: true, at: true } });
  const webhooks = await tx.webhook.findMany({
    where: { enabled: true, deletedAt: null, kinds: { has: kind } },
    select: { id: true },
  });
  if (webhooks.length === 0) return;
  await tx.webhookDelivery.createMany({
    data: webhooks.map(({ id: webhookId }) => ({ webhookId, eventId: event.id, nextAt: event.at })),
  });
}

/** That a Run has ended, well or badly; the row must say so already. */
export async function recordRunEnd(tx: Tx, runId: string): Promise<void> {
  const run = await tx.run.findUniqueOrThrow({
    where: { id: runId },
    select: { method: true, status: true, adapterId: true, errorCode: true },
  });
  const kind = run.status === "SUCCEEDED" ? "run.finished" : "run.failed";
  const { method, adapterId, errorCode } = run;
  await recordEvent(tx, { kind, subject: `Run:${runId}`, data: { method, adapterId, errorCode } });
}

function short(data: EventData): EventData {
  const entries = Object.entries(data).map(([key, value]) => [
    key,
    typeof value === "string" && value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS - 1)}…` : value,
  ]);
  return Object.fromEntries(entries);
}
