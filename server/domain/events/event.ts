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

/** Takes a transaction and nothing else, so that no event tells of what did not happen. */
export async function recordEvent(tx: Tx, { kind, subject, data }: NewEvent): Promise<void> {
  await tx.event.create({ data: { kind, subject, data } });
}
