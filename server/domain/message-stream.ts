/** Follows a reply while it is spoken, here or in another process, from any point of its log. */

import type { Db } from "../db.ts";
import { blindedMessage } from "./draft-view.ts";
import { isFinal } from "./message-status.ts";
import { readMessage } from "./message-view.ts";
import type { ReplyHub } from "./reply-hub.ts";
import type { MessageView } from "./views.ts";

export type MessageStreamEvent =
  | { type: "delta"; text: string; seq: number }
  | { type: "end"; message: MessageView; seq: number };

/** How long to wait for an announcement; one made by another web process does not reach us, so we look ourselves. */
const LOOK_MS = 200;
const ROWS = 500;

/**
 * Yields the text after seq `after`, exactly once and in order, then the whole message when it is final. Postgres is the log;
 * announcements only say when to look.
 * @throws AppError NOT_FOUND for messages of other people
 */
export async function* followMessage(
  { db, replies }: { db: Db; replies: ReplyHub },
  viewerId: string,
  { messageId, after }: { messageId: string; after: number },
  signal: AbortSignal,
): AsyncGenerator<MessageStreamEvent> {
  let seq = after;
  let message = await readMessage(db, viewerId, messageId);
  while (!signal.aborted) {
    // Listening begins before reading: what is written in between is announced to us.
    const news = replies.news(messageId, LOOK_MS, signal);
    try {
      // The status is older than the events: once it is final, all events there will ever be are read after it.
      const events = await db.messageEvent.findMany({
        where: { messageId, seq: { gt: seq } },
        orderBy: { seq: "asc" },
        take: ROWS,
        select: { seq: true, text: true },
      });
      for (const event of events) {
        seq = event.seq;
        yield { type: "delta", text: event.text, seq };
      }
      if (events.length === ROWS) continue;
      if (isFinal(message.status)) {
        yield { type: "end", message: await blindedMessage(db, message), seq: seq + 1 };
        return;
      }
      if (events.length === 0) await news.wait;
      message = await readMessage(db, viewerId, messageId);
    } finally {
      news.stop();
    }
  }
}
