/** Groups a reply's tokens by time on their way to its log, one write after the other. */

import type { Db } from "../db.ts";
import { storable } from "../plain-text.ts";
import { append, beat, type Spoken, type Word } from "./reply-log.ts";

/** Often enough to look like speech, rare enough for the database. */
const GROUP_MS = 50;
/** Well below the silence after which a speaker counts as dead. */
const BEAT_MS = 3_000;

interface Listener {
  /** The log has grown. */
  onAppend: () => void;
  /** The reply must end: its reader wants it ("stop"), somebody else has ended it ("gone"), or writing failed. */
  onEnd: (why: "stop" | "gone" | Error) => void;
}

export class ReplyWriter {
  /** All that was said so far. */
  readonly spoken: Spoken = { text: "", tokenIds: [], logProbs: [] };
  #waiting: Spoken = { text: "", tokenIds: [], logProbs: [] };
  #timer: NodeJS.Timeout | undefined;
  #lastWrite = 0;
  #writes: Promise<void> = Promise.resolve();
  readonly #heart: NodeJS.Timeout;

  constructor(
    private readonly db: Db,
    private readonly messageId: string,
    private readonly listener: Listener,
  ) {
    this.#heart = setInterval(() => this.#enqueue(() => beat(db, messageId)), BEAT_MS);
  }

  /** Resolves when the row is known to be alive: a beat before anything slow begins. */
  async begin(): Promise<void> {
    this.#enqueue(() => beat(this.db, this.messageId));
    await this.#writes;
  }

  write({ text: given, tokenIds, logProbs }: Spoken): void {
    const text = storable(given); // a model may well say NUL
    for (const part of [this.spoken, this.#waiting]) {
      part.text += text;
      part.tokenIds.push(...tokenIds);
      part.logProbs.push(...logProbs);
    }
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#lastWrite + GROUP_MS - Date.now()));
  }

  /** Writes what waits and stops the heart. Call it once, before the reply's final update. */
  async close(): Promise<void> {
    clearInterval(this.#heart);
    clearTimeout(this.#timer);
    this.#flush();
    await this.#writes;
  }

  #flush(): void {
    this.#timer = undefined;
    this.#lastWrite = Date.now();
    const group = this.#waiting;
    if (group.tokenIds.length === 0) return;
    // Taken and emptied in one synchronous piece: an await in between would let a token into both groups or neither.
    this.#waiting = { text: "", tokenIds: [], logProbs: [] };
    this.#enqueue(async () => {
      const word = await append(this.db, this.messageId, group);
      this.listener.onAppend();
      return word;
    });
  }

  #enqueue(work: () => Promise<Word>): void {
    this.#writes = this.#writes.then(work).then(
      (word) => {
        if (word !== "ok") this.listener.onEnd(word);
      },
      (error) => this.listener.onEnd(error instanceof Error ? error : new Error(String(error))),
    );
  }
}
