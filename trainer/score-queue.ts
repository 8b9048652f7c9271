/** Scores texts for people who ask in the web: an engine of its own, opened when the first one asks and closed when nobody does. */

import { basename, join } from "node:path";
import type { PgBoss } from "pg-boss";
import type { Db } from "../server/db.ts";
import { SCORE_QUEUE, SCORE_QUEUE_OPTIONS, type ScoreMessage } from "../server/domain/score-queue.ts";
import { openTokenizer, type Tokenizer } from "../server/gguf/tokenizer.ts";
import { logger } from "../server/log.ts";
import { sha256OfFile } from "../server/whole-file.ts";
import { readAdapterFile } from "./adapters/read.ts";
import { type ChatTokens, chatTokens, scoredRow } from "./data/tokenise.ts";
import type { Engine } from "./engine/contract.ts";
import { TrainerError } from "./errors.ts";
import { failureOf } from "./lease.ts";
import { scoreReplies } from "./score.ts";

export interface ScoringServices {
  db: Db;
  /** HONE_HOME, absolute. */
  home: string;
  /** The base model's file, absolute. */
  model: string;
  openEngine(log: (sentence: string) => void, mode: "lora"): Promise<Engine>;
  /** How long the engine waits for the next request. */
  idleMs?: number;
}

type Answer = { scores: number[] } | { error: string };

export interface TextScorer {
  /** Never throws: what went wrong is the answer. */
  score(message: ScoreMessage): Promise<Answer>;
  close(): Promise<void>;
}

const IDLE_MS = 120_000;

interface Opened {
  engine: Engine;
  tokenizer: Tokenizer;
  chat: ChatTokens;
  sha256: string;
  /** Reward models in the engine, by the hash of their file. */
  loaded: Set<string>;
}

export function createTextScorer(services: ScoringServices): TextScorer {
  let opened: Promise<Opened> | undefined;
  let idle: NodeJS.Timeout | undefined;
  /** One request at a time, and none while the engine closes. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
  const shut = async () => {
    clearTimeout(idle);
    const open = opened;
    opened = undefined;
    const { engine, tokenizer } = (await open?.catch(() => undefined)) ?? {};
    await engine?.close();
    await tokenizer?.close();
  };
  const answer = async (message: ScoreMessage): Promise<Answer> => {
    clearTimeout(idle);
    try {
      opened ??= openForScoring(services);
      return { scores: await scoreTexts(services, await opened, message) };
    } catch (error) {
      logger("scores").warn({ err: error }, "texts could not be scored");
      await shut(); // an engine that failed to open, or in use, is not used again
      return { error: failureOf(error).error };
    } finally {
      idle = setTimeout(() => void inTurn(shut), services.idleMs ?? IDLE_MS);
      idle.unref();
    }
  };
  return { score: (message) => inTurn(() => answer(message)), close: () => inTurn(shut) };
}

async function openForScoring({ model, openEngine }: ScoringServices): Promise<Opened> {
  const log = logger("scores");
  const engine = await openEngine((sentence) => log.info(sentence), "lora");
  const tokenizer = await openTokenizer(model);
  return { engine, tokenizer, chat: chatTokens(tokenizer), sha256: await sha256OfFile(model), loaded: new Set() };
}

async function scoreTexts(
  { db, home, model }: ScoringServices,
  { engine, chat, sha256: base, loaded }: Opened,
  { adapterId, items }: ScoreMessage,
): Promise<number[]> {
  const adapter = await db.adapter.findUnique({ where: { id: adapterId }, include: { baseModel: true } });
  if (!adapter) throw new TrainerError("FILE_MISSING", "This reward model is gone; choose another one.");
  const { sha256, path, baseModel } = adapter;
  if (baseModel.sha256 !== base)
    throw new TrainerError(
      "BASE_MISMATCH",
      `Reward model ${sha256.slice(0, 8)} was trained on ${baseModel.name}, this trainer has ${basename(model)}; ` +
        "choose one of this base model's.",
    );
  if (!loaded.has(sha256)) {
    engine.loadAdapter(sha256, await readAdapterFile(join(home, path), engine.config, { sha256: base }));
    loaded.add(sha256);
  }
  const rows = items.map(({ prompt, reply }) => {
    const tokens = Int32Array.from(chat.prompt([{ role: "user", content: prompt }]));
    return scoredRow(tokens, [...Array.from(chat.text(reply)), chat.endOfTurn]);
  });
  const longest = Math.max(...rows.map(({ tokens }) => tokens.length));
  if (longest > engine.config.contextLength)
    throw new TrainerError(
      "OVER_LENGTH",
      `Prompt and reply have ${longest} tokens together, at most ${engine.config.contextLength} are possible; shorten them.`,
    );
  return [...(await scoreReplies(engine, sha256, rows))];
}

/** How soon a request is noticed. */
const POLLING_SECONDS = 0.5;

/** Answers what comes through the queue. @returns ends it, when the request under way is answered */
export async function workOnScores(boss: PgBoss, services: ScoringServices): Promise<() => Promise<void>> {
  const scorer = createTextScorer(services);
  await boss.createQueue(SCORE_QUEUE, SCORE_QUEUE_OPTIONS);
  const options = { batchSize: 1, pollingIntervalSeconds: POLLING_SECONDS };
  await boss.work<ScoreMessage, Answer>(SCORE_QUEUE, options, async ([message]) =>
    message ? scorer.score(message.data) : { error: "There was nothing to score." },
  );
  return () => scorer.close();
}
