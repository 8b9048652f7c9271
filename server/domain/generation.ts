/**
 * Speaks a reply: asks the inference process, logs what comes, and ends the row, whoever listens or not. Nothing in here
 * throws to its caller; whatever happens becomes the reply's final state.
 */

import { setTimeout as delay } from "node:timers/promises";
import type { Db } from "../db.ts";
import type { GenerateRequest, ServingBackend } from "../engine-client.ts";
import type { Env } from "../env.ts";
import { AppError, appErrorOf, isForTheLog } from "../errors.ts";
import { logger } from "../log.ts";
import { observeReply } from "../metrics.ts";
import { adapterPath } from "./adapter.ts";
import { historiesOf } from "./history.ts";
import { samplingSchema } from "./json.ts";
import type { ReplyHub } from "./reply-hub.ts";
import { type Ending, finalise } from "./reply-log.ts";
import { ReplyWriter } from "./reply-writer.ts";

export interface Generator {
  db: Db;
  engine: Pick<ServingBackend, "generate">;
  replies: ReplyHub;
  env: Pick<Env, "HONE_HOME">;
}

/**
 * Begins a waiting reply and returns at once. Exactly one caller may do so: the one whose transaction made the row.
 * @returns resolves when the reply is over, however it went; nobody needs to wait for it
 */
export function startReply(generator: Generator, messageId: string): Promise<void> {
  const signal = generator.replies.begin(messageId);
  return speak(generator, messageId, signal)
    .catch((error) => logger("generation").error({ err: error, messageId }, "a reply could not be ended"))
    .finally(() => generator.replies.end(messageId));
}

interface Progress {
  started: boolean;
  promptTokens: number | null;
  end: { reason: "stop" | "length" | "aborted"; tokenIds: number[] } | null;
  /** Number of the release that speaks. */
  release: number | null;
  /** As performance.now() has it. */
  firstTokenAt: number | null;
}

async function speak(generator: Generator, messageId: string, stopped: AbortSignal): Promise<void> {
  const { db, replies } = generator;
  const ended = new AbortController(); // by the log: stopped from another process, ended by another, or not writable
  const writer = new ReplyWriter(db, messageId, {
    onAppend: () => replies.announce(messageId),
    onEnd: (why) => ended.abort(why),
  });
  const signal = AbortSignal.any([stopped, ended.signal]);
  const began = performance.now();
  const progress: Progress = { started: false, promptTokens: null, end: null, release: null, firstTokenAt: null };
  let failure: unknown = null;
  try {
    await writer.begin();
    signal.throwIfAborted();
    const { release, ...request } = await requestOf(generator, messageId);
    progress.release = release;
    await listen(generator, request, writer, progress, signal);
  } catch (error) {
    failure = error;
  }
  await writer.close();
  const why = ended.signal.reason;
  if (why === "gone") return;
  if (why instanceof Error) failure = why;
  const stop = stopped.aborted || why === "stop";
  if (!stop && !progress.end && isForTheLog(appErrorOf(failure)?.code)) {
    logger("generation").error({ err: failure, messageId }, "a reply failed unexpectedly");
  }
  const ending = endingOf(writer, progress, { stop, failure });
  await finaliseSurely(db, messageId, ending);
  const { release, firstTokenAt } = progress;
  observeReply({
    ...{ outcome: ending.status, release, tokens: ending.spoken.tokenIds.length },
    seconds: (performance.now() - began) / 1000,
    firstTokenSeconds: firstTokenAt === null ? null : (firstTokenAt - began) / 1000,
  });
}

/** What the inference process is asked: the way to this reply, and the sampling and weights its row was born with. */
async function requestOf(
  { db, env }: Generator,
  messageId: string,
): Promise<GenerateRequest & { base: string; release: number | null }> {
  const row = await db.message.findUniqueOrThrow({
    where: { id: messageId },
    select: {
      parentId: true,
      seed: true,
      sampling: true,
      baseSha256: true,
      deployment: { select: { number: true, adapter: { select: { sha256: true, path: true } } } },
    },
  });
  const messages = row.parentId ? (await historiesOf(db, [row.parentId])).get(row.parentId) : undefined;
  const adapter = row.deployment?.adapter;
  if (!messages || row.seed === null || row.baseSha256 === null) throw new Error(`Message ${messageId} is no reply.`);
  const { stop, ...sampling } = samplingSchema.parse(row.sampling);
  return {
    requestId: messageId,
    base: row.baseSha256,
    release: row.deployment?.number ?? null,
    adapter: adapter ? { sha256: adapter.sha256, path: adapterPath(env, adapter.path) } : null,
    messages,
    seed: row.seed,
    ...sampling,
    ...(stop.length > 0 && { stop }),
  };
}

/** The inference process comes back within seconds when it dies; a reply that has not begun can wait for it. */
const PATIENCE_MS = 8_000;
const RETRY_MS = 400;

async function listen(
  generator: Generator,
  { base, ...request }: GenerateRequest & { base: string },
  writer: ReplyWriter,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const patienceEnds = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      for await (const event of generator.engine.generate(request, { signal })) {
        if (event.type === "start") {
          progress.started = true;
          progress.promptTokens = event.promptTokens;
          assertWeights(event, base, request.adapter?.sha256 ?? null);
        } else if (event.type === "token") {
          progress.firstTokenAt ??= performance.now();
          writer.write(event);
        } else if (event.type === "end") {
          progress.end = event;
        }
      }
      return;
    } catch (error) {
      const waits = appErrorOf(error)?.code === "INFERENCE_UNAVAILABLE" && !progress.started;
      if (!waits || signal.aborted || Date.now() > patienceEnds) throw error;
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}

/** A reply's row names its weights; words of any others must not be put into it. */
function assertWeights(start: { base: string; adapter: string | null }, base: string, adapter: string | null): void {
  if (start.base === base && start.adapter === adapter) return;
  throw new AppError(
    "BASE_MISMATCH",
    `The inference process serves base ${start.base.slice(0, 8)} with adapter ${start.adapter?.slice(0, 8) ?? "none"}, this reply was promised ${base.slice(0, 8)} with ${adapter?.slice(0, 8) ?? "none"}; restart Hone.`,
  );
}

/** The final state that follows from what happened. */
export function endingOf(
  { spoken }: Pick<ReplyWriter, "spoken">,
  { promptTokens, end }: Pick<Progress, "promptTokens" | "end">,
  { stop, failure }: { stop: boolean; failure: unknown },
): Ending {
  const said = { spoken, promptTokens };
  if (end && end.reason !== "aborted") {
    const endReason = end.reason === "stop" ? "STOP" : "LENGTH";
    return { ...said, spoken: { ...spoken, tokenIds: end.tokenIds }, status: "COMPLETE", endReason, error: null };
  }
  if (stop) return { ...said, status: "INTERRUPTED", endReason: "ABORTED", error: null };
  const known =
    appErrorOf(failure) ??
    (end ? new AppError("INFERENCE_LOST", "The inference process gave the reply up; ask for it again.") : undefined);
  const error = known
    ? { code: known.code, message: known.message }
    : { code: "INTERNAL", message: "Something went wrong while this reply was written." };
  return { ...said, status: spoken.text === "" ? "FAILED" : "INTERRUPTED", endReason: null, error };
}

/** A database that is away for a moment must not cost the reply; one that stays away leaves it to the reaper. */
async function finaliseSurely(db: Db, messageId: string, ending: Ending): Promise<void> {
  for (const wait of [200, 1_000, 3_000]) {
    try {
      await finalise(db, messageId, ending);
      return;
    } catch (error) {
      logger("generation").warn({ err: error, messageId }, "a reply's end could not be written yet");
      await delay(wait);
    }
  }
  await finalise(db, messageId, ending);
}
